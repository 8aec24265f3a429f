/** What rules are given: a part of the ledger, and the look-ups that they share. */

import type { PlainLedger } from '../../ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { Policy } from '../../policy/policy.ts'

/** Some connections and the sessions set up on them (ledger-parts.ts). */
export interface AuditFacts {
  ledger: PlainLedger
  policy: Policy
  connectionOf(session: SessionFacts): ConnectionFacts
  /** Sessions set up on this connection, in frame order; of very many the first. */
  sessionsOf(connection: ConnectionFacts): readonly SessionFacts[]
}
