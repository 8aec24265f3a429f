/** What the table and the plan say about the hosts of one control. Only what is said is put into words: a large capture has very many rows. */
import type { ControlId } from '../../readiness/control.ts'
import type { ReadinessRow } from '../../readiness/readiness-row.ts'
import type { ReportedRows } from './readiness-report.ts'

export interface ControlDigest {
  /** Pairs that would break. */
  breaks: TopRows
  /** Those that the policy accepts. */
  exempt: TopRows
  /** Of which too little was seen. */
  notObserved: TopRows
  /** Hosts that would break, clients before servers. */
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
  const hosts = own.where({ scope: 'host', state: 'breaks' })
  const clients = hosts.where({ role: 'client' })
  return {
    breaks: topRows(pairs.where({ state: 'breaks' }), ROWS_TOLD),
    exempt: topRows(pairs.where({ state: 'exempt' }), ROWS_TOLD),
    notObserved: topRows(pairs.where({ state: 'not-observed' }), 1),
    blockers: topRows(clients.length > 0 ? clients : hosts, ROWS_TOLD),
  }
}

function topRows(rows: ReportedRows, most: number): TopRows {
  return { length: rows.length, top: rows.top(most) }
}
