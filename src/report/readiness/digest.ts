/** What the table and the plan say about the hosts of one control. Only what is said is put into words: a large capture has very many rows. */
import type { ControlId } from '../../readiness/control.ts'
import type { ReadinessRow } from '../../readiness/readiness-row.ts'
import type { ReportedRows } from './readiness-report.ts'

export interface ControlDigest {
  /** Pairs that would break; where both sides can enforce the control, if the servers do. */
  breaks: TopRows
  /** Those that the policy accepts. */
  exempt: TopRows
  /** Of which too little was seen. */
  notObserved: TopRows
  /** Pairs that would break if the clients enforce it; empty where only one side can. */
  byClients: TopRows
  /** Clients that would break, as the numbers of the control count them. */
  blockers: TopRows
}

export interface TopRows {
  /** How many there are. */
  length: number
  /** Those with the most sessions, at most `ROWS_TOLD`. */
  top: readonly ReadinessRow[]
}

export const ROWS_TOLD = 10

export function digestControl(rows: ReportedRows, control: ControlId): ControlDigest {
  const own = rows.where({ control })
  const pairs = own.where({ scope: 'pair' })
  const byClients = pairs.where({ side: 'client' })
  const byServers = pairs.where({ side: 'server' })
  // The numbers of a control that both sides can enforce are those of its servers.
  const counted = byClients.length + byServers.length > 0 ? byServers : pairs
  return {
    breaks: topRows(counted.where({ state: 'breaks' }), ROWS_TOLD),
    exempt: topRows(counted.where({ state: 'exempt' }), ROWS_TOLD),
    notObserved: topRows(counted.where({ state: 'not-observed' }), 1),
    byClients: topRows(byClients.where({ state: 'breaks' }), ROWS_TOLD),
    blockers: topRows(own.where({ scope: 'host', role: 'client', state: 'breaks' }), ROWS_TOLD),
  }
}

function topRows(rows: ReportedRows, most: number): TopRows {
  return { length: rows.length, top: rows.top(most) }
}
