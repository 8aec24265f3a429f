/** Ledger facts and findings to rows. */
import type { Finding } from '../audit/finding.ts'
import { atLeast, type Severity } from '../audit/rule/rule.ts'
import { agreedCipher, chosenDialect, serverSigning } from '../ledger/derived/negotiated.ts'
import { statusName } from '../ledger/derived/status-name.ts'
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import type { Networks } from '../policy/networks.ts'
import type { HostRecord } from '../report/records/host.ts'
import type { Kinds } from './row-columns.ts'
import type { FindingRow, HostRow, SessionRow, Share } from './rows.ts'

/** Which fields of rows repeat: everything but ids, messages and numbers. */
export const FINDING_KINDS: Kinds<FindingRow> = {
  id: 'own',
  capture: 'repeated',
  severity: 'repeated',
  rule: 'repeated',
  title: 'repeated',
  message: 'own',
  client: 'repeated',
  server: 'repeated',
  serverPort: 'repeated',
  user: 'repeated',
  count: 'number',
  frame: 'number',
  firstTime: 'number',
  lastTime: 'number',
  connection: 'own',
  session: 'own',
}

export const SESSION_KINDS: Kinds<SessionRow> = {
  id: 'own',
  capture: 'repeated',
  connection: 'own',
  frame: 'number',
  lastFrame: 'number',
  firstTime: 'number',
  lastTime: 'number',
  client: 'repeated',
  clientPort: 'number',
  server: 'repeated',
  serverPort: 'number',
  direction: 'repeated',
  user: 'repeated',
  domain: 'repeated',
  workstation: 'repeated',
  auth: 'repeated',
  dialect: 'repeated',
  serverSigning: 'repeated',
  signed: 'repeated',
  encrypted: 'repeated',
  cipher: 'repeated',
  status: 'repeated',
  ntStatus: 'repeated',
  guest: 'repeated',
  anonymous: 'repeated',
  messages: 'number',
  shares: 'repeated',
  worst: 'repeated',
  findings: 'number',
}

export function findingRow(finding: Finding): FindingRow {
  return {
    id: finding.id,
    capture: finding.capture,
    severity: finding.severity,
    rule: finding.rule,
    title: finding.title,
    message: finding.message,
    client: finding.client?.ip ?? null,
    server: finding.server?.ip ?? null,
    serverPort: finding.server?.port ?? null,
    user: finding.user || null,
    count: finding.count,
    frame: finding.evidence[0]?.frame ?? 0,
    firstTime: finding.firstTime,
    lastTime: finding.lastTime,
    connection: finding.connection,
    session: finding.session,
  }
}

export function sessionRow(
  session: SessionFacts,
  connection: ConnectionFacts,
  networks: Networks,
  mark: Mark | undefined,
): SessionRow {
  const { requests, responses } = session
  const signed = requests.signed + responses.signed
  const unsigned = requests.unsigned + responses.unsigned
  const encrypted = requests.encrypted + responses.encrypted
  // Compressed with their header: in the clear, and nobody can say whether they are signed.
  const unread = requests.unread + responses.unread
  return {
    id: session.id,
    capture: session.capture,
    connection: connection.id,
    frame: session.firstFrame,
    lastFrame: session.lastFrame,
    firstTime: session.firstTime,
    lastTime: session.lastTime,
    client: connection.client.ip,
    clientPort: connection.client.port,
    server: connection.server.ip,
    serverPort: connection.server.port,
    direction: networks.direction(connection.client.ip, connection.server.ip),
    user: session.user || null,
    domain: session.domain || null,
    workstation: session.workstation || null,
    auth: session.auth,
    dialect: chosenDialect(connection),
    serverSigning: serverSigning(connection),
    // What is encrypted is protected better than by a signature: it counts with what is signed.
    signed: shareOf(signed + encrypted, unsigned),
    encrypted: shareOf(encrypted, signed + unsigned + unread),
    cipher: agreedCipher(connection),
    status: session.status,
    ntStatus: statusName(session.ntStatus, session.family),
    guest: session.guest,
    anonymous: session.anonymous,
    messages: signed + unsigned + encrypted + unread,
    shares: session.trees.map((tree) => tree.path ?? '').filter((path) => path !== ''),
    worst: mark?.worst ?? null,
    findings: mark?.findings ?? 0,
  }
}

/** Times of a record that are no times count as 0. */
export function hostRow(host: HostRecord, mark: Mark | undefined): HostRow {
  return {
    ip: host.ip,
    internal: host.internal,
    names: host.names,
    os: host.os,
    roles: host.roles,
    dialects: host.dialects,
    signing: host.signing,
    clientSigning: host.clientSigning,
    connections: host.connections,
    sessions: host.sessions,
    firstTime: microseconds(host.firstTime),
    lastTime: microseconds(host.lastTime),
    worst: mark?.worst ?? null,
    findings: mark?.findings ?? 0,
  }
}

function microseconds(time: string | null): number {
  if (time === null) return 0
  const whole = Date.parse(`${time.slice(0, 19)}Z`)
  return whole * 1000 + Number(time.slice(20, 26))
}

function shareOf(yes: number, no: number): Share | null {
  if (yes + no === 0) return null
  return no === 0 ? 'all' : yes === 0 ? 'none' : 'some'
}

/** The findings of a thing: how many, and the worst. */
export interface Mark {
  worst: Severity
  findings: number
}

export function mark(marks: Map<string, Mark>, id: string, severity: Severity): void {
  const known = marks.get(id)
  if (known === undefined) {
    marks.set(id, { worst: severity, findings: 1 })
    return
  }
  known.findings++
  if (!atLeast(known.worst, severity)) known.worst = severity
}
