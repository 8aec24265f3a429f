/** SMB in one capture: its connections, the sessions on them, and which of them go into the ledger. */
import { ipText } from '../../../dissectors/net/addresses.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { FactLists, TableName } from '../../ledger/tables.ts'
import { connectionId } from '../core/connection-id.ts'
import type { Context } from '../core/context.ts'
import type { Attempt, FlowEnds, FlowReader, StreamProtocol, StreamTracker } from '../core/protocol.ts'
import { SmbFlow } from './smb-flow.ts'
import { ConnectionStore, newConnectionFacts, SMB_PORT } from './state/connection-store.ts'
import type { LiveSession } from './state/live-session.ts'
import { createMessageView } from './state/message-view.ts'
import { SessionStore } from './state/session-store.ts'
import { SmbConnection } from './state/smb-connection.ts'

/** Sessions that are packed between two yields. */
const PIECE = 64

export class SmbTracker implements StreamTracker {
  readonly protocol: StreamProtocol
  readonly tables = ['connections', 'sessions'] as const
  private readonly context: Context
  private readonly connections: ConnectionStore
  private readonly sessions: SessionStore
  private readonly view = createMessageView()

  constructor(protocol: StreamProtocol, context: Context) {
    this.protocol = protocol
    this.context = context
    this.connections = new ConnectionStore(context)
    this.sessions = new SessionStore(context, this.connections)
  }

  open(ends: FlowEnds, frame: number, time: number): FlowReader {
    const { context, sessions, connections, view } = this
    const facts = newConnectionFacts(context, ends.endpointA, ends.endpointB, frame, time)
    return new SmbFlow(new SmbConnection(context, sessions, ends, facts), connections, view)
  }

  attempted(a: Attempt, reset: FrameRef | null): void {
    const { context, connections } = this
    if (!connections.hasRoomForAttempt(a.firstFrame)) return
    const client = { ip: ipText(a.src0, a.src1, a.src2, a.src3), port: a.srcPort }
    const server = { ip: ipText(a.dst0, a.dst1, a.dst2, a.dst3), port: a.dstPort }
    const facts = newConnectionFacts(context, client, server, a.firstFrame, a.firstTime)
    facts.state = reset === null ? 'attempted' : 'refused'
    facts.lastFrame = reset?.frame ?? a.lastFrame
    facts.lastTime = reset?.time ?? a.lastTime
    if (reset !== null) facts.end = { by: 'server', how: 'rst', at: reset }
    if (server.port === SMB_PORT.NETBIOS_SESSION) facts.transport = 'netbios-session'
    facts.id = connectionId(context, facts)
    connections.store(facts)
  }

  get isSweepDue(): boolean {
    return this.sessions.isSweepDue
  }

  sweep(readers: readonly FlowReader[]): void {
    const busy = new Set<LiveSession>()
    for (const reader of readers) if (reader instanceof SmbFlow) reader.addBusySessions(busy)
    this.sessions.sweep(busy, readers.length)
  }

  sharedBytes(counted: Set<object>): number {
    return this.sessions.joinableBytes(counted)
  }

  dropShared(bytes: number, most: number): number {
    return this.sessions.dropJoinable(bytes, most)
  }

  addOpenFacts(facts: FactLists): void {
    for (const session of this.sessions.awake) facts.sessions.push(session.facts)
  }

  addCarriers(ids: Set<string>): void {
    for (const session of this.sessions.awake) for (const id of session.facts.connections) ids.add(id)
  }

  forget(name: TableName, row: number): void {
    if (name === 'connections') this.connections.forget(row)
    else this.sessions.forgetRow(row)
  }

  endRetirement(): void {
    this.sessions.deleteForgottenJoinable()
  }

  *finish(): Generator<null, void> {
    for (const [i, session] of [...this.sessions.awake].entries()) {
      if (i % PIECE === 0) yield null
      session.sleep()
    }
  }
}
