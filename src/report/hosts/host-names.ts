/** The names of a host, each with where it came from. They are claims: of the host itself, or of those who asked for it. */
import { looksLikeAddress } from '../../ledger/derived/host-name.ts'

export const NAME_SOURCES = [
  /** DNS and NetBIOS name of the computer in the server's NTLM CHALLENGE. */
  'ntlm-challenge-dns',
  'ntlm-challenge-netbios',
  /** Workstation of a client's NTLM AUTHENTICATE, or of its session. */
  'ntlm-workstation',
  /** The server name in the client's negotiate context, as its user typed it ([MS-SMB2] 2.2.3.1.4). */
  'netname',
  /** The service that a Kerberos ticket is for. */
  'kerberos-sname',
  /** The service that an NTLM client meant to reach (AvId 9). */
  'ntlm-target-name',
  /** A path that the server accepted. With DFS it may name the domain. */
  'tree-path',
] as const
export type NameSource = (typeof NAME_SOURCES)[number]

export interface NamedBy {
  name: string
  sources: NameSource[]
}

export const MAX_NAMES = 16

export class HostNames {
  private names: string[] | null = null
  /** By name, one bit for each source. */
  private sources: number[] = NO_SOURCES

  /** Compared without case; an address is no name. */
  add(name: string, source: NameSource): void {
    const bit = 1 << NAME_SOURCES.indexOf(source)
    if (this.names === null) {
      if (looksLikeAddress(name)) return
      // Most hosts have one name: a list that begins empty would take room for 17.
      this.names = [name]
      this.sources = [bit]
      return
    }
    const known = indexOfName(this.names, name)
    if (known >= 0) this.sources[known]! |= bit
    else if (this.names.length < MAX_NAMES && !looksLikeAddress(name)) {
      this.names.push(name)
      this.sources.push(bit)
    }
  }

  list(): NamedBy[] {
    return (this.names ?? []).map((name, i) => ({
      name,
      sources: NAME_SOURCES.filter((_, bit) => (this.sources[i]! & (1 << bit)) !== 0),
    }))
  }
}

const NO_SOURCES: number[] = []

/** The same spelling is by far the most frequent case. */
function indexOfName(names: readonly string[], name: string): number {
  const exact = names.indexOf(name)
  if (exact >= 0) return exact
  const lower = name.toLowerCase()
  return names.findIndex((known) => known.length === name.length && known.toLowerCase() === lower)
}
