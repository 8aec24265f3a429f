/**
 * IP datagrams that come in fragments (RFC 791 3.2, RFC 8200 4.5), reassembled in any order of the fragments. Of overlapping bytes
 * those that came first count, and those that came later and differ are reported, as in streams.
 */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { dropOldest } from '../../base/drop-oldest.ts'
import { finish, mix, SEED } from '../../base/seeded-hash.ts'
import { type Context, noteDisagreement, noteLimit } from '../core/context.ts'
import {
  HELD_OVERHEAD,
  type HeldBytes,
  type IncomingBytes,
  insertUncovered,
  type OverlapObserver,
  sameBytes,
} from './stream/reassembly.ts'

/** The longest datagram of IPv4: no fragment may reach further. */
const MAX_DATAGRAM = 65_535
/** A fragment that comes later belongs to another datagram with the same identification: what Linux and Windows wait at least. */
const TIMEOUT = 30e6
/** Copies of fragments, from a span of both ports, follow closely on the datagram that they would otherwise begin again. */
const COPIES_WITHIN = 1e6
/** Memory for complete datagrams, so that copies of their fragments are recognised. */
const COPIES_KNOWN = 1 << 20

interface Datagram {
  readonly addresses: Int32Array
  readonly id: number
  readonly protocol: number
  readonly firstFrame: number
  readonly firstTime: number
  pieces: HeldBytes[]
  /** Nothing is missing before this byte, which is where the piece before `next` ends: later bytes are inserted behind that piece. */
  reached: number
  next: number
  /** Memory that they take: bytes, and HELD_OVERHEAD for each. */
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

export class Fragments implements OverlapObserver {
  private readonly context: Context
  /** By hash, oldest first: those that wait for the rest, and those that were reassembled a moment ago. */
  private readonly waiting = new Map<number, Datagram>()
  private readonly complete = new Map<number, { datagram: Datagram; bytes: Uint8Array; time: number }>()
  private completeBytes = 0
  private held = 0
  private unfinished = 0
  private firstUnfinished = 0

  constructor(context: Context) {
    this.context = context
  }

  /** Takes the fragment that `s` describes (DECODED.FRAGMENT); the datagram's payload if it is complete with that, null otherwise. */
  add(b: Uint8Array, s: Segment, frame: number, time: number): Joined | null {
    if (s.length <= 0 || s.fragmentOffset + s.length > MAX_DATAGRAM) return null
    const hash = hashOf(s)
    if (!this.waiting.has(hash) && this.isCopy(hash, b, s, time)) return null
    const datagram = this.datagramOf(hash, s, frame, time)
    if (s.fragmentMore === 0 && datagram.length < 0) datagram.length = s.fragmentOffset + s.length
    this.hold(datagram, b, s, frame, time)
    if (datagram.length >= 0 && isWhole(datagram)) return this.join(hash, datagram, time)
    this.enforceLimits()
    return null
  }

  /** How many datagrams were never complete, and the frame where the first of them began. */
  finish(): { unfinished: number; firstFrame: number } {
    for (const datagram of this.waiting.values()) this.giveUp(datagram)
    this.waiting.clear()
    return { unfinished: this.unfinished, firstFrame: this.firstUnfinished }
  }

  /** Of a datagram that was complete a moment ago? Some senders give every datagram the same identification: its bytes decide. */
  private isCopy(hash: number, b: Uint8Array, s: Segment, time: number): boolean {
    const known = this.complete.get(hash)
    if (known === undefined || !isOf(known.datagram, s) || Math.abs(time - known.time) > COPIES_WITHIN) return false
    return sameBytes(b, incomingOf(s), { seq: 0, bytes: known.bytes }, 0, s.length)
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
      reached: 0,
      next: 0,
      held: 0,
      length: -1,
    }
    this.waiting.set(hash, datagram)
    return datagram
  }

  private hold(datagram: Datagram, b: Uint8Array, s: Segment, frame: number, time: number): void {
    const { length } = datagram.pieces
    const copied = insertUncovered(datagram.pieces, b, incomingOf(s), 0, { frame, time }, this)
    const taken = copied + (datagram.pieces.length - length) * HELD_OVERHEAD
    datagram.held += taken
    this.held += taken
  }

  /** OverlapObserver. */
  disagreement(first: number): void {
    noteDisagreement(this.context, first)
  }

  private join(hash: number, datagram: Datagram, time: number): Joined {
    const bytes = new Uint8Array(datagram.length)
    let captured = datagram.length
    for (const piece of datagram.pieces) {
      // Beyond the end that the last fragment gave.
      if (piece.seq >= datagram.length) break
      bytes.set(piece.bytes.subarray(0, datagram.length - piece.seq), piece.seq)
      if (piece.bytes.length < piece.length) captured = Math.min(captured, piece.seq + piece.bytes.length)
    }
    this.empty(datagram)
    this.waiting.delete(hash)
    this.remember(hash, datagram, bytes, time)
    return { protocol: datagram.protocol, bytes, captured }
  }

  private remember(hash: number, datagram: Datagram, bytes: Uint8Array, time: number): void {
    const { complete } = this
    const before = complete.get(hash)
    if (before !== undefined) this.completeBytes -= before.bytes.length + HELD_OVERHEAD
    this.completeBytes += bytes.length + HELD_OVERHEAD
    // Again at the end: the oldest go first.
    complete.delete(hash)
    complete.set(hash, { datagram, bytes, time })
    for (const [old, { bytes }] of complete) {
      if (this.completeBytes <= COPIES_KNOWN) break
      complete.delete(old)
      this.completeBytes -= bytes.length + HELD_OVERHEAD
    }
  }

  private enforceLimits(): void {
    const { waiting, context } = this
    const { fragments, fragmentBytes } = context.limits
    dropOldest(waiting, fragments, (_hash, datagram) => {
      noteLimit(context, 'fragments', datagram.firstFrame)
      this.giveUp(datagram)
    })
    if (this.held <= fragmentBytes) return
    for (const [hash, datagram] of waiting) {
      if (this.held <= fragmentBytes * 0.75) break
      waiting.delete(hash)
      noteLimit(context, 'fragmentBytes', datagram.firstFrame)
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

function incomingOf({ fragmentOffset, payload, payloadEnd, length }: Segment): IncomingBytes {
  return { seq: fragmentOffset, payload, payloadEnd, length }
}

/** Nothing is missing from the first byte to the last. Each piece is examined only once over all calls. */
function isWhole(datagram: Datagram): boolean {
  const { pieces, length } = datagram
  for (let piece = pieces[datagram.next]; piece !== undefined && piece.seq <= datagram.reached; ) {
    datagram.reached = piece.seq + piece.length
    piece = pieces[++datagram.next]
  }
  return datagram.reached >= length
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

function hashOf(s: Segment): number {
  let h = mix(SEED, s.src3)
  h = mix(h, s.dst3)
  h = mix(h, s.fragmentId)
  h = mix(h, s.fragmentProtocol)
  h = mix(h, s.src2)
  h = mix(h, s.dst2)
  h = mix(h, s.src1)
  h = mix(h, s.dst1)
  h = mix(h, s.src0)
  return finish(mix(h, s.dst0))
}
