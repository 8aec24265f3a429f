/** The panels of the overview: a heading, and rows with a number and a bar. */
import { SEVERITIES, type Severity } from '../../audit/rule/rule.ts'
import { displayWidth, pad } from '../../base/safe-text.ts'
import { total } from '../../base/total.ts'
import { number, plural } from '../../base/wording.ts'
import type { Overview } from '../../view/overview.ts'
import type { Predictions } from '../../view/predictions.ts'
import { bar, fitLine, heading, segment, wireText } from '../text/layout.ts'
import type { Line, Tone } from '../text/line.ts'
import { readinessBar } from './readiness-parts.ts'

export interface Panel {
  /** Rows below the heading, if there is room for all. */
  rows: number
  /** The heading and at most `rows` lines. */
  lines(width: number, rows: number): Line[]
}

interface Bar {
  name: string
  count: number
  tone: Tone
}

export function severityPanel({ severities }: Overview): Panel {
  const bars = SEVERITIES.map((severity) => ({ name: severity, count: severities[severity], tone: severity }))
  return barPanel('Findings', bars, 'none', false)
}

export function panelsOf(overview: Overview): Record<'protection' | 'auth' | 'dialects' | 'worst' | 'hosts', Panel> {
  const { protection, auth, dialects, worst, hosts } = overview
  const kinds: Bar[] = [
    { name: 'encrypted', count: protection.encrypted, tone: 'good' },
    { name: 'signed', count: protection.signed, tone: 'good' },
    { name: 'partly', count: protection.partly, tone: 'medium' },
    { name: 'neither', count: protection.clear, tone: 'high' },
    { name: 'not seen', count: protection.unseen, tone: 'quiet' },
  ]
  const none = 'no session was set up'
  return {
    protection: barPanel('Sessions by protection', overview.sessions > 0 ? kinds : [], none, true),
    auth: barPanel('by authentication', shareBars(auth), none, true),
    dialects: barPanel('by dialect', shareBars(dialects), none, true),
    worst: listPanel(
      'Worst findings',
      worst.map(({ severity, title, count }) => ({ severity, text: title, count })),
      'none',
    ),
    hosts: listPanel(
      'Hosts at risk',
      hosts.map(({ worst: severity, ip, names, findings }) => {
        return { severity, text: names[0] === undefined ? ip : `${ip} ${names[0]}`, count: findings }
      }),
      'no host has a finding',
    ),
  }
}

const AUTH_TONES: Record<string, Tone> = { ntlmv1: 'critical', lm: 'critical', plaintext: 'critical', kerberos: 'good' }
const AUTH_WORDS: Record<string, string> = { unknown: 'not known', ntlmv2: 'NTLMv2', ntlmv1: 'NTLMv1', lm: 'LM' }

function shareBars(shares: Overview['auth']): Bar[] {
  return shares.map(({ name, count }) => ({ name: AUTH_WORDS[name] ?? name, count, tone: AUTH_TONES[name] ?? 'bar' }))
}

const NAME = 11

function barPanel(title: string, bars: readonly Bar[], none: string, percent: boolean): Panel {
  const sum = total(bars, (each) => each.count)
  const most = Math.max(1, ...bars.map((each) => each.count))
  const numberWidth = Math.max(1, ...bars.map((each) => number(each.count).length))
  const row = ({ name, count, tone }: Bar, width: number, nameWidth: number): Line => {
    const share = percent ? ` ${percentOf(count, sum).padStart(5)}` : ''
    const figures = `${number(count).padStart(numberWidth)}${share}  `
    const room = Math.max(0, width - nameWidth - 1 - figures.length)
    const quiet = count === 0
    return fitLine(
      [
        segment(`${pad(wireText(name), nameWidth)} `, quiet ? 'quiet' : 'plain'),
        segment(figures, quiet ? 'quiet' : 'plain'),
        segment(bar(count / (percent ? Math.max(1, sum) : most), room), tone),
      ],
      width,
    )
  }
  return {
    rows: Math.max(1, bars.length),
    lines: (width, rows) => {
      const shown = merged(bars, rows)
      const longest = Math.max(NAME, ...shown.map(({ name }) => displayWidth(wireText(name))))
      const nameWidth = Math.min(longest, Math.floor(width / 2))
      const list = shown.map((each) => row(each, width, nameWidth))
      return [heading(title, width), ...(list.length > 0 ? list : [fitLine([segment(none, 'quiet')], width)])]
    },
  }
}

/** As many as there is room for: bars of 0 are left out first, then the last ones are added up. */
function merged(bars: readonly Bar[], rows: number): readonly Bar[] {
  if (bars.length <= rows) return bars
  const some = bars.filter(({ count }) => count > 0)
  if (some.length <= rows) return some
  const rest = some.slice(rows - 1)
  const others: Bar = { name: `${rest.length} others`, count: total(rest, (each) => each.count), tone: 'bar' }
  return [...some.slice(0, rows - 1), others]
}

function percentOf(n: number, sum: number): string {
  if (n === 0 || sum === 0) return '0%'
  const percent = (100 * n) / sum
  if (percent < 1) return '<1%'
  return n < sum && percent > 99 ? '>99%' : `${Math.round(percent)}%`
}

interface Item {
  severity: Severity | null
  text: string
  count: number
}

const SEVERITY = 10

function listPanel(title: string, items: readonly Item[], none: string): Panel {
  return {
    rows: Math.max(1, items.length),
    lines: (width, rows) => {
      const list = items.slice(0, rows).map(({ severity, text, count }): Line => {
        const figure = ` ${number(count)}`
        const room = Math.max(1, width - SEVERITY - figure.length)
        return fitLine(
          [
            segment(pad(severity ?? '', SEVERITY), severity ?? 'quiet'),
            segment(pad(wireText(text), room)),
            segment(figure, 'strong'),
          ],
          width,
        )
      })
      return [heading(title, width), ...(list.length > 0 ? list : [fitLine([segment(none, 'quiet')], width)])]
    },
  }
}

const FIGURE = 12

/** The controls that would break the most clients first; those of which nothing was seen are left out. */
export function readinessPanel({ controls }: Predictions): Panel {
  const seen = controls.filter(({ summary }) => summary.ready + summary.breaks + summary.exempt > 0)
  const order = [...seen].sort((a, b) => b.summary.breaks - a.summary.breaks)
  return {
    rows: Math.max(1, order.length),
    lines: (width, rows) => {
      const shown = order.slice(0, rows)
      const longest = Math.max(0, ...shown.map(({ control }) => control.length))
      const name = Math.min(longest, Math.floor(width / 2))
      const list = shown.map(({ control, summary }): Line => {
        const { breaks, notObserved } = summary
        const figure = breaks > 0 ? plural(breaks, 'client') : notObserved > 0 ? 'not all seen' : 'all ready'
        const cells = Math.max(0, width - name - 2 - FIGURE)
        return fitLine(
          [
            segment(`${pad(control, name)} `),
            ...(cells > 0 ? readinessBar(summary, cells) : []),
            segment(` ${figure}`, breaks > 0 ? 'high' : 'quiet'),
          ],
          width,
        )
      })
      return [
        heading('Would break if enforced', width),
        ...(list.length > 0 ? list : nothing('nothing shows it', width)),
      ]
    },
  }
}

/** Controls that were seen at work, the most frequent first. */
export function creditPanel({ credits }: Predictions): Panel {
  const order = [...credits].sort((a, b) => b.count - a.count)
  return {
    rows: Math.max(1, order.length),
    lines: (width, rows) => {
      const list = order.slice(0, rows).map(({ control, what, count }): Line => {
        const figure = ` ${number(count)}`
        const room = Math.max(1, width - figure.length)
        return fitLine([segment(pad(`${control}: ${what}`, room), 'good'), segment(figure, 'strong')], width)
      })
      return [heading('Seen at work', width), ...(list.length > 0 ? list : nothing('none so far', width))]
    },
  }
}

function nothing(text: string, width: number): Line[] {
  return [fitLine([segment(text, 'quiet')], width)]
}
