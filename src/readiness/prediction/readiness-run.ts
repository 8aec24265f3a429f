/** One run over the units of a ledger. They come in the order of their rows: a pair is complete when the next one begins, and so is a client. */

import { type NamesSeen, namesIn } from '../../ledger/derived/names-seen.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { exemptionFor } from '../../policy/exempt.ts'
import type { Policy } from '../../policy/policy.ts'
import { CONTROLS } from '../controls/index.ts'
import type { Surroundings } from '../judging/unit.ts'
import type { ControlSummary, Credit } from '../readiness-row.ts'
import { cellOf, controlOfCell, isAbout } from './cells.ts'
import { ControlTotals } from './control-totals.ts'
import { Credits } from './credits.ts'
import { exemptionSubject } from './exemption-subject.ts'
import { HostCells } from './host-cells.ts'
import { type PairRow, PairTallies } from './pair-tallies.ts'
import { ReadinessRows } from './readiness-rows.ts'
import { BREAKS, CLIENT, EXEMPT, PAIR, RowTable, SERVER } from './row-table.ts'
import { surroundingsOf } from './surroundings.ts'
import { isLive, UnitReader, type Units } from './units.ts'

const NONE = -1
/** There is only one client at a time, so its columns have one place. */
const CURRENT = 0

export interface Readiness {
  rows: ReadinessRows
  /** In the order of CONTROL_IDS. */
  controls: ControlSummary[]
  credits: Credit[]
}

export class ReadinessRun {
  private readonly ledger: Ledger
  private readonly units: Units
  private readonly reader: UnitReader
  private readonly surroundings: Surroundings
  /** For exemptions that name hosts; null if none does. */
  private readonly names: NamesSeen | null
  private readonly table: RowTable
  private readonly pair: PairTallies
  private readonly credits = new Credits()
  private readonly totals = new ControlTotals(CONTROLS)
  private readonly ofClient = new HostCells(CLIENT, CONTROLS.length)
  private readonly ofServers = new HostCells(SERVER, CONTROLS.length)
  /** By host, its number in `ofServers`. */
  private readonly serverNumbers: Int32Array
  private client = NONE
  private server = NONE
  /** Did the client take part in SMB, beyond attempts? */
  private clientTookPart = false

  constructor(ledger: Ledger, units: Units, policy: Policy, rowBytes: number) {
    this.ledger = ledger
    this.units = units
    this.reader = new UnitReader(ledger, units.connections)
    this.surroundings = surroundingsOf(ledger, units, policy)
    this.names = policy.usesNames ? namesIn(ledger) : null
    this.table = new RowTable(rowBytes)
    this.serverNumbers = new Int32Array(units.hosts.length).fill(NONE)
    this.ofClient.addHost()
    this.pair = new PairTallies({
      controls: CONTROLS,
      onRow: (row, share) => this.addRow(this.exempted(row, share)),
      onLeftOut: (rows) => {
        this.table.leftOut += rows
      },
    })
  }

  /** @param number of a unit */
  judge(number: number): void {
    const { units } = this
    const client = units.clients[number]!
    const server = units.servers[number]!
    if (client !== this.client || server !== this.server) {
      this.pair.end()
      if (client !== this.client) this.endClient()
      this.client = client
      this.server = server
    }
    this.pair.begin(units.users[number]!)
    const unit = this.reader.unit(number)
    const live = isLive(unit.connection)
    if (live) this.clientTookPart = true
    for (const [i, control] of CONTROLS.entries()) {
      if (!live && control.attempts !== true) continue
      let nth = 0
      for (const observation of control.judge(unit, this.surroundings)) {
        this.pair.add(cellOf(i, observation.side), observation, unit, number, nth++)
        this.credits.add(control, unit, observation)
      }
    }
  }

  /** A row that would break is exempt where the policy accepts it. */
  private exempted(row: PairRow, share: string | null): PairRow {
    const { policy } = this.surroundings
    if (row.state !== BREAKS || policy.exemptions.length === 0) return row
    const control = CONTROLS[controlOfCell(row.cell)]!
    const subject = exemptionSubject(control.id, this.reader.unit(row.unit), share, row.lastTime, this.names)
    return exemptionFor(policy.exemptions, subject) === null ? row : { ...row, state: EXEMPT }
  }

  private addRow(row: PairRow): void {
    const index = controlOfCell(row.cell)
    const { hosts, unobservable } = CONTROLS[index]!
    if (unobservable === null) this.table.add({ ...row, scope: PAIR })
    if (hosts.includes('client') && isAbout(row.cell, 'client')) this.ofClient.add(CURRENT, index, row)
    if (hosts.includes('server') && isAbout(row.cell, 'server')) this.ofServers.add(this.serverNumber(), index, row)
  }

  private serverNumber(): number {
    let number = this.serverNumbers[this.server]!
    if (number < 0) {
      number = this.ofServers.addHost()
      this.serverNumbers[this.server] = number
    }
    return number
  }

  private endClient(): void {
    if (this.client < 0) return
    for (const index of CONTROLS.keys()) {
      const row = this.ofClient.row(CURRENT, index)
      if (row !== null) this.table.add(row)
      if (row !== null || this.clientTookPart) this.totals.count(index, row?.state ?? null)
    }
    this.ofClient.clear(CURRENT)
    this.clientTookPart = false
  }

  /** All units were judged. */
  end(): Readiness {
    this.pair.end()
    this.endClient()
    for (const number of this.serverNumbers) {
      if (number < 0) continue
      for (const index of CONTROLS.keys()) {
        const row = this.ofServers.row(number, index)
        if (row !== null) this.table.add(row)
      }
    }
    const { table, reader, surroundings, ledger, units } = this
    return {
      rows: new ReadinessRows(table, reader, surroundings),
      controls: this.totals.summaries(ledger.captures, units.tookPart),
      credits: this.credits.list(),
    }
  }
}
