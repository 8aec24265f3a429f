/**
 * Wireshark display filters for what a view shows. A filter contains only numbers, hexadecimal ids and text made of the characters of an address. It
 * is null if there is none. A finding has its own filter (Finding.wiresharkFilter).
 */
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'

/** Wireshark accepts longer filters, but they are hard to read and slow. */
const MAX_LENGTH = 4000
/** All SMB. */
const ALL_SMB = 'smb || smb2'

export function frameFilter(frame: number): string {
  return `frame.number == ${Math.trunc(frame)}`
}

export function hostFilter(ip: string): string | null {
  const field = addressField(ip)
  return field && `${field} == ${ip}`
}

export function connectionFilter({ client, server }: Pick<ConnectionFacts, 'client' | 'server'>): string | null {
  const from = hostFilter(client.ip)
  const to = hostFilter(server.ip)
  if (from === null || to === null) return null
  return `${from} && ${to} && tcp.port == ${client.port} && tcp.port == ${server.port}`
}

/** The session's messages on the connection that set it up, encrypted ones included: their header names the session too. */
export function sessionFilter(
  { family, sessionId }: Pick<SessionFacts, 'family' | 'sessionId'>,
  connection: Pick<ConnectionFacts, 'client' | 'server'>,
): string | null {
  const traffic = connectionFilter(connection)
  if (traffic === null || !/^0x[0-9a-f]{1,16}$/.test(sessionId)) return traffic
  if (family === 'smb2') return `${traffic} && smb2.sesid == ${sessionId}`
  return `${traffic} && smb.uid == 0x${sessionId.slice(-4)}`
}

/**
 * One filter for a whole selection: it shows what each of `filters` shows. If that would be too long, it shows all traffic of the selection's
 * `hosts`, and if those are too many, all SMB.
 */
export function joinFilters(
  filters: Iterable<string | null>,
  hosts: Iterable<string> = [],
  limit = MAX_LENGTH,
): string {
  const parts = new Set<string>()
  const frames = new Set<number>()
  let length = 0
  for (const filter of filters) {
    if (filter === null || length > limit) continue
    const single = /^frame\.number == (\d+)$/.exec(filter)
    const before = parts.size
    if (single) frames.add(Number(single[1]))
    else parts.add(filter.includes('||') || filter.includes('&&') ? `(${filter})` : filter)
    if (parts.size > before) length += filter.length + 6
  }
  const joined = length > limit ? '' : [...framesFilter(frames), ...parts].join(' || ')
  if (joined !== '' && joined.length <= limit) return joined
  return hostsFilter(hosts, limit) ?? ALL_SMB
}

/** `frame.number in {1, 3..7}`; empty without frames. */
function framesFilter(frames: ReadonlySet<number>): string[] {
  if (frames.size === 0) return []
  const runs: string[] = []
  const sorted = [...frames].sort((a, b) => a - b)
  for (let i = 0; i < sorted.length; i++) {
    const from = sorted[i]!
    while (sorted[i + 1] === sorted[i]! + 1) i++
    runs.push(from === sorted[i] ? `${from}` : `${from}..${sorted[i]}`)
  }
  return [`frame.number in {${runs.join(', ')}}`]
}

function hostsFilter(hosts: Iterable<string>, limit: number): string | null {
  const terms = new Set<string>()
  let length = 0
  for (const ip of hosts) {
    const term = hostFilter(ip)
    if (term === null || terms.has(term)) continue
    terms.add(term)
    length += term.length + 4
    if (length > limit) return null
  }
  return terms.size === 0 ? null : [...terms].join(' || ')
}

function addressField(ip: string): 'ip.addr' | 'ipv6.addr' | null {
  if (/^[0-9.]{7,15}$/.test(ip)) return 'ip.addr'
  return /^[0-9a-f:.]{2,45}$/.test(ip) && ip.includes(':') ? 'ipv6.addr' : null
}
