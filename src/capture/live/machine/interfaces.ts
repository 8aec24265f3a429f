/** The interfaces of this machine, and their present state. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

export interface Interface {
  name: string
  kind: InterfaceKind
  /** IPv4 and IPv6. Also empty if the system gives none for an interface that is down. */
  addresses: readonly string[]
  /** Null: not known. `no-link`: up, but nothing is connected. */
  state: LinkState | null
  /** Is it in promiscuous mode? Null: not known. */
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
  /** Linux's pseudo device for all interfaces. */
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

/** In the order of the system; `any` last, if it exists. */
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

/** The present state of one interface; null if the system does not know it, as for pseudo devices. */
export function linkState(name: string): LinkState | null {
  const names = namesInSysfs()
  if (names === null) return null
  if (!names.includes(name)) return isPseudo(name) ? null : 'gone'
  const flags = flagsOf(name)
  if (flags === null) return null
  if ((flags & IFF_UP) === 0) return 'down'
  return read(name, 'carrier') === '0' ? 'no-link' : 'up'
}

/** False for the loopback: a packet passes it twice, outgoing and incoming, and the kernel counts both; libpcap delivers one. */
export function seesEachPacketOnce(name: string): boolean {
  return namesInSysfs() !== null && Number(read(name, 'type') ?? ARPHRD_LOOPBACK) !== ARPHRD_LOOPBACK
}

/** Interfaces of libpcap that the system does not list. */
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
    // Besides interfaces there are files, such as bonding_masters.
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

/** Null if there is no such entry, or no value: reading `carrier` of an interface that is down gives EINVAL. */
function read(name: string, entry: string): string | null {
  try {
    return readFileSync(`${SYSFS}/${name}/${entry}`, 'utf8').trim()
  } catch {
    return null
  }
}
