/** The findings of one rule at one severity, as paragraphs. What does not fit is counted, never left out in silence. */
import { remediationOf } from '../../audit/remediation.ts'
import { type Remediation, type Rule, SEVERITIES } from '../../audit/rule/rule.ts'
import { displayWidth, escapeText, truncate } from '../../base/safe-text.ts'
import { endpointText, number, plural } from '../../base/wording.ts'
import { type FindingRecord, findingRecord } from '../records/finding.ts'
import type { Report } from '../records/report.ts'
import { type TextPage, writeParagraph } from './page.ts'

/** A group of up to this many findings describes each in full; a larger one describes the first and lists some of the others. */
const FULL_FINDINGS = 3
const LISTED_FINDINGS = 8
const EVIDENCE_FRAMES = 5

/** Columns for text whose length a sender chose. */
const MAX_NAME = 64
const MAX_MESSAGE = 600

/** The findings of one rule at one severity: those that may be shown, and what the report says about the rest. */
export interface FindingsOfRule {
  first: FindingRecord
  others: FindingRecord[]
  length: number
  /** Addresses beyond the first and the listed. */
  clients: Set<string>
  servers: Set<string>
  /** The rule, if the report has it, and the remediations that any of the findings needs. */
  rule: Rule | undefined
  remediations: Set<string>
}

/** Most severe first; within one severity, in the order in which the rules first reported something. */
export function findingsByRule({ findings, rules }: Pick<Report, 'findings' | 'rules'>): FindingsOfRule[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]))
  const byKey = new Map<string, FindingsOfRule>()
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

function newGroup(first: FindingRecord, rule: Rule | undefined): FindingsOfRule {
  return { first, others: [], length: 1, clients: new Set(), servers: new Set(), rule, remediations: new Set() }
}

function addToGroup(group: FindingsOfRule, finding: FindingRecord): void {
  const { others, clients, servers } = group
  group.length++
  if (others.length < LISTED_FINDINGS) {
    others.push(finding)
    return
  }
  if (finding.client !== null) clients.add(finding.client.ip)
  if (finding.server !== null) servers.add(finding.server.ip)
}

export function writeFindings(page: TextPage, group: FindingsOfRule, manyCaptures: boolean): void {
  const { sink, style, width } = page
  const { first, others, length } = group
  sink.write('\n')
  const label = first.severity.toUpperCase()
  const tail = `  ${first.rule}`
  const title = truncate(escapeText(first.title), Math.max(8, width - label.length - 2 - tail.length))
  const gap = ' '.repeat(Math.max(0, width - label.length - 2 - displayWidth(title) - tail.length))
  sink.write(`${style.severity(first.severity, label)}  ${style.strong(title)}${gap}${style.quiet(tail)}\n`)

  writeFinding(page, first, manyCaptures)
  if (length <= FULL_FINDINGS) for (const finding of others) writeFinding(page, finding, manyCaptures)
  else {
    for (const finding of others) writeListed(page, finding, manyCaptures)
    writeRest(page, group)
  }
  writeRemedy(page, group)
}

function writeFinding(page: TextPage, finding: FindingRecord, manyCaptures: boolean): void {
  writeParagraph(page, '  ', `${who(finding)}${times(finding)}`)
  writeParagraph(page, '    ', truncate(escapeText(finding.message), MAX_MESSAGE))
  writeParagraph(page, '    ', frames(finding, EVIDENCE_FRAMES, manyCaptures), page.style.quiet)
}

/** One of many: the hosts and the frame, on one line if it fits. */
function writeListed(page: TextPage, finding: FindingRecord, manyCaptures: boolean): void {
  const hosts = `${who(finding)}${times(finding)}`
  const where = frames(finding, 1, manyCaptures)
  if (displayWidth(hosts) + displayWidth(where) + 4 <= page.width) {
    writeParagraph(page, '  ', `${hosts}  ${where}`)
  } else {
    writeParagraph(page, '  ', hosts)
    writeParagraph(page, '    ', where, page.style.quiet)
  }
}

function writeRest(
  page: TextPage,
  { first, others, length, clients: { size: clients }, servers: { size: servers } }: FindingsOfRule,
): void {
  const rest = length - 1 - others.length
  if (rest === 0) return
  const ends = [clients > 0 ? plural(clients, 'client') : '', servers > 0 ? plural(servers, 'server') : ''].filter(
    (end) => end !== '',
  )
  const between = ends.length > 0 ? ` (${ends.join(', ')})` : ''
  writeParagraph(page, '  ', `and ${number(rest)} more${between}: --rule ${first.rule} --format csv lists them`)
}

function writeRemedy(page: TextPage, { rule, remediations }: FindingsOfRule): void {
  if (rule === undefined) return
  const { setting, powershell, audit } = remediationOf(rule, [...remediations])
  if (audit !== null) writeStep(page, '  First: ', audit)
  writeStep(page, audit === null ? '  Fix: ' : '  Then: ', { setting, powershell })
  writeParagraph(page, '  ', `More: smblens rules ${rule.id}`, page.style.quiet)
}

function writeStep(page: TextPage, label: string, { setting, powershell }: Omit<Remediation, 'audit'>): void {
  writeParagraph(page, label, setting)
  for (const line of powershell) page.sink.write(`${' '.repeat(label.length)}${page.style.quiet('PS>')} ${line}\n`)
}

/** Client, server and user: `10.0.0.5 -> 10.0.0.9:445  CORP\alice`. */
function who({ client, server, user }: FindingRecord): string {
  const ends = [client && endpointText(client), server && endpointText(server)]
  const hosts =
    ends[0] && ends[1] ? `${ends[0]} -> ${ends[1]}` : (ends[0] ?? (ends[1] ? `server ${ends[1]}` : 'several hosts'))
  return user === null ? hosts : `${hosts}  ${truncate(escapeText(user), MAX_NAME)}`
}

function times(finding: FindingRecord): string {
  return finding.count > 1 ? `  x${number(finding.count)}` : ''
}

function frames(finding: FindingRecord, most: number, manyCaptures: boolean): string {
  const [first, ...others] = finding.evidence.slice(0, most)
  if (first === undefined) return ''
  const where = manyCaptures ? `${escapeText(first.capture)} ` : ''
  if (most === 1) return `${where}frame ${first.frame}`
  const elsewhere = others.map(({ capture, frame }) =>
    capture === first.capture ? `${frame}` : `${escapeText(capture)} ${frame}`,
  )
  const also = elsewhere.length > 0 ? `; also ${elsewhere.join(', ')}` : ''
  return `${where}frame ${first.frame}: ${truncate(escapeText(first.what), MAX_MESSAGE)}${also}`
}
