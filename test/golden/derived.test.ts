/** The same session stays the same over another link, in another file format, or split differently by TCP. */
import { describe, expect, it } from 'vitest'
import { scanSample } from './records.ts'

const SAME = {
  'smb311-unsigned-data.pcap': [
    'vlan.pcap',
    'qinq.pcap',
    'raw-ip.pcap',
    'null.pcap',
    'loop.pcap',
    'big-endian.pcap',
    'nanoseconds.pcap',
    'gzip.pcap.gz',
    'pcapng.pcapng',
    'pcapng-two-sections.pcapng',
    'pcapng-every-block.pcapng',
    'retransmitted.pcap',
    'reordered.pcap',
    'overlapping.pcap',
    'sequence-wrap.pcap',
  ],
  'ipv6.pcap': ['raw-ipv6.pcap', 'null-ipv6.pcap'],
  'guest-silent-mapping.pcap': ['one-byte-segments.pcap.gz'],
}

/** Fields that name a frame, a time or the file. */
const OF_THE_FILE = new Set([
  'id',
  'capture',
  'connection',
  'connections',
  'session',
  'format',
  'compression',
  'linkTypes',
  'packets',
  'bytes',
  'frame',
  'firstFrame',
  'lastFrame',
  'time',
  'firstTime',
  'lastTime',
  'wiresharkFilter',
])

async function substance(sample: string): Promise<unknown> {
  const records = await scanSample(sample)
  const unnamed = records.map((record) =>
    record['type'] === 'capture' ? { ...record, path: undefined, captureId: undefined } : record,
  )
  return JSON.parse(JSON.stringify(unnamed, (key, value) => (OF_THE_FILE.has(key) ? undefined : value)))
}

describe.each(Object.entries(SAME))('the session of %s', (original, derived) => {
  it.each(derived)('is the same in %s', async (sample) => {
    expect(await substance(sample)).toEqual(await substance(original))
  })
})
