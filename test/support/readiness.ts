/** What readiness says of facts that a test made. */
import type { PlainLedger } from '../../src/ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../../src/ledger/smb-facts.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import type { Policy } from '../../src/policy/policy.ts'
import type { ControlId } from '../../src/readiness/control.ts'
import { readiness } from '../../src/readiness/prediction/readiness.ts'
import type { ReadinessRow } from '../../src/readiness/readiness-row.ts'
import { ledger } from './facts.ts'

/** The rows about pairs that a control has for one connection and its sessions. */
export function pairRows(
  control: ControlId,
  connection: ConnectionFacts,
  sessions: SessionFacts[] = [],
  policy?: Partial<Policy>,
): ReadinessRow[] {
  return rowsOf(control, ledger([connection], sessions), policy)
}

/** The same for a whole ledger. */
export function rowsOf(control: ControlId, facts: PlainLedger, policy: Partial<Policy> = {}): ReadinessRow[] {
  const full = { ...defaultPolicy(createNetworks()), ...policy }
  return [...readiness(facts, { policy: full }).rows.where({ control, scope: 'pair' })]
}

/** `breaks works-as-guest`, after the side where there is one. */
export function verdicts(rows: readonly ReadinessRow[]): string[] {
  return rows.map(({ side, state, reason }) => `${side === null ? '' : `${side}: `}${state} ${reason}`)
}
