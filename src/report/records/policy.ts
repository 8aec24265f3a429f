/** The policy file that a result was judged by, and what its exemptions hide. */
import { FindingList } from '../../audit/finding-list.ts'
import { isoTime } from '../../base/packet-time.ts'
import type { CaptureFacts } from '../../ledger/capture-facts.ts'
import type { Exemption, Policy, PolicyFile } from '../../policy/policy.ts'
import type { Report } from './report.ts'

export interface PolicyRecord {
  type: 'policy'
  path: string
  /** SHA-256 of what the file means: comments and layout do not change it. */
  hash: string
  exemptions: ExemptionRecord[]
}

export interface ExemptionRecord {
  /** In the order of the file, from 1. */
  number: number
  reason: string
  /** The last moment of its last day; null without an end. */
  until: string | null
  /** It ended before the last packet that was read. */
  expired: boolean
  /** Cases of rules that it hides; null where they were not counted. */
  hidden: number | null
  /** Cases that it covers, and that were seen after its end: they are in findings. */
  foundAgain: number | null
}

/** How many cases an exemption covered; null where they were not counted. */
export type CountExemption = (number: number) => Pick<ExemptionRecord, 'hidden' | 'foundAgain'>

/** Null without a policy file. */
export function policyRecord({
  policy,
  ledger,
  findings,
}: Pick<Report, 'policy' | 'ledger' | 'findings'>): PolicyRecord | null {
  if (policy.file === null) return null
  const counts = findings instanceof FindingList ? findings.exempted : null
  const countOf: CountExemption = (number) => counts?.of(number) ?? { hidden: null, foundAgain: null }
  return policyRecordOf(policy, policy.file, lastTimeOf(ledger.captures), countOf)
}

/** @param lastTime of the packets that were read; null where there were none */
export function policyRecordOf(
  { exemptions }: Policy,
  { path, hash }: PolicyFile,
  lastTime: number | null,
  countOf: CountExemption,
): PolicyRecord {
  return {
    type: 'policy',
    path,
    hash,
    exemptions: exemptions.map((each) => exemptionRecord(each, lastTime, countOf)),
  }
}

function exemptionRecord(
  { number, reason, until }: Exemption,
  lastTime: number | null,
  countOf: CountExemption,
): ExemptionRecord {
  const { hidden, foundAgain } = countOf(number)
  return {
    number,
    reason,
    until: until === null ? null : isoTime(until),
    expired: until !== null && lastTime !== null && lastTime > until,
    hidden,
    foundAgain,
  }
}

export function lastTimeOf(captures: readonly CaptureFacts[]): number | null {
  return captures.reduce<number | null>((last, { lastTime }) => {
    return lastTime === null || (last !== null && last > lastTime) ? last : lastTime
  }, null)
}
