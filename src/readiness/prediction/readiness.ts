/**
 * What would break if the controls of the guide were enforced: rows for pairs of hosts and for hosts, and the numbers of each control. The same ledger
 * gives the same rows, for any order of its parts.
 */
import { runToEnd } from '../../base/steps.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Policy } from '../../policy/policy.ts'
import { DEFAULT_LIMITS } from '../../track/core/limits.ts'
import { type Readiness, ReadinessRun } from './readiness-run.ts'
import { unitSteps } from './units.ts'

export interface ReadinessOptions {
  policy: Policy
  /** Bytes that rows may take, those of the limit findingBytes unless given. Beyond that, rows about pairs are left out, ready ones first. */
  rowBytes?: number | undefined
}

/** Units that are judged between two rests. */
const PIECE = 32

export function readiness(ledger: Ledger, options: ReadinessOptions): Readiness {
  return runToEnd(readinessSteps(ledger, options))
}

/** The same in small pieces, with a yield after each. The ledger must not change until the end, nor as long as rows are read. */
export function* readinessSteps(ledger: Ledger, options: ReadinessOptions): Generator<null, Readiness> {
  const { policy, rowBytes = DEFAULT_LIMITS.findingBytes } = options
  const units = yield* unitSteps(ledger)
  const run = new ReadinessRun(ledger, units, policy, rowBytes)
  for (let i = 0; i < units.order.length; i++) {
    run.judge(units.order[i]!)
    if (i % PIECE === 0) yield null
  }
  return run.end()
}
