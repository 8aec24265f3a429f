/** A TCP segment in IPv4 and in IPv6, what decoding finds in it, and how it is asked. */
import { expect } from 'vitest'
import { decodeFrame } from '../../../dissectors/frame/decode-frame.ts'
import { LINKTYPE } from '../../../dissectors/layers/link-type.ts'
import { createSegment, DECODED, type Segment } from '../../../dissectors/layers/segment.ts'
import { ipText } from '../../../dissectors/net/addresses.ts'
import { bytes } from '../../support/conversation.ts'

/** TCP 49152 > 445, seq 0x80000001, ack 2, PSH ACK, 12 bytes of options, payload "SMB!". */
export const TCP = 'c000 01bd 80000001 00000002 8018 0400 0000 0000 0101080a 00000001 00000002 534d4221'
/** 20-byte header, total length 56, 10.0.0.1 > 10.0.0.2. */
export const IPV4 = `4500 0038 0001 4000 40 06 0000 0a000001 0a000002 ${TCP}`
export const IPV6_ADDRESSES = 'fe800000000000000000000000000001 20010db8000000000001000000000002'
export const IPV6 = `60000000 0024 06 40 ${IPV6_ADDRESSES} ${TCP}`
export const MACS = '020000000001 020000000002'

const EXPECTED = {
  decoded: DECODED.TCP as number,
  ports: [49152, 445],
  seq: 0x80000001 | 0,
  ack: 2,
  flags: 0x18,
  payload: 'SMB!',
  length: 4,
}
export const EXPECTED_V4 = { ...EXPECTED, src: '10.0.0.1', dst: '10.0.0.2' }
export const EXPECTED_V6 = { ...EXPECTED, src: 'fe80::1', dst: '2001:db8::1:0:0:2' }

/** The offset of the frame in a buffer of other bytes, so that a read outside it is noticed. */
const START = 30

/** What `decode` makes of the bytes between the first and the last, with the segment it filled in. */
export function within(
  frame: string | Uint8Array,
  original: number,
  decode: (b: Uint8Array, start: number, end: number, wireEnd: number, out: Segment) => number,
) {
  const frameBytes = typeof frame === 'string' ? bytes(frame) : frame
  const end = START + frameBytes.length
  const b = new Uint8Array(end + 60).fill(0xee)
  b.set(frameBytes, START)
  const s = createSegment()
  const decoded = decode(b, START, end, START + Math.max(original, frameBytes.length), s)
  return { decoded, s, payload: b.subarray(s.payload, s.payloadEnd) }
}

export function decode(linkType: number, frame: string | Uint8Array, original = 0) {
  const { decoded, s, payload } = within(frame, original, (...at) => decodeFrame(linkType, ...at))
  return {
    decoded,
    src: ipText(s.src0, s.src1, s.src2, s.src3),
    dst: ipText(s.dst0, s.dst1, s.dst2, s.dst3),
    ports: [s.srcPort, s.dstPort],
    seq: s.seq,
    ack: s.ack,
    flags: s.flags,
    payload: new TextDecoder().decode(payload),
    length: s.length,
  }
}

/** A length as two bytes, in hexadecimal. */
export function hex16(n: number): string {
  return n.toString(16).padStart(4, '0')
}

/** An IPv4 datagram, 192.0.2.1 > 192.0.2.2. */
export function inIpv4(protocol: number, payload: string): string {
  const total = 20 + bytes(payload).length
  return `4500 ${hex16(total)} 0001 0000 40 ${hex16(protocol).slice(2)} 0000 c0000201 c0000202 ${payload}`
}

export function inUdp(destination: number, payload: string, source = 50_000): string {
  return inIpv4(17, `${hex16(source)} ${hex16(destination)} ${hex16(8 + bytes(payload).length)} 0000 ${payload}`)
}

/** The frame holds the one segment, in IPv4. */
export function expectIpv4(frame: string, linkType: number = LINKTYPE.RAW): void {
  expect(decode(linkType, frame)).toEqual(EXPECTED_V4)
}

export function expectIpv6(frame: string, linkType: number = LINKTYPE.RAW): void {
  expect(decode(linkType, frame)).toEqual(EXPECTED_V6)
}

/** It is UDP, and no tunnel. */
export function expectUdp(frame: string, linkType: number = LINKTYPE.RAW): void {
  expect(decode(linkType, frame).decoded).toBe(DECODED.UDP)
}

export function expectNothing(frame: string, linkType: number = LINKTYPE.RAW): void {
  expect(decode(linkType, frame).decoded).toBe(DECODED.OTHER)
}
