/** Hosts as the ledger shows them: every address that took part, what it said about itself, and what it agreed with others. */

import { isoTime } from '../../base/packet-time.ts'
import { runToEnd } from '../../base/steps.ts'
import { chosenDialect } from '../../ledger/derived/dialect.ts'
import { clientSigning, serverSigning } from '../../ledger/derived/signing.ts'
import { weakerMode } from '../../ledger/derived/signing-mode.ts'
import { windowsRelease } from '../../ledger/derived/windows-release.ts'
import { IdIndex } from '../../ledger/id-index.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts, SigningMode } from '../../ledger/smb-facts.ts'
import type { Networks } from '../../policy/networks.ts'

export interface HostRecord {
  type: 'host'
  ip: string
  internal: boolean
  /** Names that this host or its peers gave it, each once, at most 16. They are claims. */
  names: string[]
  /** What the host claims in NTLMSSP, or in SMB1's NativeOS. */
  os: string | null
  /** A server is a host that answered. An address that others only tried to reach has no role. */
  roles: ('client' | 'server')[]
  /** Dialects that it agreed on, in either role. */
  dialects: string[]
  /** As a server: the weakest mode seen. */
  signing: SigningMode | null
  /** As a client: the weakest mode seen. */
  clientSigning: SigningMode | null
  connections: number
  sessions: number
  firstTime: string | null
  lastTime: string | null
}

const MAX_NAMES = 16

interface Host {
  number: number
  ip: string
  names: Map<string, string>
  os: string | null
  nativeOs: string | null
  client: boolean
  server: boolean
  dialects: Set<string>
  signing: SigningMode | null
  clientSigning: SigningMode | null
  connections: number
  sessions: number
  firstTime: number
  lastTime: number
}

/** Ordered by first packet, then by address. */
export function hostRecords(ledger: Ledger, networks: Networks): HostRecord[] {
  return runToEnd(hostSteps(ledger, networks))
}

/** Connections or sessions handled between two rests. */
const PIECE = 64

/** The same in small steps, with a rest after each. The ledger must not change before the end. */
export function* hostSteps({ connections, sessions }: Ledger, networks: Networks): Generator<null, HostRecord[]> {
  const hosts = new Map<string, Host>()
  const index = new IdIndex(connections)
  /** The client's index in `all`, by the index of the connection; and the server's. */
  const clients = new Uint32Array(connections.length)
  const servers = new Uint32Array(connections.length)
  const all: Host[] = []
  let i = 0
  for (const connection of connections) {
    const client = hostAt(hosts, all, connection.client.ip, connection)
    const server = hostAt(hosts, all, connection.server.ip, connection)
    addConnection(client, server, connection)
    index.add(i)
    clients[i] = client.number
    servers[i] = server.number
    if (i++ % PIECE === 0) yield null
  }
  i = 0
  for (const session of sessions) {
    const connection = index.find(session.connection, session.captureId)
    if (connection >= 0) addSession(all[clients[connection]!]!, all[servers[connection]!]!, session)
    if (i++ % PIECE === 0) yield null
  }
  return all.sort((a, b) => a.firstTime - b.firstTime || (a.ip < b.ip ? -1 : 1)).map((host) => record(host, networks))
}

function hostAt(
  hosts: Map<string, Host>,
  all: Host[],
  ip: string,
  seen: { firstTime: number; lastTime: number },
): Host {
  const known = hosts.get(ip)
  if (known !== undefined) {
    known.firstTime = Math.min(known.firstTime, seen.firstTime)
    known.lastTime = Math.max(known.lastTime, seen.lastTime)
    return known
  }
  const host: Host = {
    number: all.length,
    ip,
    names: new Map(),
    os: null,
    nativeOs: null,
    client: false,
    server: false,
    dialects: new Set(),
    signing: null,
    clientSigning: null,
    connections: 0,
    sessions: 0,
    firstTime: seen.firstTime,
    lastTime: seen.lastTime,
  }
  hosts.set(ip, host)
  all.push(host)
  return host
}

function addConnection(client: Host, server: Host, connection: ConnectionFacts): void {
  const answered = connection.state === 'established' || connection.state === 'midstream'
  client.client = true
  if (answered) server.server = true
  client.connections++
  if (server !== client) server.connections++
  const dialect = chosenDialect(connection)
  if (dialect !== null) {
    client.dialects.add(dialect)
    server.dialects.add(dialect)
  }
  client.clientSigning = weakerMode(client.clientSigning, clientSigning(connection))
  server.signing = weakerMode(server.signing, serverSigning(connection)?.mode ?? null)
  addName(server, connection.negotiateRequest?.netname)
}

function addSession(client: Host, server: Host, session: SessionFacts): void {
  client.sessions++
  if (server !== client) server.sessions++
  addName(client, session.workstation)
  client.nativeOs ??= session.nativeOs.client
  server.nativeOs ??= session.nativeOs.server
  for (const logon of session.logons) addLogon(client, server, logon)
}

function addLogon(client: Host, server: Host, logon: LogonFacts): void {
  const { negotiate, challenge, authenticate } = logon.ntlm ?? {}
  if (challenge) {
    addName(server, challenge.dnsComputer)
    addName(server, challenge.nbComputer)
    if (challenge.version) server.os ??= windowsRelease(challenge.version)
  }
  addName(client, authenticate?.workstation)
  const version = authenticate?.version ?? negotiate?.version
  if (version) client.os ??= windowsRelease(version)
  // A service name is service/host, and may also have a realm: cifs/files.corp.example/CORP.EXAMPLE.
  addName(server, logon.kerberos?.apReq?.serverName?.split('/', 2)[1])
}

function addName(host: Host, name: string | null | undefined): void {
  if (!name || host.names.size >= MAX_NAMES || isAddress(name)) return
  const key = name.toLowerCase()
  if (!host.names.has(key)) host.names.set(key, name)
}

/** Users also type addresses where a name belongs. An address is not a name. */
function isAddress(name: string): boolean {
  return name.includes(':') || /^[0-9.]+$/.test(name)
}

function record(host: Host, networks: Networks): HostRecord {
  const roles: HostRecord['roles'] = []
  if (host.client) roles.push('client')
  if (host.server) roles.push('server')
  return {
    type: 'host',
    ip: host.ip,
    internal: networks.isInternal(host.ip),
    names: [...host.names.values()],
    os: host.os ?? host.nativeOs,
    roles,
    dialects: [...host.dialects].sort(),
    signing: host.signing,
    clientSigning: host.clientSigning,
    connections: host.connections,
    sessions: host.sessions,
    firstTime: isoTime(host.firstTime),
    lastTime: isoTime(host.lastTime),
  }
}
