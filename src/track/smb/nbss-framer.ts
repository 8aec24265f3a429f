/**
 * Finds the SMB messages in one direction of a TCP stream.
 *
 * The stream is a sequence of NetBIOS session packets ([MS-SMB2] 2.1, RFC 1002 4.3): a 4-byte prefix, then one SMB message, or a compound of them.
 * A packet that is whole in one segment, the usual case, is read in place. Of one that spans segments only the bytes that the reader needs are
 * gathered: the header, or the whole message where it carries facts; the payload is skipped by counting, never copied.
 *
 * Messages are delivered when their packet is complete, so that they belong to the frame in which it ends. After lost bytes the framer continues
 * where the packet's length says. If the loss includes a prefix, it searches for the next prefix with a valid header behind it.
 */
import { u32be, u32le } from '../../../dissectors/bytes.ts'
import { SESSION_KEEP_ALIVE, SESSION_MESSAGE, SESSION_REQUEST } from '../../../dissectors/netbios/session-service.ts'
import { SMB2_OFFSET } from '../../../dissectors/smb2/header.ts'
import type { Arenas } from '../core/gather-buffers.ts'
import type { StreamReader } from '../core/protocol.ts'
import type { GatherLimits, MessageReader } from './message-reader.ts'
import { elementLength, HEAD, headerLength, isMessageStart, isPacketStart, PREFIX, PROBE } from './nbss-packet.ts'

const STATE = { BOUNDARY: 0, GATHER: 1, SKIP: 2, SEARCH: 3 } as const

/** Messages of one compound beyond this are not read: a compound has a few, never thousands. */
const MAX_ELEMENTS = 1024

/** Up to here SMB2's header must be there for the length of one element of a compound to be known. */
const NEXT_COMMAND_END = SMB2_OFFSET.nextCommand + 4

const NO_HEAD = new Uint8Array(0)
const NONE = -1
/** Never pushed to: a list is made for the packet that needs one. */
const NO_ELEMENTS: number[] = []

export class NbssFramer implements StreamReader {
  private readonly reader: MessageReader
  readonly fromA: boolean
  private readonly limits: GatherLimits
  private readonly arenas: Arenas

  private state: number = STATE.BOUNDARY
  /** BOUNDARY: the bytes of prefix and protocol id seen so far; SEARCH: the last bytes, in which a prefix may begin. */
  private head: Uint8Array = NO_HEAD
  private headLength = 0

  /** Bytes of the current packet that are still to come. */
  private packetLeft = 0
  /** Bytes of the current message that are still to come; within packetLeft. */
  private messageLeft = 0
  /** GATHER: bytes of the current message to gather in all. */
  private bytesNeeded = 0
  /** GATHER: the header is complete, and `bytesNeeded` comes from the reader. */
  private headerRead = false

  /** Gathered bytes of the current packet's messages, one after another; and start, captured, length of each. */
  private arena: Uint8Array | null = null
  private arenaLength = 0
  private arenaStart = 0
  private elements: number[] = NO_ELEMENTS

  /** The second byte of the empty control packet that was the last thing read, or NONE: a message's prefix may really begin in it. */
  private afterControl = NONE

  constructor(reader: MessageReader, fromA: boolean, limits: GatherLimits, arenas: Arenas) {
    this.reader = reader
    this.fromA = fromA
    this.limits = limits
    this.arenas = arenas
  }

  /** Is the framer out of step with the stream, looking for the next packet? */
  get isSearching(): boolean {
    return this.state === STATE.SEARCH
  }

  /** Will the stream's next `n` bytes only be counted, not read? */
  skips(n: number): boolean {
    return this.state === STATE.SKIP && this.messageLeft >= n
  }

  /** The stream's next bytes, [p, end) of `b`. */
  feed(b: Uint8Array, p: number, end: number): void {
    while (p < end) {
      switch (this.state) {
        case STATE.BOUNDARY:
          p = this.headLength === 0 && end - p >= HEAD ? this.packet(b, p, end) : this.gatherHead(b, p, end)
          break
        case STATE.GATHER:
          p = this.gather(b, p, end)
          break
        case STATE.SKIP: {
          const n = Math.min(this.messageLeft, end - p)
          p += n
          this.messageLeft -= n
          this.packetLeft -= n
          if (this.messageLeft === 0) this.endMessage()
          break
        }
        default:
          p = this.search(b, p, end)
      }
    }
  }

  /** The stream's next `n` bytes are missing from the capture. */
  lost(n: number): void {
    if (this.state === STATE.SEARCH) {
      this.headLength = 0
      return
    }
    if (this.state === STATE.BOUNDARY || n > this.packetLeft) {
      if (this.state !== STATE.BOUNDARY) this.flush(true)
      this.startSearch()
      return
    }
    // Inside the packet: its messages keep what was gathered, and the loss is counted like a payload.
    if (this.state === STATE.GATHER) this.closeCut()
    this.state = STATE.SKIP
    if (n > this.messageLeft) {
      // The loss includes the headers of the messages behind this one.
      this.messageLeft = this.packetLeft
    }
    this.messageLeft -= n
    this.packetLeft -= n
    if (this.messageLeft === 0) this.endMessage()
  }

  /** The stream ends here: the part of an unfinished packet that was read is delivered. */
  finish(): void {
    if (this.state === STATE.GATHER || this.state === STATE.SKIP) this.flush(true, false)
    this.startSearch()
  }

  /** Most streams never cut a prefix: the room for it is made when one does. */
  private ownHead(): Uint8Array {
    if (this.head === NO_HEAD) this.head = new Uint8Array(HEAD + PROBE)
    return this.head
  }

  /** A packet starts at `p`, and at least HEAD bytes are there. */
  private packet(b: Uint8Array, p: number, end: number): number {
    if (b[p] !== SESSION_MESSAGE) return this.controlPacket(b, p) ? p + PREFIX : this.desynchronised(b, p, end)
    if (!isPacketStart(b, p)) return this.desynchronised(b, p, end)
    const length = u32be(b, p) & 0xffffff
    const start = p + PREFIX
    if (start + length > end) {
      this.startPacket(length)
      return start
    }
    this.wholePacket(b, start, length)
    return start + length
  }

  /** Every message of a packet that lies whole at `start`. */
  private wholePacket(b: Uint8Array, start: number, length: number): void {
    this.afterControl = NONE
    let at = start
    let left = length
    for (let n = 0; n < MAX_ELEMENTS && left > 0; n++) {
      const header = left >= 4 ? headerLength(u32le(b, at)) : 0
      // Padding behind the last message, or bytes that are not SMB.
      if (header === 0 || left < header) return
      const size = elementLength(b, at, left)
      this.reader.message(this.fromA, b, at, size, size, true)
      at += size
      left -= size
    }
  }

  private gatherHead(b: Uint8Array, p: number, end: number): number {
    const head = this.ownHead()
    while (this.headLength < HEAD && p < end) {
      head[this.headLength++] = b[p++]
      if (this.headLength === PREFIX && head[0] !== SESSION_MESSAGE) {
        this.headLength = 0
        if (!this.controlPacket(head, 0)) this.searchIn(head.slice(0, PREFIX))
        return p
      }
    }
    if (this.headLength < HEAD) return p
    this.headLength = 0
    if (!isPacketStart(head, 0)) {
      this.searchIn(head.slice(0, HEAD))
      return p
    }
    this.startPacket(u32be(head, 0) & 0xffffff)
    this.gather(head, PREFIX, HEAD)
    return p
  }

  /** Reads the prefix of a packet of another type than message at `p`; false where it is none. */
  private controlPacket(b: Uint8Array, p: number): boolean {
    const type = b[p]
    // RFC 1002 4.3.1: the length is 17 bits. Anything longer than names and addresses take is no session packet.
    const length = u32be(b, p) & 0x1ffff
    if (type < SESSION_REQUEST || type > SESSION_KEEP_ALIVE || length > 1024) return false
    this.reader.control(this.fromA, type)
    this.afterControl = length === 0 ? b[p + 1] : NONE
    if (length > 0) {
      this.packetLeft = this.messageLeft = length
      this.state = STATE.SKIP
    }
    return true
  }

  private startPacket(length: number): void {
    this.afterControl = NONE
    this.packetLeft = length
    this.startMessage()
  }

  private startMessage(): void {
    this.state = STATE.GATHER
    this.messageLeft = this.packetLeft
    this.arenaStart = this.arenaLength
    this.headerRead = false
    // The protocol id says how long the header is.
    this.bytesNeeded = 4
  }

  /** Copies wanted bytes; returns how far it read. */
  private gather(b: Uint8Array, p: number, end: number): number {
    const have = this.arenaLength - this.arenaStart
    const n = Math.min(this.bytesNeeded - have, end - p, this.messageLeft)
    const arena = this.room(this.arenaLength + n)
    for (let i = 0; i < n; i++) arena[this.arenaLength + i] = b[p + i]
    this.arenaLength += n
    this.messageLeft -= n
    this.packetLeft -= n
    if (this.messageLeft === 0 || have + n === this.bytesNeeded) this.gathered(arena)
    return p + n
  }

  /** The bytes that were needed are there: ask for more, or skip the rest. */
  private gathered(arena: Uint8Array): void {
    const start = this.arenaStart
    const have = this.arenaLength - start
    if (!this.headerRead) {
      const header = have >= 4 ? headerLength(u32le(arena, start)) : 0
      if (header === 0 || have + this.messageLeft < header) {
        // Padding behind the last message, or bytes that are not SMB.
        this.arenaLength = start
        this.state = STATE.SKIP
        if (this.messageLeft === 0) this.endMessage()
        return
      }
      if (have < header) {
        this.bytesNeeded = header
        return
      }
      this.headerRead = true
      const length = elementLength(arena, start, have + this.messageLeft)
      this.messageLeft = length - have
      this.bytesNeeded = Math.min(this.reader.bytesNeeded(arena, start, length), length)
      if (have < this.bytesNeeded) this.limitNeeded(start, have)
      if (have < this.bytesNeeded) return
    }
    this.closeElement()
    this.state = STATE.SKIP
    if (this.messageLeft === 0) this.endMessage()
  }

  /** What is gathered of one packet, and by all streams, has its limits. What is there of the current message stays. */
  private limitNeeded(start: number, have: number): void {
    const { gatherBytes, gatherBytesInAll } = this.limits
    if (this.arenas.bytes > gatherBytesInAll) {
      this.bytesNeeded = have
      this.reader.limited('gatherBytesInAll')
    } else if (start + this.bytesNeeded > gatherBytes) {
      this.bytesNeeded = Math.max(have, gatherBytes - start)
      this.reader.limited('gatherBytes')
    }
  }

  /** Bytes of the current message were lost: what was gathered of it stays, even if it is less than the header. */
  private closeCut(): void {
    const { arena, arenaStart } = this
    const have = this.arenaLength - arenaStart
    if (!this.headerRead && arena !== null && have >= 4) {
      const header = headerLength(u32le(arena, arenaStart))
      const length = have + this.messageLeft
      // Otherwise padding, or bytes that are not SMB.
      this.headerRead = header !== 0 && length >= header
      if (have >= NEXT_COMMAND_END) this.messageLeft = elementLength(arena, arenaStart, length) - have
    }
    this.closeElement()
  }

  /** Notes the message whose bytes were gathered; its length on the wire is what was gathered and what is left of it. */
  private closeElement(): void {
    const have = this.arenaLength - this.arenaStart
    if (this.headerRead && this.elements.length < MAX_ELEMENTS * 3) {
      if (this.elements === NO_ELEMENTS) this.elements = []
      this.elements.push(this.arenaStart, have, have + this.messageLeft)
    } else {
      this.arenaLength = this.arenaStart
    }
    this.headerRead = false
  }

  private endMessage(): void {
    if (this.packetLeft > 0) this.startMessage()
    else this.flush(false)
  }

  /** Delivers the gathered messages: their packet is complete, or never will be. */
  private flush(unfinished: boolean, ended = true): void {
    if (unfinished && this.state === STATE.GATHER) this.closeCut()
    const { elements, arena } = this
    this.state = STATE.BOUNDARY
    this.headLength = 0
    this.packetLeft = this.messageLeft = 0
    if (arena !== null) {
      for (let i = 0; i < elements.length; i += 3) {
        this.reader.message(this.fromA, arena, elements[i], elements[i + 1], elements[i + 2], ended)
      }
    }
    this.release()
  }

  private release(): void {
    this.elements = NO_ELEMENTS
    this.arenaLength = 0
    if (this.arena === null) return
    this.arenas.give(this.arena)
    this.arena = null
  }

  private room(size: number): Uint8Array {
    const old = this.arena
    if (old !== null && old.length >= size) return old
    this.arena = this.arenas.grow(old, this.arenaLength, size)
    return this.arena
  }

  private desynchronised(b: Uint8Array, p: number, end: number): number {
    this.searchIn(NO_HEAD)
    return this.search(b, p, end)
  }

  /** Looks for a packet in bytes that were taken for a prefix, and in what was taken for an empty control packet before them. */
  private searchIn(taken: Uint8Array): void {
    const control = this.afterControl === NONE ? [] : [this.afterControl, 0, 0]
    this.startSearch()
    this.feed(Uint8Array.of(...control, ...taken), 0, control.length + taken.length)
  }

  private startSearch(): void {
    this.state = STATE.SEARCH
    this.headLength = 0
    this.afterControl = NONE
    this.packetLeft = this.messageLeft = 0
    this.release()
  }

  /** Looks for the next packet with a valid header; stops at it, or at `end`. */
  private search(b: Uint8Array, p: number, end: number): number {
    if (this.headLength > 0) {
      // A prefix may have begun in the last segment: look at the seam first.
      const kept = this.headLength
      const more = Math.min(PROBE - 1, end - p)
      for (let i = 0; i < more; i++) this.head[kept + i] = b[p + i]
      const seam = kept + more
      for (let o = 0; o < kept && o + PROBE <= seam; o++) {
        if (!isMessageStart(this.head, o, seam)) continue
        this.state = STATE.BOUNDARY
        this.headLength = 0
        const begun = this.head.slice(o, kept)
        this.feed(begun, 0, begun.length)
        return p
      }
      if (more < PROBE - 1) {
        // All of the segment is in the seam: its last bytes may begin a prefix in turn.
        const drop = Math.max(0, seam - (PROBE - 1))
        this.head.copyWithin(0, drop, seam)
        this.headLength = seam - drop
        return end
      }
      this.headLength = 0
    }
    for (let o = p; o + PROBE <= end; o++) {
      if (b[o + 5] === 0x53 && isMessageStart(b, o, end)) {
        this.state = STATE.BOUNDARY
        return o
      }
    }
    const keep = Math.min(PROBE - 1, end - p)
    const head = this.ownHead()
    for (let i = 0; i < keep; i++) head[i] = b[end - keep + i]
    this.headLength = keep
    return end
  }
}
