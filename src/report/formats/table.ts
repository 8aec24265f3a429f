/**
 * The report for people, in plain text: the verdict, what was looked at, then findings by severity. Repeats of one rule share a paragraph, its
 * explanation and its cure; what does not fit is counted, never left out in silence.
 */
import type { Finding } from '../../audit/finding.ts'
import { countBySeverity } from '../../audit/finding-list.ts'
import { remediationOf } from '../../audit/remediation.ts'
import { type Remediation, type Rule, SEVERITIES, type Severity } from '../../audit/rule/rule.ts'
import { shortTime } from '../../base/packet-time.ts'
import { displayWidth, escapeText, truncate, wrap } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { address, count, number, total } from '../../base/wording.ts'
import type { Facts } from '../../ledger/facts-list.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import { type FindingRecord, findingRecord } from '../records/finding.ts'
import type { Report } from '../report.ts'
import {
  type ConnectionCounts,
  noProtection,
  type ProtectionCounts,
  unreadSentences,
  type VerdictFacts,
  verdict,
} from '../verdict.ts'
import { createStyle, type Style } from './style.ts'

export interface TableOptions {
  /** Columns of the terminal, 80 where there is none. */
  width: number
  color: boolean
}

/** Paragraphs wider than this are hard to read, whatever the terminal. */
const MAX_WIDTH = 132
const MIN_WIDTH = 40

/** A group of up to so many findings tells each in full; a larger one tells the first in full and lists so many more. */
const FULL_FINDINGS = 3
const LISTED_FINDINGS = 8
const EVIDENCE_FRAMES = 5

/** Cells of text that somebody on the wire chose the length of. */
const MAX_NAME = 64
const MAX_MESSAGE = 600

interface Page {
  sink: TextSink
  style: Style
  width: number
  captures: number
}

export function writeTable(report: Report, sink: TextSink, options: TableOptions): void {
  const page: Page = {
    sink,
    style: createStyle(options.color),
    width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, options.width)),
    captures: report.ledger.captures.length,
  }
  writeVerdict(page, report)
  for (const group of groups(report)) writeGroup(page, group)
}

function writeVerdict(page: Page, report: Report): void {
  const { word, severity, sentence } = verdict(verdictFacts(report))
  const lines = wrap(`${word} ${sentence}`, page.width)
  const first = lines[0] ?? ''
  const mark = severity === null ? page.style.good(word) : page.style.severity(severity, word)
  page.sink.write(`${first.startsWith(word) ? mark + first.slice(word.length) : first}\n`)
  for (const line of lines.slice(1)) page.sink.write(`${line}\n`)
  paragraph(page, '', scope(report), page.style.quiet)
  const { captures } = report.ledger
  for (const text of unreadSentences(captures, report.inputsUnread)) paragraph(page, '', text)
}

function verdictFacts({ ledger, findings, findingsHidden }: Report): VerdictFacts {
  const { captures, connections, sessions } = ledger
  return {
    severities: countBySeverity(findings),
    hidden: findingsHidden,
    captures: captures.length,
    packets: total(captures, (c) => c.packets),
    unread: captures.flatMap((c) => c.unreadPackets),
    connections: connectionCounts(connections),
    sessions: sessions.length,
    soFar: false,
    titlesAt: (severity) => titlesAt(findings, severity),
    protection: () => {
      const kinds = noProtection()
      for (const session of sessions) kinds[protection(session)]++
      return kinds
    },
  }
}

function titlesAt(findings: Iterable<Finding>, wanted: Severity): string[] {
  const titles: string[] = []
  for (const { severity, title } of findings) if (severity === wanted) titles.push(title)
  return titles
}

function connectionCounts(connections: Facts<ConnectionFacts>): ConnectionCounts {
  const counts = { all: connections.length, refused: 0, unanswered: 0 }
  for (const { state } of connections) {
    if (state === 'refused') counts.refused++
    if (state === 'attempted') counts.unanswered++
  }
  return counts
}

function protection(session: SessionFacts): keyof ProtectionCounts {
  if (session.status === 'failed') return 'refused'
  if (session.status === 'pending') return 'unanswered'
  const unread = session.requests.unread + session.responses.unread
  const signed = session.requests.signed + session.responses.signed
  const unsigned = session.requests.unsigned + session.responses.unsigned
  const encrypted = session.requests.encrypted + session.responses.encrypted
  if (signed + unsigned + encrypted === 0) return 'unseen'
  // Compressed with their headers: in the clear, and nobody can say whether they are signed.
  if (unread > 0 && unsigned === 0) return 'unseen'
  if (unsigned === 0) return signed === 0 ? 'encrypted' : 'signed'
  return signed + encrypted === 0 ? 'clear' : 'partly'
}

/** What was looked at: an answer is worth as much as what it rests on. */
function scope(report: Report): string {
  const { captures, connections, sessions } = report.ledger
  const first = captures.map((c) => c.firstTime).filter((time) => time !== null)
  const last = captures.map((c) => c.lastTime).filter((time) => time !== null)
  const facts = [
    count(captures.length, 'capture'),
    count(
      total(captures, (c) => c.packets),
      'packet',
    ),
    count(
      total(captures, (c) => c.smbMessages),
      'SMB message',
    ),
    count(connections.length, 'connection'),
    count(sessions.length, 'session'),
    ...refusedText(sessions),
  ]
  const span = first.length > 0 ? `, ${timeSpan(least(first), greatest(last))} UTC` : ''
  return `Seen: ${facts.join(', ')}${span}.`
}

function refusedText(sessions: Facts<SessionFacts>): string[] {
  let refused = 0
  for (const { status } of sessions) if (status === 'failed') refused++
  return refused === 0 ? [] : [`${number(refused)} refused`]
}

function timeSpan(from: number, to: number): string {
  const first = shortTime(from)
  const last = shortTime(to)
  if (first === last) return first
  const [day, time] = last.split(' ')
  return first.startsWith(`${day} `) ? `${first} to ${time}` : `${first} to ${last}`
}

/** Findings of one rule at one severity: those that may be told, and what is said of the rest. */
interface Group {
  first: FindingRecord
  others: FindingRecord[]
  length: number
  /** Addresses beyond the first and the listed. */
  clients: Set<string>
  servers: Set<string>
  /** Who said it, where the report has it, and the remediations that any of them needs. */
  rule: Rule | undefined
  remediations: Set<string>
}

/** Most severe first; within a severity in the order in which rules first spoke. */
function groups({ findings, rules }: Pick<Report, 'findings' | 'rules'>): Group[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const byKey = new Map<string, Group>()
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.rule}`
    const rule = byId.get(finding.rule)
    const record = findingRecord(finding, rule)
    let group = byKey.get(key)
    if (group === undefined) {
      group = newGroup(record, rule)
      byKey.set(key, group)
    } else addToGroup(group, record)
    for (const name of finding.remediations) group.remediations.add(name)
  }
  return [...byKey.values()].sort((a, b) => SEVERITIES.indexOf(a.first.severity) - SEVERITIES.indexOf(b.first.severity))
}

function newGroup(first: FindingRecord, rule: Rule | undefined): Group {
  return { first, others: [], length: 1, clients: new Set(), servers: new Set(), rule, remediations: new Set() }
}

function addToGroup(group: Group, finding: FindingRecord): void {
  const { others, clients, servers } = group
  group.length++
  if (others.length < LISTED_FINDINGS) {
    others.push(finding)
    return
  }
  if (finding.client !== null) clients.add(finding.client.ip)
  if (finding.server !== null) servers.add(finding.server.ip)
}

function writeGroup(page: Page, group: Group): void {
  const { sink, style, width } = page
  const { first, others, length } = group
  sink.write('\n')
  const label = first.severity.toUpperCase()
  const tail = `  ${first.rule}`
  const title = truncate(escapeText(first.title), Math.max(8, width - label.length - 2 - tail.length))
  const gap = ' '.repeat(Math.max(0, width - label.length - 2 - displayWidth(title) - tail.length))
  sink.write(`${style.severity(first.severity, label)}  ${style.strong(title)}${gap}${style.quiet(tail)}\n`)

  writeFinding(page, first)
  if (length <= FULL_FINDINGS) for (const finding of others) writeFinding(page, finding)
  else {
    for (const finding of others) writeListed(page, finding)
    writeRest(page, group)
  }
  writeRemedy(page, group)
}

function writeFinding(page: Page, finding: FindingRecord): void {
  paragraph(page, '  ', `${who(finding)}${times(finding)}`)
  paragraph(page, '    ', truncate(escapeText(finding.message), MAX_MESSAGE))
  paragraph(page, '    ', frames(page, finding, EVIDENCE_FRAMES), page.style.quiet)
}

/** One of many: who and where, in one line where it fits. */
function writeListed(page: Page, finding: FindingRecord): void {
  const hosts = `${who(finding)}${times(finding)}`
  const where = frames(page, finding, 1)
  if (displayWidth(hosts) + displayWidth(where) + 4 <= page.width) {
    paragraph(page, '  ', `${hosts}  ${where}`)
  } else {
    paragraph(page, '  ', hosts)
    paragraph(page, '    ', where, page.style.quiet)
  }
}

function writeRest(
  page: Page,
  { first, others, length, clients: { size: clients }, servers: { size: servers } }: Group,
): void {
  const rest = length - 1 - others.length
  if (rest === 0) return
  const ends = [clients > 0 ? count(clients, 'client') : '', servers > 0 ? count(servers, 'server') : ''].filter(
    (end) => end !== '',
  )
  const between = ends.length > 0 ? ` (${ends.join(', ')})` : ''
  paragraph(page, '  ', `and ${number(rest)} more${between}: --rule ${first.rule} --format csv lists them`)
}

function writeRemedy(page: Page, { rule, remediations }: Group): void {
  if (rule === undefined) return
  const { setting, powershell, audit } = remediationOf(rule, [...remediations])
  if (audit !== null) writeStep(page, '  First: ', audit)
  writeStep(page, audit === null ? '  Fix: ' : '  Then: ', { setting, powershell })
  paragraph(page, '  ', `More: smblens rules ${rule.id}`, page.style.quiet)
}

function writeStep(page: Page, label: string, { setting, powershell }: Omit<Remediation, 'audit'>): void {
  paragraph(page, label, setting)
  for (const line of powershell) page.sink.write(`${' '.repeat(label.length)}${page.style.quiet('PS>')} ${line}\n`)
}

/** Who did it to whom: `10.0.0.5 -> 10.0.0.9:445  CORP\alice`. */
function who({ client, server, user }: FindingRecord): string {
  const ends = [client && address(client), server && address(server)]
  const hosts =
    ends[0] && ends[1] ? `${ends[0]} -> ${ends[1]}` : (ends[0] ?? (ends[1] ? `server ${ends[1]}` : 'several hosts'))
  return user === null ? hosts : `${hosts}  ${truncate(escapeText(user), MAX_NAME)}`
}

function times(finding: FindingRecord): string {
  return finding.count > 1 ? `  x${number(finding.count)}` : ''
}

function frames(page: Page, finding: FindingRecord, most: number): string {
  const [first, ...others] = finding.evidence.slice(0, most)
  if (first === undefined) return ''
  const where = page.captures > 1 ? `${escapeText(first.capture)} ` : ''
  if (most === 1) return `${where}frame ${first.frame}`
  const elsewhere = others.map(({ capture, frame }) =>
    capture === first.capture ? `${frame}` : `${escapeText(capture)} ${frame}`,
  )
  const also = elsewhere.length > 0 ? `; also ${elsewhere.join(', ')}` : ''
  return `${where}frame ${first.frame}: ${truncate(escapeText(first.what), MAX_MESSAGE)}${also}`
}

/** `text` wrapped behind `indent`; further lines start where the text did. */
function paragraph(page: Page, indent: string, text: string, style: (line: string) => string = (line) => line): void {
  const [first = '', ...rest] = wrap(text, page.width - indent.length)
  if (first === '' && rest.length === 0) return
  const hanging = ' '.repeat(indent.length)
  page.sink.write(`${indent}${style(first)}\n`)
  for (const line of rest) page.sink.write(`${hanging}${style(line)}\n`)
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
}
