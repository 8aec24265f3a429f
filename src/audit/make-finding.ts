/** Groups of cases to findings: the message, the evidence, and a filter that shows it. */
import { createHash } from 'node:crypto'
import { compareText } from '../base/compare-text.ts'
import type { Finding } from './finding.ts'
import { EVIDENCE_LIMIT, type FindingGroup, findingKey, type Origin, PORT_LIMIT, worstRank } from './finding-group.ts'
import type { EvidenceDraft } from './rule/evidence.ts'
import { RANK, type Rule, SEVERITIES } from './rule/rule.ts'
import { subjectOf } from './subject-key.ts'

/** @param rule the one that reported it */
export function findingOf(rule: Rule, group: FindingGroup): Finding {
  const { shown, subject, count, severalUsers } = group
  const { severity, connection, session, user } = shown[0]!
  const { capture, captureId } = originOf(group)
  const { evidence, more } = evidenceOf(group)
  return {
    id: findingId(rule, group.id),
    rule: rule.id,
    severity,
    subject: subjectOf(subject, findingKey(group.id)),
    title: rule.title,
    message: messageOf(group),
    capture,
    captureId,
    connection: count === 1 ? connection : null,
    session: count === 1 ? session : null,
    client: group.client,
    server: group.server,
    user: subject === 'pair' && !severalUsers ? user : null,
    firstTime: evidence.reduce((first, { time }) => Math.min(first, time), group.firstTime),
    lastTime: evidence.reduce((last, { time }) => Math.max(last, time), group.lastTime),
    count,
    evidence: evidence.map(({ capture: other, frame, time, field, what }) => ({
      capture: other ?? capture,
      frame,
      time,
      field,
      what,
    })),
    wiresharkFilter: filterOf(
      group,
      evidence.filter((item) => (item.capture ?? capture) === capture),
      more,
    ),
    remediations: [...group.remediations].sort(compareText),
  }
}

/** The same in every run, even if another capture has the same name. @param name the group's */
export function findingId(rule: Rule, name: string): string {
  return `${rule.id}-${createHash('sha256').update(findingKey(name)).digest('hex').slice(0, 16)}`
}

/** The capture that the finding is listed under: that of its worst case. */
export function originOf({ shown, capture, captureId }: FindingGroup): Origin {
  return shown[0]!.origin ?? { capture, captureId }
}

/** The frame of its first evidence: findings are listed by it. */
export function firstEvidence(group: FindingGroup): number {
  return evidenceOf(group).evidence[0]?.frame ?? 0
}

/** The worst case in words. */
function messageOf(group: FindingGroup): string {
  const { shown, count, counts } = group
  const { message } = shown[0]!
  if (counts[worstRank(group)] === count) return message
  const parts = SEVERITIES.filter((s) => counts[RANK[s]] !== 0).map((s) => `${counts[RANK[s]]} ${s}`)
  return `${message} Of ${count} counted: ${parts.join(', ')}.`
}

/** The frames of the cases that are shown, in their order: `more` if there are others. */
function evidenceOf({ shown, count }: FindingGroup): { evidence: EvidenceDraft[]; more: boolean } {
  let more = count > shown.length
  const evidence: EvidenceDraft[] = []
  for (const each of shown) {
    for (const item of each.evidence) {
      if (evidence.some((known) => isSame(known, item))) continue
      if (evidence.length < EVIDENCE_LIMIT) evidence.push(item)
      else more = true
    }
  }
  return { evidence: evidence.sort(compareEvidence), more }
}

function isSame(a: EvidenceDraft, b: EvidenceDraft): boolean {
  return a.frame === b.frame && a.what === b.what && a.capture === b.capture
}

function compareEvidence(a: EvidenceDraft, b: EvidenceDraft): number {
  return compareText(a.capture ?? '', b.capture ?? '') || a.frame - b.frame || compareText(a.what, b.what)
}

/** Shows the evidence, and if there is more than was kept, the traffic between these hosts. */
function filterOf(group: FindingGroup, evidence: EvidenceDraft[], more: boolean): string {
  const { subject, client, server, serverPorts } = group
  const numbers = evidence.map((e) => e.frame).filter((frame, i, sorted) => frame !== sorted[i - 1])
  const frames = `frame.number in {${numbers.join(', ')}}`
  if (!more) return frames
  const terms: string[] = []
  if (client !== null && (subject === 'pair' || subject === 'client')) terms.push(addressTerm(client.ip))
  if (server !== null && (subject === 'pair' || subject === 'server')) terms.push(addressTerm(server.ip))
  if (serverPorts.length <= PORT_LIMIT) terms.push(`tcp.port in {${serverPorts.sort((a, b) => a - b).join(', ')}}`)
  const traffic = terms.filter((term) => term !== '').join(' && ')
  return traffic === '' ? frames : `${frames} || (${traffic})`
}

/** Only text with the letters of an address gets into a filter. */
function addressTerm(ip: string): string {
  if (/^[0-9.]+$/.test(ip)) return `ip.addr == ${ip}`
  return /^[0-9A-Fa-f:.]+$/.test(ip) ? `ipv6.addr == ${ip}` : ''
}
