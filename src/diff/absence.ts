/** What it means that a result does not have a finding which another one has. */
import { HIDDEN_USER, judgementBit } from './judgements.ts'
import type { FoundFinding, Result, ScanResult } from './result.ts'
import { hostsKey, sightingKey } from './sightings.ts'

/**
 * Why the absence of a finding proves nothing. The order is that in which they are asked: the first that holds is given.
 *
 * rules-not-known, rule-not-applied, findings-hidden, findings-left-out: nobody looked, or what was found was left out.
 * still-shown: the records show what the rule reports: an exemption hides the finding, or another rule has it.
 * no-proof: no record shows that a finding of this rule is fixed.
 * not-seen, user-not-seen, user-hidden: the hosts were not seen, or they were, but not the user, or not which user it was.
 * not-judged: seen, but in no state that the rule judges. other-host: the address has another host's names. shared-address: several hosts may have it.
 */
export const ABSENCE_REASONS = [
  'rules-not-known',
  'rule-not-applied',
  'findings-hidden',
  'findings-left-out',
  'still-shown',
  'no-proof',
  'not-seen',
  'user-not-seen',
  'user-hidden',
  'not-judged',
  'other-host',
  'shared-address',
] as const
export type AbsenceReason = (typeof ABSENCE_REASONS)[number]

/**
 * Null where the absence means that all is well: the same subject was seen in a state that the rule judges, and nothing showed what the rule reports.
 *
 * @param without the result that does not have the finding
 * @param having the one that does
 */
export function absenceReason(finding: FoundFinding, without: ScanSide, having: ScanSide): AbsenceReason | null {
  const { rule, subject } = finding
  const bit = judgementBit(rule)
  return (
    lookedFor(rule, without.scan) ??
    (bit === null ? 'no-proof' : null) ??
    sighting(finding, without.scan, bit ?? 0) ??
    (isOtherHost(subject.client, without, having) || isOtherHost(subject.server, without, having)
      ? 'other-host'
      : null) ??
    (mayBeSeveralHosts(finding, bit ?? 0, without.scan, having.scan) ? 'shared-address' : null)
  )
}

export type ScanSide = Result & { scan: ScanResult }

function lookedFor(rule: string, { rules, findingsHidden, findingsLeftOut }: ScanResult): AbsenceReason | null {
  if (rules === null) return 'rules-not-known'
  if (!rules.has(rule)) return 'rule-not-applied'
  if (findingsHidden > 0) return 'findings-hidden'
  return findingsLeftOut > 0 ? 'findings-left-out' : null
}

function sighting({ subject }: FoundFinding, { seen }: ScanResult, bit: number): AbsenceReason | null {
  const key = sightingKey(subject)
  const { good, bad } = seen.shown(key, bit)
  if (bad) return 'still-shown'
  if (good) return null
  if (subject.kind !== 'pair') return seen.has(key) ? 'not-judged' : 'not-seen'
  const hosts = hostsKey(subject.client, subject.server)
  if (!seen.has(hosts)) return 'not-seen'
  if (key === hosts || seen.has(key)) return 'not-judged'
  return seen.shown(hosts, HIDDEN_USER).good ? 'user-hidden' : 'user-not-seen'
}

/** Did the host at this address have names in both results, and none of them in both? */
function isOtherHost(ip: string | null, a: Result, b: Result): boolean {
  if (ip === null) return false
  const [these, those] = [shortNames(a.hosts.get(ip)), shortNames(b.hosts.get(ip))]
  return these.size > 0 && those.size > 0 && ![...these].some((name) => those.has(name))
}

/** `FILES1`, `files1.corp.example` and the 15 characters that NetBIOS keeps of a longer name are one host. */
function shortNames(names: readonly string[] = []): Set<string> {
  return new Set(names.map((name) => name.toLowerCase().split('.', 1)[0]!.slice(0, 15)))
}

/** One result has the address in more captures of the same time than the other one shows to be well. */
function mayBeSeveralHosts({ subject }: FoundFinding, bit: number, without: ScanResult, having: ScanResult): boolean {
  const hosts = subject.kind === 'pair' ? hostsKey(subject.client, subject.server) : sightingKey(subject)
  const most = Math.max(1, having.seen.atOnce(hosts), without.seen.atOnce(hosts))
  return without.seen.atOnce(sightingKey(subject), bit) < most
}
