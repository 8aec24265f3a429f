/** Everything that is shown, made from a ledger in small steps, so that keys are answered in between. */
import type { FindingList } from '../audit/finding-list.ts'
import type { Draft } from '../audit/rule/rule.ts'
import type { CaptureFacts } from '../ledger/capture-facts.ts'
import { type Facts, peek } from '../ledger/facts-list.ts'
import { idIndexSteps } from '../ledger/id-index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { SessionFacts } from '../ledger/smb-facts.ts'
import type { Networks } from '../policy/networks.ts'
import type { Policy } from '../policy/policy.ts'
import { type Host, hostTableSteps } from '../report/hosts/host-table.ts'
import { hostRecord } from '../report/records/host.ts'
import type { ConnectionCounts } from '../report/verdict.ts'
import { FINDING_STORAGE, type FindingRow, findingRow } from '../rows/finding-row.ts'
import { addFinding, type FindingTally, sumOf } from '../rows/finding-tally.ts'
import { HOST_STORAGE, type HostRow, hostRow } from '../rows/host-row.ts'
import { RowStore } from '../rows/row-columns.ts'
import type { AllRows } from '../rows/row-list.ts'
import { SESSION_STORAGE, type SessionRow, sessionRow } from '../rows/session-row.ts'
import { type Overview, overviewOf } from './overview.ts'
import { type Predictions, predictionSteps } from './predictions.ts'

export interface Picture {
  /** In the same order as their rows. */
  findings: FindingList
  findingRows: AllRows<FindingRow>
  sessions: AllRows<SessionRow>
  hosts: AllRows<HostRow>
  /** What is known of each, in the same order. */
  hostTable: readonly Host[]
  overview: Overview
  predictions: Predictions
}

/** Rows made in one step. */
const ROWS_A_STEP = 64

/** Finds what is wrong in a ledger, and calls `onCase` for every case. */
export type Audit = (ledger: Ledger, onCase: (draft: Draft) => void) => Generator<null, FindingList>

/** The ledger must not change until the last step. */
export function* pictureSteps(
  ledger: Ledger,
  captures: readonly CaptureFacts[],
  policy: Policy,
  audit: Audit,
): Generator<null, Picture> {
  const { networks } = policy
  const tallies = new Map<string, FindingTally>()
  const onCase = ({ session, connection, severity }: Draft) =>
    addFinding(tallies, session?.id ?? connection.id, severity)
  const findings = yield* audit(ledger, onCase)
  const findingRows = yield* rowsOfFindings(findings)
  const sessions = yield* sessionRows(ledger, networks, tallies)
  const hostTable = yield* hostTableSteps(ledger)
  const hosts = yield* hostRows(hostTable, networks, findingRows)
  const overview = overviewOf(findingRows, sessions, hosts, captures, yield* countConnections(ledger))
  const predictions = yield* predictionSteps(ledger, policy)
  return { findings, findingRows, sessions, hosts, hostTable, overview, predictions }
}

function* countConnections({ connections }: Ledger): Generator<null, ConnectionCounts> {
  const counts = { all: connections.length, refused: 0, unanswered: 0 }
  for (let i = 0; i < connections.length; i++) {
    if (i % ROWS_A_STEP === 0) yield null
    const state = peek(connections, i, 'state')
    if (state === 'refused') counts.refused++
    if (state === 'attempted') counts.unanswered++
  }
  return counts
}

function* sessionRows(
  { connections, sessions }: Ledger,
  networks: Networks,
  tallies: ReadonlyMap<string, FindingTally>,
): Generator<null, AllRows<SessionRow>> {
  const index = yield* idIndexSteps(connections)
  const rows = new RowStore<SessionRow>(SESSION_STORAGE)
  const order = inFrameOrder(sessions)
  for (let i = 0; i < sessions.length; i++) {
    if (i % ROWS_A_STEP === 0) yield null
    const session = sessions.at(order === null ? i : order[i]!)!
    const found = index.find(session.connection, session.captureId)
    const connection = found < 0 ? undefined : connections.at(found)
    if (connection === undefined) continue
    // Findings about the session, and those about the connection that carried it.
    const tally = sumOf(tallies.get(session.id), tallies.get(connection.id))
    rows.push(sessionRow(session, connection, networks, tally))
  }
  return rows
}

function* rowsOfFindings(findings: FindingList): Generator<null, AllRows<FindingRow>> {
  const rows = new RowStore<FindingRow>(FINDING_STORAGE)
  for (const finding of findings) {
    if (rows.length % ROWS_A_STEP === 0) yield null
    rows.push(findingRow(finding))
  }
  return rows
}

/** A sort key is a double: the frame number times this, plus the index of the row. */
const MAX_ROWS = 2 ** 21

/** The order of the sessions by frame; null if they are in that order, as those of whole captures are. */
function inFrameOrder(sessions: Facts<SessionFacts>): Float64Array | null {
  const keys = new Float64Array(sessions.length)
  let last = -1
  let isOrdered = true
  let capture: string | null = null
  for (let i = 0; i < sessions.length; i++) {
    // Sessions of several captures come from a merge, which has put them in order.
    if (i === 0) capture = peek(sessions, i, 'capture')
    else if (i === sessions.length - 1 && peek(sessions, i, 'capture') !== capture) return null
    const frame = peek(sessions, i, 'firstFrame')
    if (frame < last) isOrdered = false
    last = frame
    keys[i] = frame * MAX_ROWS + i
  }
  if (isOrdered || sessions.length > MAX_ROWS) return null
  keys.sort()
  return keys.map((key) => key % MAX_ROWS)
}

function* hostRows(
  hosts: readonly Host[],
  networks: Networks,
  findings: AllRows<FindingRow>,
): Generator<null, AllRows<HostRow>> {
  const tallies = new Map<string, FindingTally>()
  for (const { client, server, severity } of findings) {
    if (client !== null) addFinding(tallies, client, severity)
    if (server !== null && server !== client) addFinding(tallies, server, severity)
  }
  yield null
  const rows = new RowStore<HostRow>(HOST_STORAGE)
  for (const host of hosts) {
    if (rows.length % ROWS_A_STEP === 0) yield null
    rows.push(hostRow(hostRecord(host, networks), tallies.get(host.ip)))
  }
  return rows
}
