/** Every address that took part in a ledger, and what was seen of it. There may be a hundred thousand, so each is small until its record is made. */
import { runToEnd } from '../../base/steps.ts'
import { chosenDialect, offeredDialects } from '../../ledger/derived/dialect.ts'
import { hostOfPath, hostOfService } from '../../ledger/derived/host-name.ts'
import { isConnected } from '../../ledger/derived/shares.ts'
import { clientSigning, serverSigning } from '../../ledger/derived/signing.ts'
import { weakerMode } from '../../ledger/derived/signing-mode.ts'
import { chosenRevision, clientClaim, newestOffer, serverClaim } from '../../ledger/derived/systems/system-claims.ts'
import { windowsRelease } from '../../ledger/derived/systems/windows-release.ts'
import { IdIndex } from '../../ledger/id-index.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts, SigningMode } from '../../ledger/smb-facts.ts'
import { HostNames, type NameSource } from './host-names.ts'
import { HostSystems } from './host-systems.ts'
import { agreesToCipher, offersCipher, RoleTally } from './role-tally.ts'

export interface Host {
  number: number
  ip: string
  names: HostNames | null
  systems: HostSystems | null
  /** The first that it named in NTLMSSP, and in NativeOS. */
  os: string | null
  nativeOs: string | null
  asClient: RoleTally | null
  /** Connections to it; it is a server only if it answered one. */
  asServer: RoleTally | null
  answered: boolean
  signing: SigningMode | null
  clientSigning: SigningMode | null
  connections: number
  sessions: number
  firstTime: number
  lastTime: number
}

/** Ordered by first packet, then by address. */
export function hostTable(ledger: Ledger): Host[] {
  return runToEnd(hostTableSteps(ledger))
}

/** Connections or sessions handled between two rests. */
const PIECE = 64

/** The same in small steps, with a rest after each. The ledger must not change before the end. */
export function* hostTableSteps({ connections, sessions }: Ledger): Generator<null, Host[]> {
  const byIp = new Map<string, Host>()
  const index = new IdIndex(connections)
  /** The client's index in `all`, by the index of the connection; and the server's. */
  const clients = new Uint32Array(connections.length)
  const servers = new Uint32Array(connections.length)
  /** By the index of the connection: the newest dialect that the client offered, and the one that the server chose. */
  const offers = new Uint16Array(connections.length)
  const choices = new Uint16Array(connections.length)
  const all: Host[] = []
  let i = 0
  for (const connection of connections) {
    const client = hostAt(byIp, all, connection.client.ip, connection)
    const server = hostAt(byIp, all, connection.server.ip, connection)
    addConnection(client, server, connection)
    index.add(i)
    clients[i] = client.number
    servers[i] = server.number
    offers[i] = newestOffer(connection)
    choices[i] = chosenRevision(connection)
    if (i++ % PIECE === 0) yield null
  }
  i = 0
  for (const session of sessions) {
    const at = index.find(session.connection, session.captureId)
    if (at >= 0) {
      const client = all[clients[at]!]!
      const server = all[servers[at]!]!
      addSession(client, server, session)
      addSystems(client, server, session, offers[at]!, choices[at]!)
    }
    if (i++ % PIECE === 0) yield null
  }
  return all.sort((a, b) => a.firstTime - b.firstTime || (a.ip < b.ip ? -1 : 1))
}

function hostAt(byIp: Map<string, Host>, all: Host[], ip: string, seen: { firstTime: number; lastTime: number }): Host {
  const known = byIp.get(ip)
  if (known !== undefined) {
    known.firstTime = Math.min(known.firstTime, seen.firstTime)
    known.lastTime = Math.max(known.lastTime, seen.lastTime)
    return known
  }
  const host: Host = {
    number: all.length,
    ip,
    names: null,
    systems: null,
    os: null,
    nativeOs: null,
    asClient: null,
    asServer: null,
    answered: false,
    signing: null,
    clientSigning: null,
    connections: 0,
    sessions: 0,
    firstTime: seen.firstTime,
    lastTime: seen.lastTime,
  }
  byIp.set(ip, host)
  all.push(host)
  return host
}

function addConnection(client: Host, server: Host, connection: ConnectionFacts): void {
  const { state, negotiateRequest: request, negotiateResponse: response } = connection
  const dialect = chosenDialect(connection)
  const stated = { client: clientSigning(connection), server: serverSigning(connection)?.mode ?? null }
  client.asClient ??= new RoleTally()
  client.asClient.addConnection(dialect, stated.client, offersCipher(request), request?.clientGuid ?? null)
  client.asClient.addOffers(offeredDialects(connection))
  server.asServer ??= new RoleTally()
  server.asServer.addConnection(dialect, stated.server, agreesToCipher(connection), response?.serverGuid ?? null)
  if (state === 'established' || state === 'midstream') server.answered = true
  client.connections++
  if (server !== client) server.connections++
  client.clientSigning = weakerMode(client.clientSigning, stated.client)
  server.signing = weakerMode(server.signing, stated.server)
  addName(server, request?.netname, 'netname')
}

function addSession(client: Host, server: Host, session: SessionFacts): void {
  client.sessions++
  if (server !== client) server.sessions++
  client.asClient?.addSession(session)
  server.asServer?.addSession(session)
  addName(client, session.workstation, 'ntlm-workstation')
  client.nativeOs ??= session.nativeOs.client
  server.nativeOs ??= session.nativeOs.server
  for (const logon of session.logons) addLogon(client, server, logon)
  for (const tree of session.trees) {
    if (tree.path !== null && isConnected(tree)) addName(server, hostOfPath(tree.path), 'tree-path')
  }
}

function addLogon(client: Host, server: Host, logon: LogonFacts): void {
  const { negotiate, challenge, authenticate } = logon.ntlm ?? {}
  if (challenge) {
    addName(server, challenge.dnsComputer, 'ntlm-challenge-dns')
    addName(server, challenge.nbComputer, 'ntlm-challenge-netbios')
    if (challenge.version) server.os ??= windowsRelease(challenge.version)
  }
  if (authenticate) {
    addName(client, authenticate.workstation, 'ntlm-workstation')
    addName(server, hostOfService(authenticate.targetName), 'ntlm-target-name')
  }
  const version = authenticate?.version ?? negotiate?.version
  if (version) client.os ??= windowsRelease(version)
  addName(server, hostOfService(logon.kerberos?.apReq?.serverName), 'kerberos-sname')
}

function addSystems(client: Host, server: Host, session: SessionFacts, offer: number, choice: number): void {
  const ofClient = clientClaim(session)
  if (ofClient !== null) {
    client.systems ??= new HostSystems()
    client.systems.add('client', ofClient, offer)
  }
  const ofServer = serverClaim(session)
  if (ofServer !== null) {
    server.systems ??= new HostSystems()
    server.systems.add('server', ofServer, choice)
  }
}

function addName(host: Host, name: string | null | undefined, source: NameSource): void {
  if (!name) return
  host.names ??= new HostNames()
  host.names.add(name, source)
}
