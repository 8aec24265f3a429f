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
  /** What a host of this connection is called, in lower case. Empty if the policy names no hosts: then no names are collected. */
  namesOf(connection: ConnectionFacts, ip: string): readonly string[]
}
