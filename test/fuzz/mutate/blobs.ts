/** Security buffers that DER and BER do not allow: endlessly nested elements, and indefinite lengths (X.690 8.1.3). */
import { getUint, joined, putUint } from '../bytes.ts'
import type { Packet } from '../packet.ts'
import type { Random } from '../random.ts'
import { atMessage, framed, PREFIX } from './messages.ts'

const SMB2_HEADER = 64
const SMB2_SESSION_SETUP = 1
const CONSTRUCTED = 0x20
/** At two bytes each they fit into a message. */
const MAX_DEPTH = 12_000

/** The outer elements get indefinite lengths, and somewhere in their content is a long chain of nested elements. */
export function nested(packets: readonly Packet[], random: Random): Packet[] {
  const depth = random.pick([random.few(40), random.few(600), MAX_DEPTH])
  const holds = (payload: Uint8Array): boolean => blobFields(payload) !== null
  const change = (payload: Uint8Array): Uint8Array => {
    const start = blobStart(payload)
    const blob = loosened(payload.subarray(start), well(depth, random), random)
    const whole = joined([payload.subarray(0, start), blob])
    putBlobLength(whole, blob.length)
    return framed(whole.subarray(PREFIX))
  }
  return atMessage(packets, random, change, holds)
}

function well(depth: number, random: Random): Uint8Array {
  const tag = random.pick([0x30, 0xa0, 0xa5, 0x24, 0x6e])
  const field = random.oneIn(3) ? tag : 0xa0 + random.below(10)
  const header = random.oneIn(3) ? 4 : 2
  const bytes = new Uint8Array(depth * header + (random.oneIn(2) ? depth * 2 : 0))
  for (let n = 0; n < depth; n++) {
    const at = n * header
    // The outermost element is a field that a reader may not know and may skip.
    bytes[at] = n === 0 ? field : tag
    bytes[at + 1] = header === 2 ? 0x80 : 0x82
    if (header === 4) putUint(bytes, at + 2, 2, true, bytes.length - at - 4)
  }
  return bytes
}

/** `blob` with `inner` in it: inside a given number of its elements, and behind a given number of others. */
function loosened(blob: Uint8Array, inner: Uint8Array, random: Random): Uint8Array {
  const parts: Uint8Array[] = []
  const levels = 1 + random.below(6)
  let left = random.below(5)
  let open = 0
  let at = 0
  while (at + 2 <= blob.length && (open < levels || left > 0)) {
    const { content, end } = element(blob, at)
    if (open < levels && (blob[at]! & CONSTRUCTED) !== 0) {
      parts.push(Uint8Array.of(blob[at]!, 0x80))
      open++
      at = content
    } else {
      if (open === levels) left--
      parts.push(blob.subarray(at, end))
      at = end
    }
  }
  parts.push(inner, blob.subarray(at), new Uint8Array(open * 2))
  return joined(parts)
}

function element(blob: Uint8Array, at: number): { content: number; end: number } {
  const first = blob[at + 1]!
  if (first <= 0x80) return { content: at + 2, end: at + 2 + (first & 0x7f) }
  const octets = first & 7
  const content = at + 2 + octets
  return { content, end: Math.min(blob.length, content + getUint(blob, at + 2, octets, true)) }
}

/** The security buffer of an SMB2 SESSION_SETUP. In any other message, the first bytes that look like one. */
function blobStart(payload: Uint8Array): number {
  const fields = blobFields(payload)
  if (fields !== null) return Math.min(payload.length, PREFIX + getUint(payload, fields, 2, false))
  for (let at = PREFIX + 32; at + 2 < payload.length; at++) if (payload[at] === 0x60 || payload[at] === 0xa1) return at
  return payload.length
}

function putBlobLength(payload: Uint8Array, length: number): void {
  const fields = blobFields(payload)
  if (fields !== null) putUint(payload, fields + 2, 2, false, Math.min(0xffff, length))
}

/** Where SecurityBufferOffset is, with SecurityBufferLength behind it: [MS-SMB2] 2.2.5 and 2.2.6. */
function blobFields(payload: Uint8Array): number | null {
  if (payload[PREFIX] !== 0xfe || payload[PREFIX + 12] !== SMB2_SESSION_SETUP) return null
  return PREFIX + SMB2_HEADER + ((payload[PREFIX + 16]! & 1) !== 0 ? 4 : 12)
}
