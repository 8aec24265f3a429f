/** The overview: the verdict, then the figures behind it, as far as the screen has room. */

import { SEVERITIES, type Severity } from '../../audit/rule/rule.ts'
import { escapeText, wrap } from '../../base/safe-text.ts'
import { total } from '../../base/total.ts'
import { number, plural } from '../../base/wording.ts'
import { noProtection } from '../../ledger/derived/protection.ts'
import { unreadSentences, type VerdictFacts, verdict } from '../../report/verdict.ts'
import { filterRows } from '../../rows/row-list.ts'
import type { Snapshot } from '../../view/store.ts'
import { EMPTY, fitLine, paragraphLines, segment, sideBySide } from '../text/layout.ts'
import type { Line, Tone } from '../text/line.ts'
import { creditPanel, type Panel, panelsOf, readinessPanel, severityPanel } from './overview-panels.ts'
import { timelineLines } from './overview-timeline.ts'

const GAP = 4
const TWO_COLUMNS = 64
const THREE_COLUMNS = 100
/** On wider screens, bars would be too far from their names. */
const MAX_WIDTH = 160
const TIMELINE = 3
/** On screens lower than this there are no blank lines between panels. */
const ROOMY = 26

/** Panels beside each other, and the part of the width that each gets. */
interface Band {
  panels: Panel[]
  shares: number[]
}

export function overviewLines(snapshot: Snapshot, screen: number, height: number): Line[] {
  const width = Math.min(screen, MAX_WIDTH)
  const top = verdictLines(snapshot, width, height)
  const bands = bandsFor(snapshot, width)
  const timeline = timelineLines(snapshot.overview, width)
  // Each band first gets its fewest rows, its heading, and the blank line before it.
  const blank = height < ROOMY ? [] : [EMPTY]
  const rows = bands.map(() => 0)
  let room = height - top.length
  bands.forEach((band, i) => {
    const least = Math.min(wanted(band), i === 0 ? SEVERITIES.length : 2)
    if (room < least + 1 + blank.length) return
    rows[i] = least
    room -= least + 1 + blank.length
  })
  const withTimeline = timeline.length > 0 && room >= TIMELINE + blank.length
  if (withTimeline) room -= TIMELINE + blank.length
  for (let grown = true; grown && room > 0; ) {
    grown = false
    bands.forEach((band, i) => {
      const now = rows[i] ?? 0
      if (room < 1 || now === 0 || now >= wanted(band)) return
      rows[i] = now + 1
      room--
      grown = true
    })
  }
  const body = bands.flatMap((band, i) => (rows[i] ? [...blank, ...bandLines(band, rows[i] ?? 0, width)] : []))
  return [...top, ...body, ...(withTimeline ? [...blank, ...timeline] : [])].slice(0, Math.max(0, height))
}

function wanted({ panels }: Band): number {
  return Math.max(...panels.map(({ rows }) => rows))
}

function bandLines({ panels, shares }: Band, rows: number, width: number): Line[] {
  const free = width - GAP * (panels.length - 1)
  const widths = shares.map((share) => Math.floor(free * share))
  return sideBySide(
    panels.map((panel, i) => panel.lines(widths[i] ?? 0, rows)),
    widths,
    GAP,
  )
}

function bandsFor({ overview, predictions }: Snapshot, width: number): Band[] {
  const ready = readinessPanel(predictions)
  const credit = creditPanel(predictions)
  const { protection, auth, dialects, worst, hosts } = panelsOf(overview)
  const severities = severityPanel(overview)
  if (width >= THREE_COLUMNS) {
    const third = [1 / 3, 1 / 3, 1 / 3]
    return [
      { panels: [severities, protection, auth], shares: third },
      { panels: [worst, hosts, dialects], shares: third },
      { panels: [ready, credit], shares: [0.5, 0.5] },
    ]
  }
  if (width >= TWO_COLUMNS) {
    const half = [0.5, 0.5]
    return [
      { panels: [severities, protection], shares: half },
      { panels: [worst, hosts], shares: half },
      { panels: [ready, credit], shares: half },
      { panels: [auth, dialects], shares: half },
    ]
  }
  return [severities, protection, worst, hosts, ready, credit, auth, dialects].map((panel) => ({
    panels: [panel],
    shares: [1],
  }))
}

function verdictLines(snapshot: Snapshot, width: number, height: number): Line[] {
  const { captures, unread, overview, reading } = snapshot
  const { word, severity, sentence } = verdict(verdictFacts(snapshot))
  const tone: Tone = severity ?? 'good'
  const lines = wrap(`${word} ${escapeText(sentence)}`, width).map((text): Line => [segment(text, 'strong')])
  const first = lines[0]?.[0]?.text ?? ''
  if (first.startsWith(word)) lines[0] = [segment(word, tone), segment(first.slice(word.length), 'strong')]
  const seen = [
    plural(captures.length, 'capture'),
    plural(packetsOf(snapshot), 'packet'),
    plural(snapshot.sessions.length, 'session'),
    overview.failed > 0 ? `${number(overview.failed)} refused` : '',
    overview.guests > 0 ? plural(overview.guests, 'guest') : '',
    overview.anonymous > 0 ? `${number(overview.anonymous)} anonymous` : '',
    snapshot.warnings.length > 0 ? plural(snapshot.warnings.length, 'warning') : '',
  ].filter((text) => text !== '')
  lines.push(fitLine([segment(`Seen: ${seen.join(', ')}.`, 'quiet')], width))
  // A capture that is still being read is not damaged because its end has not been seen.
  const read = reading.done ? captures : captures.map((capture) => ({ ...capture, damaged: false }))
  for (const text of unreadSentences(read, unread.length)) {
    lines.push(...paragraphLines(text, width, '! ', 'medium'))
  }
  return lines.slice(0, Math.max(1, Math.floor(height / 2)))
}

function verdictFacts(snapshot: Snapshot): VerdictFacts {
  const { captures, findings, sessions, overview, reading } = snapshot
  return {
    severities: overview.severities,
    hidden: 0,
    captures: captures.length,
    packets: packetsOf(snapshot),
    unread: captures.flatMap((capture) => capture.unreadPackets),
    connections: overview.connections,
    sessions: sessions.length,
    soFar: !reading.done,
    titlesAt: (severity: Severity) => filterRows(findings, (f) => f.severity === severity).map((f) => f.title),
    protection: () => {
      const kinds = noProtection()
      for (const session of sessions) kinds[session.protection]++
      return kinds
    },
  }
}

function packetsOf({ captures }: Snapshot): number {
  return total(captures, ({ packets }) => packets)
}
