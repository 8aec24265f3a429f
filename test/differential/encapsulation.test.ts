/** @module-tag long */
/** The innermost TCP in the frames of outside captures: our decoders compared with tshark's. */
import { spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeFrame } from '../../dissectors/frame/decode-frame.ts'
import { createSegment, DECODED } from '../../dissectors/layers/segment.ts'
import { ipText } from '../../dissectors/net/addresses.ts'
import { CaptureError } from '../../src/capture/capture-error.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { captureFiles, sample } from '../support/captures.ts'

const noTshark = spawnSync('tshark', ['--version']).status !== 0
const files = captureFiles()

/** Captures whose names mention an encapsulation, and some of the others. */
const ENCAPSULATION =
  /(?<![a-z])(80211|4in|6in|ah|cisco-fabric|erspan|geneve|gre|gso|gtp|llc|mpls|nsh|pbb|ppp|q-?in-?q|radiotap|snap|teredo|tunnel|vlan|vntag|vxlan|wccp)/i
const OTHERS = 40

/**
 * What tshark reads and we do not: TCP that an ICMP error quotes or a sampler reports, a tunnel on a port that we do not recognise, and several frames in
 * one of 802.11.
 * For BIG TCP (IPv6 and tunnels whose length does not fit its field, which is then zero) it is the reverse: this tshark does not read it.
 */
const NOT_READ = /:icmp(v6)?:|:sflow:|:ayiya:|:wlan:llc:.*:llc:/
const NOT_READ_BY_TSHARK = /^bigtcp/

interface Compared {
  /** "source:port > destination:port seq" by frame. */
  ours: Map<number, string>
  theirs: Map<number, string>
}

function endpoints(source: string, from: number, destination: string, to: number, seq: number): string {
  return `${source}:${from} > ${destination}:${to} ${seq >>> 0}`
}

/** Frames that are fragments, or of a link type that is not read, are left out on both sides. */
async function compare(path: string): Promise<Compared> {
  const ours = new Map<number, string>()
  const unread = new Set<number>()
  const s = createSegment()
  try {
    await readCapture(path, {
      frame(b, start, captured, original, linkType, _time, number) {
        const decoded = decodeFrame(linkType, b, start, start + captured, start + original, s)
        if (decoded === DECODED.TCP) {
          const source = ipText(s.src0, s.src1, s.src2, s.src3)
          const destination = ipText(s.dst0, s.dst1, s.dst2, s.dst3)
          ours.set(number, endpoints(source, s.srcPort, destination, s.dstPort, s.seq))
        } else if (decoded !== DECODED.OTHER && decoded !== DECODED.UDP) unread.add(number)
      },
    })
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureError)
    return { ours: new Map(), theirs: new Map() }
  }
  const theirs = tshark(path)
  for (const number of unread) theirs.delete(number)
  return { ours, theirs }
}

/** The innermost TCP of each frame: of a field that occurs more than once, the last. */
function tshark(path: string): Map<number, string> {
  const fields = 'frame.number frame.protocols ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport tcp.seq_raw'
  const preferences = ['ip.defragment:false', 'ipv6.defragment:false', 'tcp.desegment_tcp_streams:false']
  const { stdout } = spawnSync(
    'tshark',
    [
      ...['-n', '-r', path, '-Y', 'tcp.seq_raw', '-T', 'fields', '-E', 'occurrence=l'],
      ...preferences.flatMap((preference) => ['-o', preference]),
      ...fields.split(' ').flatMap((field) => ['-e', field]),
    ],
    { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  )
  const found = new Map<number, string>()
  for (const line of stdout.split('\n')) {
    const [number, protocols, ip4Src, ip4Dst, ip6Src, ip6Dst, from, to, seq] = line.split('\t')
    if (seq === undefined || NOT_READ.test(protocols!)) continue
    const isIpv6 = protocols!.lastIndexOf(':ipv6:') > protocols!.lastIndexOf(':ip:')
    const [source, destination] = isIpv6 ? [ip6Src!, ip6Dst!] : [ip4Src!, ip4Dst!]
    found.set(Number(number), endpoints(source, Number(from), destination, Number(to), Number(seq)))
  }
  return found
}

describe.skipIf(noTshark || files.length === 0)('beside tshark (needs tshark and SMBLENS_CAPTURES)', () => {
  const read = files.filter((path) => !NOT_READ_BY_TSHARK.test(basename(path)))
  const named = read.filter((path) => ENCAPSULATION.test(basename(path)))
  const others = sample(
    read.filter((path) => !named.includes(path)),
    OTHERS,
  )

  it('finds the same TCP segments in captures of encapsulations', async () => {
    let frames = 0
    for (const path of named) {
      const { ours, theirs } = await compare(path)
      frames += ours.size
      expect.soft(ours, path).toEqual(theirs)
    }
    expect(frames).toBeGreaterThan(1000)
  })

  it('finds the same TCP segments in a sample of all other captures', async () => {
    let frames = 0
    for (const path of others) {
      const { ours, theirs } = await compare(path)
      frames += ours.size
      expect.soft(ours, path).toEqual(theirs)
    }
    expect(frames).toBeGreaterThan(1000)
  })
})
