/**
 * The ledger: what was seen in the traffic, as plain data (JSON all the way down). The tracker writes it, rules and reports read it, and two
 * ledgers combine into one in any order (merge.ts). It makes no judgement: `null` means "not seen", and is never read as "no".
 *
 * Captures that keep only the beginning of each packet (their snap length) give every fact whose bytes are there. A list that was cut holds what
 * came, and has a mark beside it: `...Cut`.
 */
import type { CaptureFacts } from './capture-facts.ts'
import type { Facts } from './facts-list.ts'
import type { ConnectionFacts, SessionFacts } from './smb-facts.ts'

/** Connections and sessions may be packed (facts-list.ts): each reading then makes new objects. `plainLedger` makes arrays of them. */
export interface Ledger {
  captures: CaptureFacts[]
  connections: Facts<ConnectionFacts>
  sessions: Facts<SessionFacts>
}

export interface PlainLedger extends Ledger {
  connections: ConnectionFacts[]
  sessions: SessionFacts[]
}

export function emptyLedger(): PlainLedger {
  return { captures: [], connections: [], sessions: [] }
}

/** All of it as arrays, which take much more memory. */
export function plainLedger({ captures, connections, sessions }: Ledger): PlainLedger {
  return { captures, connections: [...connections], sessions: [...sessions] }
}
