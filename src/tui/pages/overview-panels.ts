/** The panels of the overview: a heading, and rows with a number and a bar. */
import { SEVERITIES, type Severity } from '../../audit/rule/rule.ts'
import { displayWidth, pad } from '../../base/safe-text.ts'
import { total } from '../../base/total.ts'
import { number } from '../../base/wording.ts'
import type { Overview } from '../../view/overview.ts'
import { bar, fitLine, heading, segment, wireText } from '../text/layout.ts'
import type { Line, Tone } from '../text/line.ts'

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
