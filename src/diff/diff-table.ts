/** A comparison for people: how many of each change, readiness then and now, what the two results are worth, then the changes themselves. */
import { escapeText, pad, truncate } from '../base/safe-text.ts'
import type { TextSink } from '../base/text-sink.ts'
import { listed, number, plural } from '../base/wording.ts'
import { createPage, type PageOptions, type TextPage, writeParagraph } from '../report/text/page.ts'
import { writeFindingChanges, writeHostChanges, writeRowChanges } from './diff-paragraphs.ts'
import { countChanges, regressed } from './diff-records.ts'
import {
  type ControlChange,
  type Difference,
  FINDING_CHANGES,
  type FindingChange,
  ROW_CHANGES,
  type RowChange,
  severityOf,
} from './difference.ts'
import type { ControlCounts, Result } from './result.ts'

export function writeDifference(difference: Difference, sink: TextSink, options: PageOptions): void {
  const page = createPage(sink, options)
  const { findings, readiness, hosts, old, new: now } = difference
  if (findings !== null) writeFindingCounts(page, findings)
  if (readiness !== null) {
    writeRowCounts(page, readiness.rows)
    writeControls(page, readiness.controls)
  }
  const { new: arrived, 'not-seen': missing } = countChanges(['new', 'not-seen'], hosts)
  page.sink.write(`Hosts:    ${number(arrived)} new, ${number(missing)} not seen this time.\n`)
  writeScope(page, 'Old', old)
  writeScope(page, 'New', now)
  for (const sentence of caveats(difference)) writeParagraph(page, '', escapeText(sentence))
  if (findings !== null) writeFindingChanges(page, findings)
  if (readiness !== null) writeRowChanges(page, readiness.rows)
  writeHostChanges(page, hosts)
}

function writeFindingCounts({ sink, style }: TextPage, changes: readonly FindingChange[]): void {
  const counts = countChanges(FINDING_CHANGES, changes)
  const bad = (kind: 'new' | 'worse') => {
    // Ordered by severity: the first is the worst.
    const worst = changes.find(({ change }) => change === kind)
    const text = `${number(counts[kind])} ${kind}`
    return worst === undefined ? text : style.severity(severityOf(worst), text)
  }
  const good = (kind: 'fixed' | 'better') => {
    const text = `${number(counts[kind])} ${kind}`
    return counts[kind] === 0 ? text : style.good(text)
  }
  const back = regressed(changes)
  const known = back > 0 ? ` (${number(back)} well before)` : ''
  sink.write(`Findings: ${bad('new')}${known}, ${bad('worse')}, ${good('fixed')}, `)
  sink.write(`${number(counts['not-seen'])} not seen this time.\n`)
  sink.write(`          ${good('better')}, ${number(counts.unchanged)} unchanged.\n`)
}

/** Of the pairs: a row about a host says again what those about its pairs say. */
function writeRowCounts({ sink, style }: TextPage, rows: readonly RowChange[]): void {
  const pairs = rows.filter(({ old, new: now }) => (now ?? old)?.scope === 'pair')
  const counts = countChanges(ROW_CHANGES, pairs)
  const bad = `${number(counts.new)} would break now`
  const good = `${number(counts.fixed)} ready now`
  const exempt = counts.exempt > 0 ? `${number(counts.exempt)} exempt now, ` : ''
  const missing = number(counts['not-seen'])
  sink.write(`Readiness: ${counts.new > 0 ? style.severity('high', bad) : bad} and did not before, `)
  sink.write(`${counts.fixed > 0 ? style.good(good) : good},\n`)
  sink.write(`           ${exempt}${missing} not seen this time, ${number(counts.unchanged)} would break as before.\n`)
}

/** Columns of `1,234 -> 1,234`. */
const NUMBERS = 15
const TITLE = 32

/** Clients of each control, then and now. A control that no traffic shows has one line for all of them. */
function writeControls(page: TextPage, controls: readonly ControlChange[]): void {
  const { sink, style } = page
  const head = ['ready', 'would break', 'not seen'].map((title) => title.padEnd(NUMBERS)).join(' ')
  sink.write(`${style.quiet(`${pad('Clients, then -> now', TITLE)} ${head.trimEnd()}`)}\n`)
  const blind: string[] = []
  for (const { title, old, new: now } of controls) {
    const counts = now ?? old
    if (counts !== null && !counts.observable && empty(old) && empty(now)) {
      blind.push(title)
      continue
    }
    const ready = change(old?.ready, now?.ready)
    const breaks = change(old?.breaks, now?.breaks)
    const unseen = change(old?.notObserved, now?.notObserved)
    const fewer = (now?.breaks ?? 0) < (old?.breaks ?? 0)
    const more = (now?.breaks ?? 0) > (old?.breaks ?? 0)
    const tint = more ? (text: string) => style.severity('high', text) : fewer ? style.good : (text: string) => text
    const cells = `${ready.padEnd(NUMBERS)} ${tint(breaks.padEnd(NUMBERS))} ${unseen}`
    sink.write(`${pad(truncate(escapeText(title), TITLE), TITLE)} ${cells}\n`)
  }
  if (blind.length > 0)
    writeParagraph(page, '', `No traffic that is read shows: ${escapeText(listed(blind))}.`, style.quiet)
}

function empty(counts: ControlCounts | null): boolean {
  return counts === null || counts.ready + counts.breaks + counts.exempt === 0
}

function change(old: number | undefined, now: number | undefined): string {
  const words = (count: number | undefined) => (count === undefined ? '-' : number(count))
  return old === now ? words(now) : `${words(old)} -> ${words(now)}`
}

function writeScope(page: TextPage, name: string, { path, scope, smblens }: Result): void {
  const { captures, sessions, firstTime, lastTime } = scope
  const facts = [plural(captures, 'capture'), ...(sessions > 0 ? [plural(sessions, 'session')] : [])]
  const span = firstTime === null || lastTime === null ? '' : `, ${timeSpan(firstTime, lastTime)} UTC`
  const version = smblens === null ? '' : `; smblens ${smblens}`
  const file = path === '-' ? 'standard input' : path
  writeParagraph(page, `${name}: `, escapeText(`${file}: ${facts.join(', ')}${span}${version}`), page.style.quiet)
}

/** `2026-11-01 09:00:00 to 12:30:00`; the day again where it is another one. */
function timeSpan(from: string, to: string): string {
  const [first, last] = [from, to].map((time) => time.slice(0, 19).replace('T', ' ')) as [string, string]
  if (first === last) return first
  return first.slice(0, 11) === last.slice(0, 11) ? `${first} to ${last.slice(11)}` : `${first} to ${last}`
}

/** What the reader must know before believing the numbers. */
function caveats({ old, new: now, findings, readiness, policyChanged }: Difference): string[] {
  const sentences = [...policySentences(old, now, policyChanged), ...doubts('Old', old), ...doubts('New', now)]
  if (old.smblens !== now.smblens) {
    sentences.push(
      `Two versions made the results (${old.smblens ?? 'not known'}, then ${now.smblens ?? 'not known'}): a rule may have changed between them.`,
    )
  }
  if (findings === null && (old.scan !== null || now.scan !== null)) {
    sentences.push('Findings are not compared: only one of the results has them.')
  }
  if (readiness === null && (old.readiness !== null || now.readiness !== null)) {
    sentences.push('Readiness is not compared: only one of the results has it.')
  }
  return sentences
}

function policySentences({ policy: old }: Result, { policy: now }: Result, changed: boolean): string[] {
  if (!changed) return []
  const name = (policy: Result['policy']) => (policy === null ? 'none' : `${policy.path} (${policy.hash.slice(0, 12)})`)
  return [
    `The policy changed: ${name(old)} then, ${name(now)} now. Findings and rows may differ because of it: severities, zones, exemptions.`,
  ]
}

function doubts(name: string, { doubts: { incomplete, inputsUnread, unreadPackets, limits }, scan }: Result): string[] {
  const sentences: string[] = []
  const lost = [
    incomplete > 0 && `${plural(incomplete, 'capture was', 'captures were')} cut or damaged`,
    inputsUnread > 0 && `${plural(inputsUnread, 'input')} could not be read`,
    unreadPackets > 0 && `${plural(unreadPackets, 'packet')} could not be read`,
    limits.size > 0 && `memory limits were reached (${listed([...limits.keys()])})`,
  ].filter((part) => part !== false)
  if (lost.length > 0)
    sentences.push(`${name} is incomplete: ${listed(lost)}. What was not seen there may have been lost.`)
  if (scan === null) return sentences
  if (scan.exempted > 0) sentences.push(`${name} hides ${plural(scan.exempted, 'case')} by exemptions of the policy.`)
  if (scan.findingsHidden > 0) {
    sentences.push(
      `${name} was made with --min-severity, which left out ${plural(scan.findingsHidden, 'finding')}: that others are missing there proves nothing.`,
    )
  }
  return sentences
}
