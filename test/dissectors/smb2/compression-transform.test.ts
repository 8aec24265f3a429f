import { describe, expect, it } from 'vitest'
import { parseCompressionTransform, SMB2_COMPRESSION } from '../../../dissectors/smb2/compression-transform.ts'
import { bytes } from '../../support/messages.ts'
import { logoffRequest } from './fixtures.ts'

/** Made from the layouts of [MS-SMB2] 2.2.42: no capture at hand has a compressed message. */
const HEADER = 'fc534d42'
const CLEAR = '0102030405'
const UNCHAINED = `${HEADER} 00100000 0200 0000 05000000 ${CLEAR} aabbcc`
const PATTERN = '0400 0000 08000000 41000000 00100000'
const LZ77 = '0200 0000 07000000 00200000 aabbcc'

function none(first: boolean, data: string): string {
  return `0000 ${first ? '0100' : '0000'} ${(data.length / 2).toString(16).padStart(2, '0')}000000 ${data}`
}

describe('parseCompressionTransform', () => {
  it('reads an unchained message, and what of it goes uncompressed', () => {
    expect(parseCompressionTransform(bytes(UNCHAINED))).toEqual({
      ok: true,
      value: {
        originalCompressedSegmentSize: 4096,
        chained: false,
        offset: 5,
        clear: bytes(CLEAR),
        payloads: [{ compressionAlgorithm: SMB2_COMPRESSION.LZ77, length: 3 }],
        anomalies: [],
      },
    })
  })

  it('needs no more than the header', () => {
    const message = bytes(UNCHAINED)
    expect(parseCompressionTransform(message.subarray(0, 18), message.length)).toMatchObject({
      ok: true,
      value: { offset: 5, clear: bytes('0102'), payloads: [{ length: 3 }] },
    })
  })

  it('reads a chain: the SMB2 header uncompressed, then the compressed part', () => {
    const header = Buffer.from(logoffRequest).toString('hex')
    const message = bytes(`${HEADER} 00400000 ${none(true, header)} ${LZ77} ${PATTERN} ${none(false, 'ee')}`)
    expect(parseCompressionTransform(message)).toEqual({
      ok: true,
      value: {
        originalCompressedSegmentSize: 0x4000,
        chained: true,
        offset: null,
        clear: logoffRequest,
        payloads: [
          { compressionAlgorithm: SMB2_COMPRESSION.NONE, length: 68 },
          { compressionAlgorithm: SMB2_COMPRESSION.LZ77, length: 3 },
          { compressionAlgorithm: SMB2_COMPRESSION.PATTERN_V1, length: 8 },
          { compressionAlgorithm: SMB2_COMPRESSION.NONE, length: 1 },
        ],
        anomalies: [],
      },
    })
  })

  it('has nothing in clear where the chain begins compressed', () => {
    const message = bytes(`${HEADER} 00400000 0200 0100 07000000 00200000 aabbcc ${none(false, 'ee')}`)
    expect(parseCompressionTransform(message)).toMatchObject({ ok: true, value: { clear: new Uint8Array() } })
  })

  it('keeps the sizes of one that points outside itself', () => {
    const message = bytes(`${HEADER} ffffffff 0100 0000 ffffffff`)
    expect(parseCompressionTransform(message)).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'Offset', offset: 12 },
      partial: {
        originalCompressedSegmentSize: 0xffffffff,
        chained: false,
        offset: 0xffffffff,
        anomalies: ['implausible-size'],
      },
    })
  })

  it('reads 64 payloads of a chain', () => {
    const message = bytes(`${HEADER} 00000000 ${none(true, 'ee')} ${none(false, 'ee').repeat(99)}`)
    const parsed = parseCompressionTransform(message)
    if (!parsed.ok) throw new Error('not read')
    expect(parsed.value.payloads).toHaveLength(64)
    expect(parsed.value.anomalies).toEqual(['too-many-payloads'])
  })

  it('ends at a payload that is longer than the message or shorter than its own size field', () => {
    const partial = { chained: true, payloads: [{ compressionAlgorithm: 0, length: 1 }] }
    const passing = bytes(`${HEADER} 00000000 ${none(true, 'ee')} 0000 0000 02000000 ee`)
    expect(parseCompressionTransform(passing)).toMatchObject({ fault: { field: 'Length', offset: 21 }, partial })
    const short = bytes(`${HEADER} 00000000 ${none(true, 'ee')} 0100 0000 02000000 eeee`)
    expect(parseCompressionTransform(short)).toMatchObject({ fault: { field: 'Length', offset: 21 }, partial })
  })

  it('reads nothing else as a compressed message', () => {
    expect(parseCompressionTransform(logoffRequest)).toMatchObject({ fault: { field: 'ProtocolId', offset: 0 } })
  })
})
