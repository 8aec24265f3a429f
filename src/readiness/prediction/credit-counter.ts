/** Counts which controls were seen at work, without predicting anything: part by part, as an audit reads a ledger. */
import type { AuditFacts } from '../../audit/rule/audit-facts.ts'
import type { Policy } from '../../policy/policy.ts'
import type { ControlId } from '../control.ts'
import { CONTROLS } from '../controls/index.ts'
import type { Surroundings, Unit } from '../judging/unit.ts'
import type { Credit } from '../readiness-row.ts'
import { Credits } from './credits.ts'
import { isLive } from './units.ts'

/** Those that can be seen at work; the others only say what would break. */
const CREDITING: readonly ControlId[] = [
  'remove-smb1',
  'disable-guest',
  'require-signing',
  'require-encryption',
  'unc-hardening',
  'block-outbound',
]

export class CreditCounter {
  private readonly credits = new Credits()
  private readonly controls = CONTROLS.filter(({ id }) => CREDITING.includes(id))
  private readonly surroundings: Surroundings

  constructor(policy: Policy) {
    // What a server can do elsewhere decides what would break, and no credit.
    this.surroundings = { policy, smb2Answer: () => null }
  }

  note({ ledger, connectionOf, sessionsOf }: AuditFacts): void {
    for (const session of ledger.sessions) this.judge({ connection: connectionOf(session), session })
    for (const connection of ledger.connections) {
      if (sessionsOf(connection).length === 0) this.judge({ connection, session: null })
    }
  }

  /** In the order of the controls. */
  list(): Credit[] {
    return this.credits.list()
  }

  private judge(unit: Unit): void {
    const live = isLive(unit.connection)
    for (const control of this.controls) {
      if (!live && control.attempts !== true) continue
      for (const observation of control.judge(unit, this.surroundings)) this.credits.add(control, unit, observation)
    }
  }
}
