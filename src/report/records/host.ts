/** Hosts as the ledger shows them: every address that took part, what it said about itself, and what it agreed with others. */

import { isoTime } from '../../base/packet-time.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { SigningMode } from '../../ledger/smb-facts.ts'
import type { Networks } from '../../policy/networks.ts'
import type { NamedBy } from '../hosts/host-names.ts'
import type { SystemRecord } from '../hosts/host-systems.ts'
import { type Host, hostTable } from '../hosts/host-table.ts'
import type { RoleRecord } from '../hosts/role-tally.ts'

export interface HostRecord {
  type: 'host'
  ip: string
  internal: boolean
  /** Names that this host or its peers gave it, each once, at most 16. They are claims. */
  names: string[]
  /** The same with where each came from. */
  nameSources: NamedBy[]
  /** What the host claims in NTLMSSP, or in SMB1's NativeOS. */
  os: string | null
  /** Every system that it claimed to be, at most 4. */
  systems: SystemRecord[]
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
  /** Null where it was not seen as one. */
  asClient: RoleRecord | null
  asServer: RoleRecord | null
}

/** Ordered by first packet, then by address. Each record is made when it is asked for. */
export function* hostRecords(ledger: Ledger, networks: Networks): Generator<HostRecord> {
  for (const host of hostTable(ledger)) yield hostRecord(host, networks)
}

export function hostRecord(host: Host, networks: Networks): HostRecord {
  const { asClient, answered } = host
  const asServer = answered ? host.asServer : null
  const roles: HostRecord['roles'] = []
  if (asClient !== null) roles.push('client')
  if (asServer !== null) roles.push('server')
  const nameSources = host.names?.list() ?? []
  return {
    type: 'host',
    ip: host.ip,
    internal: networks.isInternal(host.ip),
    names: nameSources.map(({ name }) => name),
    nameSources,
    os: host.os ?? host.nativeOs,
    systems: host.systems?.list() ?? [],
    roles,
    dialects: [...new Set([...(asClient?.agreed ?? []), ...(host.asServer?.agreed ?? [])])].sort(),
    signing: host.signing,
    clientSigning: host.clientSigning,
    connections: host.connections,
    sessions: host.sessions,
    firstTime: isoTime(host.firstTime),
    lastTime: isoTime(host.lastTime),
    asClient: asClient?.record() ?? null,
    asServer: asServer?.record() ?? null,
  }
}
