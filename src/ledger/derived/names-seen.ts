/** What hosts are called, as far as their connections and logons show it. Others choose these names: a client names its server, and claims its own. */
import { dropOldest } from '../../base/drop-oldest.ts'
import { IdIndex } from '../id-index.ts'
import type { Ledger } from '../ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../smb-facts.ts'
import { hostOfService, looksLikeAddress } from './host-name.ts'

/** Names of one host, and hosts with a name, that are kept. */
const MAX_NAMES = 16
const MAX_HOSTS = 65_536

export class NamesSeen {
  /** Private addresses repeat from site to site, so a host is known by its capture too. */
  private readonly hosts = new Map<string, Set<string>>()

  /** @param sessions those that were set up on this connection */
  note(connection: ConnectionFacts, sessions: readonly SessionFacts[]): void {
    const { client, server, negotiateRequest } = connection
    this.add(connection, server.ip, negotiateRequest?.netname)
    for (const { workstation, logons, trees } of sessions) {
      this.add(connection, client.ip, workstation)
      for (const { path } of trees) this.add(connection, server.ip, path?.split('\\')[2])
      for (const { ntlm, kerberos, workstation: claimed } of logons) {
        this.add(connection, client.ip, claimed)
        this.add(connection, server.ip, ntlm?.challenge?.dnsComputer)
        this.add(connection, server.ip, ntlm?.challenge?.nbComputer)
        this.add(connection, server.ip, hostOfService(kerberos?.apReq?.serverName))
      }
    }
  }

  /** In lower case. */
  of(connection: ConnectionFacts, ip: string): readonly string[] {
    const names = this.hosts.get(keyOf(connection, ip))
    return names === undefined ? [] : [...names]
  }

  /** Call it between the ledgers of one live capture. */
  bound(): void {
    dropOldest(this.hosts, MAX_HOSTS)
  }

  private add(connection: ConnectionFacts, ip: string, name: string | null | undefined): void {
    if (!name || looksLikeAddress(name)) return
    const key = keyOf(connection, ip)
    const names = this.hosts.get(key)
    if (names === undefined) this.hosts.set(key, new Set([name.toLowerCase()]))
    else if (names.size < MAX_NAMES) names.add(name.toLowerCase())
  }
}

/** The names in a whole ledger. */
export function namesIn({ connections, sessions }: Ledger): NamesSeen {
  const names = new NamesSeen()
  const index = new IdIndex(connections)
  for (let i = 0; i < connections.length; i++) {
    index.add(i)
    names.note(connections.at(i)!, [])
  }
  for (const session of sessions) {
    const found = index.find(session.connection, session.captureId)
    if (found >= 0) names.note(connections.at(found)!, [session])
  }
  return names
}

function keyOf({ capture, captureId }: ConnectionFacts, ip: string): string {
  return `${ip} ${captureId} ${capture}`
}
