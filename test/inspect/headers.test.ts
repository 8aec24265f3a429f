/** Headers beside the decoders that the tracker uses: what they call the payload is what stands behind the last header. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeFrame } from '../../dissectors/frame/decode-frame.ts'
import { createSegment, DECODED } from '../../dissectors/layers/segment.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { allFields } from '../../src/inspect/field/field.ts'
import { describeHeaders } from '../../src/inspect/headers.ts'
import { bytes, CLIENT, SERVER, SYN, tcpFrame } from '../support/conversation.ts'
import { join as joined } from '../support/encapsulations.ts'

const SAMPLES = fileURLToPath(new URL('../../captures/', import.meta.url))
const samples = readdirSync(SAMPLES).filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))

describe('describeHeaders', () => {
  it.each(samples)('finds the TCP payload of %s where the decoders find it', async (name) => {
    const segment = createSegment()
    const different: number[] = []
    const sink = {
      frame(
        b: Uint8Array,
        start: number,
        captured: number,
        original: number,
        linkType: number,
        _time: number,
        number: number,
      ) {
        const decoded = decodeFrame(linkType, b, start, start + captured, start + original, segment)
        const { payload } = describeHeaders(linkType, b.slice(start, start + captured), original)
        const expected =
          decoded === DECODED.TCP ? { start: segment.payload - start, end: segment.payloadEnd - start } : null
        if (JSON.stringify(payload) !== JSON.stringify(expected)) different.push(number)
      },
    }
    await readCapture(join(SAMPLES, name), sink)
    expect(different).toEqual([])
  })

  it('names every header with its place, tags and tunnels too', () => {
    const inner = tcpFrame({ from: 'client', seq: 7, ack: 0, flags: SYN, payload: new Uint8Array(0) }).bytes
    const gre = joined('00000000', 0, 0x6558).slice(4)
    const outer = joined('45000000 00000000 402f0000 0a090909 0a080808', gre, inner)
    outer[3] = outer.length
    const frame = joined('020000000001 020000000002', 0x8100, 0x2005, 0x0800, outer)
    const { fields, payload } = describeHeaders(1, frame, frame.length)
    expect(fields.map(({ name, start, end }) => `${name} ${start}-${end}`)).toEqual([
      'Ethernet 0-14',
      'VLAN tag 14-18',
      'IPv4 18-38',
      'GRE 38-42',
      'Ethernet 42-56',
      'IPv4 56-76',
      'TCP 76-96',
    ])
    expect(payload).toEqual({ start: frame.length, end: frame.length })
    expect(fields[1]!.value).toBe('VLAN 5, priority 1')
    expect(fields[6]!.value).toBe(`${CLIENT.port} to ${SERVER.port}, SYN, 0 bytes of payload`)
    const values = [...allFields(fields)].map(({ name, value }) => `${name} ${value}`)
    expect(values).toContain('Sequence number 7')
    expect(values).toContain('Destination address 10.8.8.8')
    expect(values).toContain('Destination address 10.0.0.2')
  })

  it('says where it leads to nothing', () => {
    const arp = joined('ffffffffffff 020000000002', 0x0806, bytes('0001 0800 0604 0001'))
    const { fields, payload } = describeHeaders(1, arp, arp.length)
    expect(payload).toBeNull()
    expect(fields).toMatchObject([{ name: 'Ethernet', start: 0, end: 14, note: expect.stringContaining('no TCP') }])
  })

  it('says of a cut header how far it goes', () => {
    const { bytes: frame } = tcpFrame({ from: 'client', seq: 7, ack: 0, flags: SYN, payload: new Uint8Array(0) })
    const { fields, payload } = describeHeaders(1, frame.slice(0, 46), frame.length)
    expect(payload).toBeNull()
    expect(fields[2]).toMatchObject({
      name: 'TCP',
      start: 34,
      end: 46,
      note: expect.stringContaining('what was read ends'),
    })
  })
})
