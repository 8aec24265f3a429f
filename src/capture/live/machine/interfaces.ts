/** The interfaces of this machine, and what each of them is at the moment. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

export interface Interface {
  name: string
  kind: InterfaceKind
  /** IPv4 and IPv6. Empty too where the system tells none of an interface that is down. */
  addresses: readonly string[]
  /** Null: not known. `no-link` is up, with nothing at the other end. */
  state: LinkState | null
  /** Is somebody capturing all that passes it? Null: not known. */
  promiscuous: boolean | null
}

export type LinkState = 'up' | 'down' | 'no-link' | 'gone'

export type InterfaceKind =
  | 'ethernet'
  | 'wireless'
  | 'loopback'
  | 'bridge'
  | 'bond'
  | 'vlan'
  | 'tunnel'
  | 'virtual'
  /** Linux's pseudo device for all of them. */
  | 'all'
  | 'other'

const SYSFS = '/sys/class/net'

/** Bits of `flags`, linux/if.h. */
const IFF_UP = 0x1
const IFF_PROMISC = 0x100

/** Values of `type`, linux/if_arp.h. */
const ARPHRD_ETHER = 1
const ARPHRD_LOOPBACK = 772
const ARPHRD_TUNNELS = [768, 769, 776, 778, 823, 0xfffe, 512]

/** Sorted as the system sorts them; `any` last, where there is such a thing. */
export async function listInterfaces(): Promise<Interface[]> {
  const system = networkInterfaces()
  const addresses = (name: string) => (system[name] ?? []).map(({ address }) => address)
  const names = namesInSysfs()
  if (names === null)
    return Object.keys(system).map((name) => ({
      name,
      kind: system[name]?.some(({ internal }) => internal) ? 'loopback' : 'other',
      addresses: addresses(name),
      state: null,
      promiscuous: null,
    }))
  const all: Interface = { name: 'any', kind: 'all', addresses: [], state: null, promiscuous: null }
  return [...names.map((name) => ({ ...described(name), addresses: addresses(name) })), all]
}

/** What has become of one interface; null where the system does not tell, as of pseudo devices. */
export function linkState(name: string): LinkState | null {
  const names = namesInSysfs()
  if (names === null) return null
  if (!names.includes(name)) return isPseudo(name) ? null : 'gone'
  const flags = flagsOf(name)
  if (flags === null) return null
  if ((flags & IFF_UP) === 0) return 'down'
  return read(name, 'carrier') === '0' ? 'no-link' : 'up'
}

/** Packets of the loopback pass it twice, going out and coming in, and the kernel counts both; libpcap takes one. */
export function seesEachPacketOnce(name: string): boolean {
  return namesInSysfs() !== null && Number(read(name, 'type') ?? ARPHRD_LOOPBACK) !== ARPHRD_LOOPBACK
}

/** What libpcap takes for an interface and the system does not. */
function isPseudo(name: string): boolean {
  return name === 'any' || /^(nflog|nfqueue|usbmon|bluetooth|dbus-)/.test(name)
}

function described(name: string): Omit<Interface, 'addresses'> {
  const flags = flagsOf(name)
  return {
    name,
    kind: kindOf(name),
    state: linkState(name),
    promiscuous: flags === null ? null : (flags & IFF_PROMISC) !== 0,
  }
}

function kindOf(name: string): InterfaceKind {
  const type = Number(read(name, 'type'))
  if (type === ARPHRD_LOOPBACK) return 'loopback'
  if (has(name, 'bridge')) return 'bridge'
  if (has(name, 'bonding')) return 'bond'
  if (has(name, 'wireless') || has(name, 'phy80211')) return 'wireless'
  const device = /^DEVTYPE=(\w+)$/m.exec(read(name, 'uevent') ?? '')?.[1]
  if (device === 'vlan') return 'vlan'
  if (has(name, 'tun_flags') || ARPHRD_TUNNELS.includes(type) || /^(vxlan|geneve|gre|gretap)$/.test(device ?? ''))
    return 'tunnel'
  if (type !== ARPHRD_ETHER) return 'other'
  return has(name, 'device') ? 'ethernet' : 'virtual'
}

function namesInSysfs(): string[] | null {
  try {
    // Beside interfaces there are files, such as bonding_masters.
    return readdirSync(SYSFS).filter((name) => has(name, 'flags'))
  } catch {
    return null
  }
}

function flagsOf(name: string): number | null {
  const flags = Number(read(name, 'flags') ?? Number.NaN)
  return Number.isInteger(flags) ? flags : null
}

function has(name: string, entry: string): boolean {
  return statSync(`${SYSFS}/${name}/${entry}`, { throwIfNoEntry: false }) !== undefined
}

/** Null where there is no such entry, or none at the moment: `carrier` of an interface that is down is EINVAL. */
function read(name: string, entry: string): string | null {
  try {
    return readFileSync(`${SYSFS}/${name}/${entry}`, 'utf8').trim()
  } catch {
    return null
  }
}
