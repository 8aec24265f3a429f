/** Cisco's HDLC, RFC 1547 4.3.1: address 1 (0F unicast, 8F broadcast), control 1 (zero), EtherType 2. */
import { u16be } from '../bytes.ts'
import { nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 4
const OFFSET = { CONTROL: 1, TYPE: 2 } as const
const UNICAST = 0x0f
const BROADCAST = 0x8f

export function decodeCiscoHdlc(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, HEADER)
  return nextByEtherType(s, u16be(b, o + OFFSET.TYPE))
}

/** @param o at least two bytes are there */
export function isCiscoHdlc(b: Uint8Array, o: number): boolean {
  return (b[o] === UNICAST || b[o] === BROADCAST) && b[o + OFFSET.CONTROL] === 0
}
