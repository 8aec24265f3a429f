/**
 * The network of the estate: a switch, on it a file server, a KDC, a router to the outside and one host for each client. Every host is a network
 * namespace. All of it lives in namespaces that scripts/prove-readiness.mjs makes (network, mounts, processes), and ends with them.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { must, start, waitFor, write } from './run.ts'

export const SERVER = '10.77.0.2'
export const KDC = '10.77.0.3'
const ROUTER = '10.77.0.254'
/** A documentation address (RFC 5737), which stands for a server in the internet. */
export const OUTSIDE = '203.0.113.10'
const ROUTER_OUTSIDE = '203.0.113.1'

/** The address of the client with this number, from 1. */
export const clientAddress = (number: number) => `10.77.1.${number}`

/** Names of the hosts' namespaces. */
export const clientHost = (number: number) => `client${number}`
/** The client's folder on every share; 8.3, so that old dialects can name it. */
export const clientFolder = (number: number) => `c${number}`
export const SERVER_HOST = 'server'
export const OUTSIDE_HOST = 'outside'
export const KDC_HOST = 'kdc'
const ROUTER_HOST = 'router'
const SWITCH = 'switch'

/** Where everything is kept: a file system in memory, which only the namespaces of this run see. */
export const WORK = '/run/estate'

/** The command, run on that host. */
export const on = (host: string, command: readonly string[]) => ['ip', 'netns', 'exec', host, ...command]

export const ALICE = 2001
export const PEOPLE = 2000

/** Must be called in namespaces of its own: it hides the machine's /run, /etc/passwd, /etc/group, /etc/hosts and /etc/resolv.conf. */
export function makeNetwork(clients: number): void {
  must(['mount', '-t', 'tmpfs', 'tmpfs', '/run'])
  mkdirSync(WORK, { recursive: true })
  must(['hostname', 'filesrv'])
  hide('/etc/passwd', [
    'root:x:0:0::/root:/bin/sh',
    'nobody:x:65534:65534::/:/bin/false',
    `alice:x:${ALICE}:${PEOPLE}::/:/bin/false`,
  ])
  hide('/etc/group', ['root:x:0:', 'nogroup:x:65534:', `people:x:${PEOPLE}:`])
  hide('/etc/hosts', [
    '127.0.0.1 localhost',
    `${SERVER} filesrv.example.test filesrv`,
    `${KDC} kdc.example.test kdc`,
    `${OUTSIDE} files.partner.test`,
  ])
  hide('/etc/resolv.conf', [])

  const lines = [
    'set -e',
    ...host(SWITCH),
    `ip -n ${SWITCH} link add br0 type bridge`,
    `ip -n ${SWITCH} link set br0 up`,
  ]
  lines.push(...host(SERVER_HOST), ...plug(SERVER_HOST, 2, `${SERVER}/16`))
  lines.push(...host(KDC_HOST), ...plug(KDC_HOST, 3, `${KDC}/16`))
  lines.push(...host(ROUTER_HOST), ...plug(ROUTER_HOST, 254, `${ROUTER}/16`))
  lines.push(`ip netns exec ${ROUTER_HOST} sysctl -qw net.ipv4.ip_forward=1`)
  lines.push(...host(OUTSIDE_HOST), ...cable(ROUTER_HOST, 'eth1', OUTSIDE_HOST, 'eth0'))
  lines.push(...device(ROUTER_HOST, 'eth1', '02:00:00:00:01:01', `${ROUTER_OUTSIDE}/24`))
  lines.push(...device(OUTSIDE_HOST, 'eth0', '02:00:00:00:01:02', `${OUTSIDE}/24`))
  lines.push(`ip -n ${OUTSIDE_HOST} route add default via ${ROUTER_OUTSIDE}`)
  for (let number = 1; number <= clients; number++) {
    const name = clientHost(number)
    lines.push(...host(name), ...plug(name, 0x1000 + number, `${clientAddress(number)}/16`))
    lines.push(`ip -n ${name} route add default via ${ROUTER}`)
  }
  must(['sh'], `${lines.join('\n')}\n`)
}

function hide(path: string, lines: readonly string[]): void {
  if (!existsSync(path)) return
  const own = join(WORK, path.replaceAll('/', '-'))
  write(own, lines)
  must(['mount', '--bind', own, path])
}

/** Without IPv6, so that the capture holds nothing that a host says about itself. */
const host = (name: string) => [
  `ip netns add ${name}`,
  `ip netns exec ${name} sysctl -qew net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1`,
  `ip -n ${name} link set lo up`,
]

/** A host on the switch. @param number of its MAC address and its port */
function plug(name: string, number: number, address: string): string[] {
  const port = `port${number}`
  const mac = `02:00:00:00:${hex(number >> 8)}:${hex(number & 0xff)}`
  return [
    ...cable(SWITCH, port, name, 'eth0'),
    ...offload(SWITCH, port),
    `ip -n ${SWITCH} link set ${port} master br0 up`,
    ...device(name, 'eth0', mac, address),
  ]
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0')

const cable = (a: string, deviceA: string, b: string, deviceB: string) => [
  `ip -n ${a} link add ${deviceA} type veth peer name ${deviceB} netns ${b}`,
]

const device = (name: string, dev: string, mac: string, address: string) => [
  ...offload(name, dev),
  `ip -n ${name} link set ${dev} address ${mac} up`,
  `ip -n ${name} address add ${address} dev ${dev}`,
]

/** Frames as on a wire: with checksums, and none longer than 1500 bytes. */
const offload = (name: string, dev: string) => [
  `ip netns exec ${name} ethtool -K ${dev} tx off tso off gso off gro off >/dev/null`,
]

// --- the filter of the router

/** The router answers connections to SMB outside with a reset, as nftables rules. */
export const OUTBOUND_FILTER = 'ip daddr 203.0.113.0/24 tcp dport { 139, 445 } reject with tcp reset'

export function blockOutbound(): void {
  const rules = `add table inet smb\nadd chain inet smb forward { type filter hook forward priority 0; }\n`
  must(on(ROUTER_HOST, ['nft', '-f', '-']), `${rules}add rule inet smb forward ${OUTBOUND_FILTER}\n`)
}

export function allowOutbound(): void {
  must(on(ROUTER_HOST, ['nft', 'delete', 'table', 'inet', 'smb']))
}

// --- what the switch shows

/** Records all that crosses the switch, as a monitor port would, into a pcap file. stop() throws where packets were lost. */
export async function record(file: string): Promise<{ stop(): Promise<void> }> {
  const log = `${file}.log`
  const options = ['-n', '-U', '--immediate-mode', '-Z', 'root', '-s', '0', '-B', '16384']
  const recorder = start(on(SWITCH, ['tcpdump', '-i', 'br0', ...options, '-w', file, 'tcp or udp']), log)
  await waitFor('tcpdump to begin', () => sizeOf(file) > 0)
  return {
    async stop() {
      // The last packets are on their way through tcpdump: it has them when the file has stopped growing.
      for (let size = -1; size !== sizeOf(file); await sleep(300)) size = sizeOf(file)
      await recorder.stop('SIGINT')
      const said = readFileSync(log, 'utf8')
      if (!/^0 packets dropped by kernel$/m.test(said)) throw new Error(`packets were lost: ${said}`)
      rmSync(log)
    },
  }
}

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Whether a program on that host accepts TCP connections at that port. */
export function listens(host: string, port: number): boolean {
  return must(on(host, ['ss', '-H', '-l', '-t', '-n', `sport = :${port}`])) !== ''
}
