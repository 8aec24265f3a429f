/** The rows of a prediction. Each is put into words when it is read, from the unit that shows it: a large capture has too many to keep. */
import { createHash } from 'node:crypto'
import { plural } from '../../base/wording.ts'
import type { Facts } from '../../ledger/facts-list.ts'
import type { ControlId, HostRole, ReadinessState } from '../control.ts'
import { CONTROLS } from '../controls/index.ts'
import type { Observation } from '../judging/observation.ts'
import { type Surroundings, type Unit, userOf, whoOf } from '../judging/unit.ts'
import type { ReadinessRow } from '../readiness-row.ts'
import { controlOfCell, sideOfCell } from './cells.ts'
import { CLIENT, PAIR, type RowTable, SERVER, STATES, type StoredRow } from './row-table.ts'
import type { UnitReader } from './units.ts'

/** Which rows; a field that is not given leaves all. */
export interface RowFilter {
  control?: ControlId
  state?: ReadinessState
  scope?: 'pair' | 'host'
  /** Of rows about hosts. */
  role?: HostRole
  side?: ReadinessRow['side']
}

/**
 * Ordered by client: the rows of its pairs by server and user, then its own. The rows of servers come last. Reading one costs a session's reading; `where`
 * reads none.
 */
export class ReadinessRows implements Facts<ReadinessRow> {
  private readonly table: RowTable
  private readonly reader: UnitReader
  private readonly surroundings: Surroundings
  /** The rows in it; null for all of them. */
  private readonly chosen: Uint32Array | null

  constructor(table: RowTable, reader: UnitReader, surroundings: Surroundings, chosen: Uint32Array | null = null) {
    this.table = table
    this.reader = reader
    this.surroundings = surroundings
    this.chosen = chosen
  }

  get length(): number {
    return this.chosen?.length ?? this.table.length
  }

  /** Rows about pairs that were left out for want of room, ready ones first. The numbers of controls, and rows about hosts, count them. */
  get leftOut(): number {
    return this.table.leftOut
  }

  at(index: number): ReadinessRow | undefined {
    const i = index < 0 ? index + this.length : index
    if (i < 0 || i >= this.length) return undefined
    return this.read(this.table.get(this.chosen?.[i] ?? i))
  }

  *[Symbol.iterator](): Iterator<ReadinessRow> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!
  }

  /** The rows that a filter leaves, in the same order. */
  where(filter: RowFilter): ReadinessRows {
    const { table, reader, surroundings } = this
    const rows = this.chosen ?? Uint32Array.from({ length: table.length }, (_, i) => i)
    return new ReadinessRows(
      table,
      reader,
      surroundings,
      rows.filter((row) => passes(table, row, filter)),
    )
  }

  /** Those with the most sessions; among equals the first. Only these are read. */
  top(most: number): ReadinessRow[] {
    const best: { row: number; count: number }[] = []
    for (let i = 0; i < this.length; i++) {
      const row = this.chosen?.[i] ?? i
      const count = this.table.count(row)
      if (best.length === most && count <= (best.at(-1)?.count ?? 0)) continue
      const place = best.findIndex((other) => other.count < count)
      best.splice(place < 0 ? best.length : place, 0, { row, count })
      if (best.length > most) best.pop()
    }
    return best.map(({ row }) => this.read(this.table.get(row)))
  }

  private read(stored: StoredRow): ReadinessRow {
    const unit = this.reader.unit(stored.unit)
    const control = CONTROLS[controlOfCell(stored.cell)]!
    const observation = nthOf(control.judge(unit, this.surroundings), stored.nth)
    const { message, evidence, change } = observation.explain()
    const { connection, session } = unit
    const { scope, count, total, firstTime, lastTime } = stored
    const isPair = scope === PAIR
    const parts = {
      control: control.id,
      scope: isPair ? ('pair' as const) : ('host' as const),
      side: sideOfCell(stored.cell),
      client: scope === SERVER ? null : connection.client.ip,
      server: scope === CLIENT ? null : connection.server.ip,
      user: isPair ? userOf(session) : null,
      share: isPair ? observation.share : null,
    }
    return {
      id: idOf(parts, isPair ? whoOf(session) : ''),
      ...parts,
      state: STATES[stored.state],
      reason: observation.reason,
      message: count === total ? message : `${message} This holds for ${count} of ${unitsText(total, unit)}.`,
      count,
      total,
      firstTime,
      lastTime,
      evidence: evidence.map((item) => ({ ...item, capture: item.capture ?? connection.capture })),
      change,
    }
  }
}

function passes(table: RowTable, row: number, { control, state, scope, role, side }: RowFilter): boolean {
  const kind = table.scope(row)
  const cell = table.cell(row)
  return (
    (control === undefined || CONTROLS[controlOfCell(cell)]!.id === control) &&
    (state === undefined || STATES[table.state(row)] === state) &&
    (scope === undefined || (kind === PAIR) === (scope === 'pair')) &&
    (role === undefined || kind === (role === 'client' ? CLIENT : SERVER)) &&
    (side === undefined || sideOfCell(cell) === side)
  )
}

function nthOf(observations: Iterable<Observation>, nth: number): Observation {
  let i = 0
  for (const observation of observations) if (i++ === nth) return observation
  throw new Error('a control did not repeat what it said of the same unit')
}

function unitsText(total: number, { session }: Unit): string {
  return session === null ? plural(total, 'connection') : plural(total, 'session')
}

function idOf(
  {
    control,
    scope,
    side,
    client,
    server,
    user,
    share,
  }: Omit<
    ReadinessRow,
    'id' | 'state' | 'reason' | 'message' | 'count' | 'total' | 'firstTime' | 'lastTime' | 'evidence' | 'change'
  >,
  who: string,
): string {
  const key = JSON.stringify([
    scope,
    side,
    client,
    server,
    who,
    user?.toLowerCase() ?? null,
    share?.toLowerCase() ?? null,
  ])
  return `${control}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
}
