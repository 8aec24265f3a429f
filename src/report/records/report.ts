/** All that a report is written from. */
import type { Finding } from '../../audit/finding.ts'
import type { Rule } from '../../audit/rule/rule.ts'
import type { Facts } from '../../ledger/facts-list.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Credit } from '../../readiness/readiness-row.ts'

export interface Report {
  ledger: Ledger
  policy: Policy
  /** The findings to list. */
  findings: Facts<Finding>
  /** Findings below the severity asked for, which are not listed. */
  findingsHidden: number
  /** Named inputs of which nothing could be read. */
  inputsUnread: number
  /** The rules that were applied. */
  rules: readonly Rule[]
  durationMs: number
  /** Controls that were seen at work; none where they were not looked for. */
  credits?: readonly Credit[]
}
