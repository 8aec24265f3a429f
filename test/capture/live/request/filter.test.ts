/** The built-in filter, as libpcap compiles and applies it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { captureFilter as filterOf } from '../../../../src/capture/live/request/filter.ts'
import { DATAGRAM_PROTOCOLS, portsOf, STREAM_PROTOCOLS } from '../../../../src/track/protocols.ts'
import { captureFiles, capturesFolder } from '../../../support/captures.ts'
import { hasProgram, ROOT, records, SAMPLES, smblens } from '../../../support/smblens.ts'

interface Variant {
  name: string
  what: string
  bytes(): Uint8Array
}

const script = new URL('../../../../captures/make/variants.mjs', import.meta.url).href
const { VARIANTS } = (await import(script)) as { VARIANTS: Variant[] }

const PORTS = { tcpPorts: portsOf(STREAM_PROTOCOLS), udpPorts: portsOf(DATAGRAM_PROTOCOLS) }
const captureFilter = (options: { interfaces: string[]; filter: string; allTraffic: boolean }) =>
  filterOf({ ...options, ...PORTS })

const BUILT_IN = captureFilter({ interfaces: ['eth0'], filter: '', allTraffic: false })
const there = hasProgram('tcpdump')
const folder = mkdtempSync(join(tmpdir(), 'smblens-filter-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Where libpcap itself looks for IP in the wrong place: odd Wi-Fi frames of monitor mode, and PPP without its address bytes. */
const BEYOND_LIBPCAP = /4-addresses|ht-control|data-pad|ppp-bare|ppp-compressed|80211|radiotap|, ppp\b/
/** And where it knows no IP at all: link types of files, of which a live interface has none but those that have no built-in filter. */
const OF_FILES =
  /(^link-|, )(nflog|pktap|pflog|enc|ppp-with-dir|c-hdlc-with-dir|frelay|erf|ipoib|dsa|juniper|upper-pdu|mpls-link|tzsp-link|netanalyzer|mpacket|ipnet|fddi|sun-atm|ip-over-fc|ppp-pppd)/

function tcpdump(args: readonly string[], input?: Uint8Array) {
  return spawnSync('tcpdump', ['-n', ...args], { input: input ?? '', maxBuffer: 1 << 28 })
}

describe('the filter of a capture', () => {
  it('is the built-in one, narrowed by the user’s, which comes last', () => {
    expect(captureFilter({ interfaces: ['eth0'], filter: ' host 192.0.2.1 or vlan 5 ', allTraffic: false })).toBe(
      `(${BUILT_IN}) and (host 192.0.2.1 or vlan 5)`,
    )
    expect(BUILT_IN).not.toMatch(/\b(vlan|mpls|pppoes|geneve)\b/)
  })

  it('is none on interfaces behind whose headers libpcap finds no IP', () => {
    for (const name of ['nflog', 'nflog:5', 'pktap', 'pflog0', 'enc0']) {
      expect(captureFilter({ interfaces: ['eth0', name], filter: '', allTraffic: false })).toBe('')
      expect(captureFilter({ interfaces: [name], filter: 'tcp', allTraffic: false })).toBe('tcp')
    }
    for (const name of ['enp3s0', 'encap', 'any'])
      expect(captureFilter({ interfaces: [name], filter: '', allTraffic: false })).toBe(BUILT_IN)
  })

  it('lets the ports of the protocols through, and no others', () => {
    const filter = (tcpPorts: number[], udpPorts: number[]) =>
      filterOf({ interfaces: ['eth0'], filter: '', allTraffic: false, tcpPorts, udpPorts })
    expect(filter([445, 139], [])).toBe(BUILT_IN)
    expect(BUILT_IN).toMatch(/^tcp port 445 or tcp port 139 or /)
    expect(BUILT_IN).not.toMatch(/\bport 88\b/)
    expect(filter([445, 139, 88], [88])).toBe(
      `tcp port 445 or tcp port 139 or tcp port 88 or udp port 88 or ${filter([], [])}`,
    )
  })

  it('is the user’s alone with all traffic', () => {
    expect(captureFilter({ interfaces: ['eth0'], filter: 'udp', allTraffic: true })).toBe('udp')
    expect(captureFilter({ interfaces: ['eth0'], filter: '', allTraffic: true })).toBe('')
  })
})

describe.skipIf(!there)(`the built-in filter${there ? '' : ' (skipped: no tcpdump)'}`, () => {
  it.each(['EN10MB', 'LINUX_SLL', 'LINUX_SLL2', 'RAW', 'NULL', 'PPP', 'IEEE802_11', 'IEEE802_11_RADIO', 'C_HDLC'])(
    'compiles for %s, with a filter of the user too',
    (linkType) => {
      for (const filter of [
        BUILT_IN,
        captureFilter({ interfaces: ['eth0'], filter: 'host 192.0.2.1', allTraffic: false }),
      ]) {
        const { status, stderr } = tcpdump(['-y', linkType, '-d', '--', filter])
        expect({ status, stderr: `${stderr}` }).toEqual({ status: 0, stderr: '' })
      }
    },
  )

  it.each(['tcp) or (udp', '(tcp', 'tcp)', ') or ('])('is not ended by a bracket without a partner: %s', (filter) => {
    const { status, stderr } = tcpdump([
      '-y',
      'EN10MB',
      '-d',
      '--',
      captureFilter({ interfaces: ['eth0'], filter, allTraffic: false }),
    ])
    expect({ status, stderr: `${stderr}` }).toEqual({ status: 1, stderr: expect.stringContaining('syntax error') })
  })

  it('keeps every packet of SMB in any encapsulation of a mirror port', { tags: 'long' }, () => {
    const lost: string[] = []
    let kept = 0
    for (const { name, what, bytes } of VARIANTS) {
      const file = bytes()
      const all = tcpdump(['-r', '-', '-w', '-'], file)
      // Link types that this tcpdump does not know; interfaces of several link types in one file.
      if (all.status !== 0) continue
      const some = tcpdump(['-r', '-', '-w', '-', '--', BUILT_IN], file)
      if (some.stdout.equals(all.stdout)) kept++
      else if (!BEYOND_LIBPCAP.test(`${name}, ${what}`) && !OF_FILES.test(`${name}, ${what}`)) lost.push(name)
    }
    expect(lost).toEqual([])
    expect(kept).toBeGreaterThan(VARIANTS.length * 0.75)
  })

  it('lets nothing through that is neither SMB nor wrapped', () => {
    const clean = readFileSync(join(ROOT, 'captures/smb311-unsigned-data.pcap'))
    // The same packets, but between other ports.
    const other = Buffer.from(clean)
    for (let at = other.indexOf('01bd', 24, 'hex'); at >= 0; at = other.indexOf('01bd', at + 1, 'hex'))
      other[at + 1] = 0xbe
    const filtered = (file: Uint8Array) => tcpdump(['-r', '-', '-w', '-', '--', BUILT_IN], file).stdout.length
    expect(filtered(clean)).toBe(clean.length)
    expect(filtered(other)).toBe(24)
  })

  const outside = captureFiles().filter((path) => /\.(pcap|pcapng|cap)$/.test(path))
  const files = [...SAMPLES.map((path) => join(ROOT, path)), ...outside]
  it(`loses no session of any capture${capturesFolder() ? '' : ' (only our own: SMBLENS_CAPTURES is not set)'}`, {
    tags: 'long',
  }, () => {
    for (const [i, path] of files.entries()) tcpdump(['-r', path, '-w', join(folder, `${i}.pcap`), '--', BUILT_IN])
    const filtered = readdirSync(folder).map((name) => join(folder, name))
    // All variants in one run of each program. Addresses and ports distinguish them.
    const indices = new Set(filtered.map((path) => Number(basename(path, '.pcap'))))
    const before = sessions(files.filter((_, i) => indices.has(i)))
    const after = new Set(sessions(filtered))
    expect(before.length).toBeGreaterThan(SAMPLES.length / 2)
    expect(before.filter((session) => !after.has(session))).toEqual([])
  })
})

/** Sessions on the ports that SMB has, without what a filter may change: file, frames and times. */
function sessions(paths: readonly string[]): string[] {
  return records(smblens(['scan', ...paths, '-f', 'ndjson']).stdout)
    .filter((record) => record['type'] === 'session')
    .filter((record) => /:(445|139)\b|"port":(445|139)\b/.test(JSON.stringify(record)))
    .map((record) =>
      JSON.stringify([record['client'], record['server'], record['sessionId'], record['user'], record['dialect']]),
    )
}
