/** Everything that is shown, made from a ledger in small steps: keys are answered between them. */
import type { FindingList } from '../audit/finding-list.ts'
import { atLeast, type Draft } from '../audit/rule/rule.ts'
import type { CaptureFacts } from '../ledger/capture-facts.ts'
import { type Facts, peek } from '../ledger/facts-list.ts'
import { idIndexSteps } from '../ledger/id-index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { SessionFacts } from '../ledger/smb-facts.ts'
import type { Networks } from '../policy/networks.ts'
import { hostSteps } from '../report/records/host.ts'
import type { ConnectionCounts } from '../report/verdict.ts'
import { FINDING_KINDS, findingRow, hostRow, type Mark, mark, SESSION_KINDS, sessionRow } from '../rows/make-rows.ts'
import { RowStore } from '../rows/row-columns.ts'
import type { AllRows } from '../rows/row-list.ts'
import type { FindingRow, HostRow, SessionRow } from '../rows/rows.ts'
import { type Overview, overviewOf } from './overview.ts'

export interface Picture {
  /** In the order of their rows. */
  findings: FindingList
  findingRows: AllRows<FindingRow>
  sessions: AllRows<SessionRow>
  hosts: HostRow[]
  overview: Overview
}

/** Rows made between two rests. */
const PIECE = 64

/** What is found in a ledger; `onCase` is to be told of every case. */
export type Audit = (ledger: Ledger, onCase: (draft: Draft) => void) => Generator<null, FindingList>

/** The ledger must not change until the end. */
export function* pictureSteps(
  ledger: Ledger,
  captures: readonly CaptureFacts[],
  networks: Networks,
  audit: Audit,
): Generator<null, Picture> {
  const marks = new Map<string, Mark>()
  const onCase = ({ session, connection, severity }: Draft) => mark(marks, session?.id ?? connection.id, severity)
  const findings = yield* audit(ledger, onCase)
  const findingRows = yield* rowsOfFindings(findings)
  const sessions = yield* sessionRows(ledger, networks, marks)
  const hosts = yield* hostRows(ledger, networks, findingRows)
  const overview = overviewOf(findingRows, sessions, hosts, captures, yield* countConnections(ledger))
  return { findings, findingRows, sessions, hosts, overview }
}

function* countConnections({ connections }: Ledger): Generator<null, ConnectionCounts> {
  const counts = { all: connections.length, refused: 0, unanswered: 0 }
  for (let i = 0; i < connections.length; i++) {
    if (i % PIECE === 0) yield null
    const state = peek(connections, i, 'state')
    if (state === 'refused') counts.refused++
    if (state === 'attempted') counts.unanswered++
  }
  return counts
}

function* sessionRows(
  { connections, sessions }: Ledger,
  networks: Networks,
  marks: ReadonlyMap<string, Mark>,
): Generator<null, AllRows<SessionRow>> {
  const index = yield* idIndexSteps(connections)
  const rows = new RowStore<SessionRow>(SESSION_KINDS)
  const order = inFrameOrder(sessions)
  for (let i = 0; i < sessions.length; i++) {
    if (i % PIECE === 0) yield null
    const session = sessions.at(order === null ? i : order[i]!)!
    const place = index.find(session.connection, session.captureId)
    const connection = place < 0 ? undefined : connections.at(place)
    if (connection === undefined) continue
    rows.push(sessionRow(session, connection, networks, both(marks.get(session.id), marks.get(connection.id))))
  }
  return rows
}

function* rowsOfFindings(findings: FindingList): Generator<null, AllRows<FindingRow>> {
  const rows = new RowStore<FindingRow>(FINDING_KINDS)
  for (const finding of findings) {
    if (rows.length % PIECE === 0) yield null
    rows.push(findingRow(finding))
  }
  return rows
}

/** Room for a row number beside its frame number in a double. */
const ROWS = 2 ** 21

/** The order of the sessions by frame; null where they are in it, as those of whole captures are. */
function inFrameOrder(sessions: Facts<SessionFacts>): Float64Array | null {
  const keys = new Float64Array(sessions.length)
  let last = -1
  let isOrdered = true
  let capture: string | null = null
  for (let i = 0; i < sessions.length; i++) {
    // Ledgers of several captures were merged, and are in order.
    if (i === 0) capture = peek(sessions, i, 'capture')
    else if (i === sessions.length - 1 && peek(sessions, i, 'capture') !== capture) return null
    const frame = peek(sessions, i, 'firstFrame')
    if (frame < last) isOrdered = false
    last = frame
    keys[i] = frame * ROWS + i
  }
  if (isOrdered || sessions.length > ROWS) return null
  keys.sort()
  return keys.map((key) => key % ROWS)
}

/** What was found of a session, and of the connection that carried it. */
function both(a: Mark | undefined, b: Mark | undefined): Mark | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return { worst: atLeast(a.worst, b.worst) ? a.worst : b.worst, findings: a.findings + b.findings }
}

function* hostRows(ledger: Ledger, networks: Networks, findings: AllRows<FindingRow>): Generator<null, HostRow[]> {
  const marks = new Map<string, Mark>()
  for (const { client, server, severity } of findings) {
    if (client !== null) mark(marks, client, severity)
    if (server !== null && server !== client) mark(marks, server, severity)
  }
  yield null
  const hosts = yield* hostSteps(ledger, networks)
  return hosts.map((host) => hostRow(host, marks.get(host.ip)))
}
