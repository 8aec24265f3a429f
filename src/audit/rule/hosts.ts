/** Keys of hosts, for what surveys remember. */
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'

/** Private addresses repeat from site to site, so a host is only the same host within its capture. */
export function hostKey({ capture, captureId }: Pick<ConnectionFacts, 'capture' | 'captureId'>, ip: string): string {
  return `${ip} ${captureId} ${capture}`
}

export function pairKey({ capture, captureId, client, server }: ConnectionFacts): string {
  return `${client.ip} ${server.ip} ${captureId} ${capture}`
}

/** One port of a host: servers behind one address may differ. */
export function serverKey(connection: ConnectionFacts): string {
  const { ip, port } = connection.server
  return `${port} ${hostKey(connection, ip)}`
}
