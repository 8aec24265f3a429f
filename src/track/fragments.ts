/**
 * IP datagrams that come in fragments (RFC 791 3.2, RFC 8200 4.5), put together again, in whatever order the fragments come. Of overlapping bytes
 * those that came first count, and those that came later and differ are reported, as in streams.
 */
import type { Segment } from '../../dissectors/net/segment.ts'
import { disagree, hit, type TrackContext } from './context.ts'
import { dropOldest } from './oldest.ts'

/** An IPv4 datagram is no longer, and no fragment may reach further. */
const MAX_DATAGRAM = 65_535
/** A fragment that comes later belongs to another datagram with the same identification: what Linux and Windows wait at least. */
const TIMEOUT = 30e6
/** Copies of fragments, from a span of both ports, follow closely on the datagram that they would otherwise begin anew. */
const COPIES_WITHIN = 1e6
/** Bytes of complete datagrams that are kept to know copies by. */
const COPIES_KNOWN = 1 << 20

interface Piece {
  offset: number
  /** On the wire; more than bytes.length where the capture cut the frame. */
  length: number
  bytes: Uint8Array
  frame: number
}

interface Datagram {
  readonly addresses: Int32Array
  readonly id: number
  readonly protocol: number
  readonly firstFrame: number
  readonly firstTime: number
  /** In the order of their offsets, without overlaps. */
  pieces: Piece[]
  /** Bytes of them on the wire, and as they are held. */
  received: number
  held: number
  /** Known from the last fragment; -1 before. */
  length: number
}

export interface Joined {
  /** What follows the IP header, or IPv6's fragment header. */
  protocol: number
  bytes: Uint8Array
  /** Bytes that were captured, from the start up to the first that was not. */
  captured: number
}

export class Fragments {
  private readonly context: TrackContext
  /** By hash, oldest first: those that wait for the rest, and those that were put together a moment ago. */
  private readonly waiting = new Map<number, Datagram>()
  private readonly complete = new Map<number, { datagram: Datagram; bytes: Uint8Array; time: number }>()
  private completeBytes = 0
  private held = 0
  private unfinished = 0
  private firstUnfinished = 0

  constructor(context: TrackContext) {
    this.context = context
  }

  /** Takes the fragment that `s` describes (DECODED.FRAGMENT); the datagram's payload if it is complete with that, null otherwise. */
  add(b: Uint8Array, s: Segment, frame: number, time: number): Joined | null {
    if (s.length <= 0 || s.fragmentOffset + s.length > MAX_DATAGRAM) return null
    const hash = hashOf(s)
    if (!this.waiting.has(hash) && this.isCopy(hash, b, s, time)) return null
    const datagram = this.datagramOf(hash, s, frame, time)
    const end = s.fragmentOffset + s.length
    if (s.fragmentMore === 0 && datagram.length < 0) datagram.length = end
    this.insert(datagram, b, s, frame)
    if (datagram.length >= 0 && datagram.received >= datagram.length && isWhole(datagram))
      return this.join(hash, datagram, time)
    this.keepLimits()
    return null
  }

  /** How many datagrams were never complete, and the frame where the first of them began. */
  finish(): { unfinished: number; firstFrame: number } {
    for (const datagram of this.waiting.values()) this.giveUp(datagram)
    this.waiting.clear()
    return { unfinished: this.unfinished, firstFrame: this.firstUnfinished }
  }

  /** Of a datagram that was complete a moment ago? Some senders give every datagram the same identification: its bytes tell. */
  private isCopy(hash: number, b: Uint8Array, s: Segment, time: number): boolean {
    const known = this.complete.get(hash)
    if (known === undefined || !isOf(known.datagram, s) || Math.abs(time - known.time) > COPIES_WITHIN) return false
    const { bytes } = known
    const whole = { offset: 0, length: bytes.length, bytes, frame: 0 }
    return sameBytes(b, s, whole, s.fragmentOffset, s.fragmentOffset + s.length)
  }

  private datagramOf(hash: number, s: Segment, frame: number, time: number): Datagram {
    const known = this.waiting.get(hash)
    if (known !== undefined) {
      if (isOf(known, s) && Math.abs(time - known.firstTime) <= TIMEOUT) return known
      this.giveUp(known)
      this.waiting.delete(hash)
    }
    const datagram: Datagram = {
      addresses: Int32Array.of(s.src0, s.src1, s.src2, s.src3, s.dst0, s.dst1, s.dst2, s.dst3),
      id: s.fragmentId,
      protocol: s.fragmentProtocol,
      firstFrame: frame,
      firstTime: time,
      pieces: [],
      received: 0,
      held: 0,
      length: -1,
    }
    this.waiting.set(hash, datagram)
    return datagram
  }

  /** Keeps what is new in a fragment: of what is there already the first to come counts. */
  private insert(datagram: Datagram, b: Uint8Array, s: Segment, frame: number): void {
    const { pieces } = datagram
    const end = s.fragmentOffset + s.length
    let from = s.fragmentOffset
    let i = 0
    for (; i < pieces.length && from < end; i++) {
      const piece = pieces[i]
      const pieceEnd = piece.offset + piece.length
      if (pieceEnd <= from) continue
      if (piece.offset >= end) break
      if (piece.offset > from) {
        this.put(datagram, i++, b, s, from, piece.offset, frame)
        from = piece.offset
      }
      if (!sameBytes(b, s, piece, from, Math.min(pieceEnd, end))) disagree(this.context, piece.frame)
      from = pieceEnd
    }
    if (from < end) this.put(datagram, i, b, s, from, end, frame)
  }

  /** Copies [from, to) of the datagram, out of this fragment, to place `i`. */
  private put(d: Datagram, i: number, b: Uint8Array, s: Segment, from: number, to: number, frame: number): void {
    const start = s.payload - s.fragmentOffset
    const bytes = new Uint8Array(b.subarray(Math.min(start + from, s.payloadEnd), Math.min(start + to, s.payloadEnd)))
    d.pieces.splice(i, 0, { offset: from, length: to - from, bytes, frame })
    d.received += to - from
    d.held += bytes.length
    this.held += bytes.length
  }

  private join(hash: number, datagram: Datagram, time: number): Joined {
    const bytes = new Uint8Array(datagram.length)
    let captured = datagram.length
    for (const piece of datagram.pieces) {
      // Beyond the end that the last fragment told.
      if (piece.offset >= datagram.length) break
      bytes.set(piece.bytes.subarray(0, datagram.length - piece.offset), piece.offset)
      if (piece.bytes.length < piece.length) captured = Math.min(captured, piece.offset + piece.bytes.length)
    }
    this.empty(datagram)
    this.waiting.delete(hash)
    this.remember(hash, datagram, bytes, time)
    return { protocol: datagram.protocol, bytes, captured }
  }

  private remember(hash: number, datagram: Datagram, bytes: Uint8Array, time: number): void {
    const { complete } = this
    this.completeBytes += bytes.length - (complete.get(hash)?.bytes.length ?? 0)
    // Again at the end: the oldest go first.
    complete.delete(hash)
    complete.set(hash, { datagram, bytes, time })
    for (const [old, { bytes }] of complete) {
      if (this.completeBytes <= COPIES_KNOWN) break
      complete.delete(old)
      this.completeBytes -= bytes.length
    }
  }

  private keepLimits(): void {
    const { waiting, context } = this
    const { fragments, fragmentBytes } = context.limits
    dropOldest(waiting, fragments, (_hash, datagram) => {
      hit(context, 'fragments', datagram.firstFrame)
      this.giveUp(datagram)
    })
    if (this.held <= fragmentBytes) return
    for (const [hash, datagram] of waiting) {
      if (this.held <= fragmentBytes * 0.75) break
      waiting.delete(hash)
      hit(context, 'fragmentBytes', datagram.firstFrame)
      this.giveUp(datagram)
    }
  }

  private giveUp(datagram: Datagram): void {
    if (this.unfinished++ === 0) this.firstUnfinished = datagram.firstFrame
    this.empty(datagram)
  }

  private empty(datagram: Datagram): void {
    this.held -= datagram.held
    datagram.held = 0
    datagram.pieces = []
  }
}

/** From the first byte to the last, nothing missing. */
function isWhole({ pieces, length }: Datagram): boolean {
  let reached = 0
  for (const piece of pieces) {
    if (reached >= length) return true
    if (piece.offset > reached) return false
    reached = piece.offset + piece.length
  }
  return reached >= length
}

/** Does the fragment say what the piece says about [from, to) of the datagram? What the capture cut says nothing. */
function sameBytes(b: Uint8Array, s: Segment, piece: Piece, from: number, to: number): boolean {
  const start = s.payload - s.fragmentOffset
  const end = Math.min(to, s.payloadEnd - start, piece.offset + piece.bytes.length)
  for (let i = from; i < end; i++) {
    if (b[start + i] !== piece.bytes[i - piece.offset]) return false
  }
  return true
}

/** RFC 791: addresses, protocol and identification; RFC 8200: addresses and identification, and fragments of one datagram agree in the rest. */
function isOf({ addresses: a, id, protocol }: Datagram, s: Segment): boolean {
  return (
    id === s.fragmentId &&
    protocol === s.fragmentProtocol &&
    a[3] === s.src3 &&
    a[7] === s.dst3 &&
    a[2] === s.src2 &&
    a[6] === s.dst2 &&
    a[1] === s.src1 &&
    a[5] === s.dst1 &&
    a[0] === s.src0 &&
    a[4] === s.dst0
  )
}

const SEED = (Math.random() * 0x100000000) | 0

function hashOf(s: Segment): number {
  let h = SEED
  for (const word of [s.src0, s.src1, s.src2, s.src3, s.dst0, s.dst1, s.dst2, s.dst3, s.fragmentId, s.fragmentProtocol])
    h = Math.imul(h ^ word ^ (h >>> 15), 0x2c1b3c6d)
  return h ^ (h >>> 13)
}
