/** One frame taken from a capture: its bytes, its headers, and the SMB messages that end in it. */
import { u32be } from '../../dissectors/bytes.ts'
import { SESSION_MESSAGE } from '../../dissectors/netbios/session-service.ts'
import type { FrameSink } from '../capture/frame-sink.ts'
import { type CaptureSummary, readCapture } from '../capture/read/read-capture.ts'
import type { SmbMessage } from '../ledger/smb-message.ts'
import type { Limits } from '../track/core/limits.ts'
import { isMessageStart } from '../track/smb/nbss-packet.ts'
import { Tracker } from '../track/tracker.ts'
import { describeMessage } from './describe.ts'
import { type ByteRange, type Field, FieldReader } from './field/field.ts'
import { describeHeaders } from './headers.ts'
import { describePrefix, NETBIOS_HEADER_LENGTH } from './netbios.ts'

export interface InspectedFrame {
  /** As Wireshark counts. */
  frame: number
  /** Microseconds since 1970 UTC. */
  time: number
  linkType: number
  /** As captured; a copy. */
  bytes: Uint8Array
  /** Length on the wire. */
  original: number
  /** Of link, network, TCP, and of the NetBIOS prefixes of messages that lie whole in the frame. Ranges count in `bytes`. */
  headers: Field[]
  /** Those that end in this frame: none in one that carries no SMB, or whose messages end in a later one. */
  messages: InspectedMessage[]
}

export interface InspectedMessage {
  row: SmbMessage
  /** From the protocol id; a copy. For one that spans segments, the part that was read: all of it if it carries facts, otherwise its first bytes. */
  bytes: Uint8Array
  /** On the wire. */
  length: number
  /** Ranges count in `bytes`. */
  fields: Field[]
  /** Which of its bytes are in this frame; null if that is not known, as in fragments of IP. The others are in frames before. */
  inFrame: Placement | null
}

/** The bytes [start, end) of a message are at `frameStart` in the frame. */
export interface Placement extends ByteRange {
  frameStart: number
}

/** How frames are read. Rejects with the reason of `signal` once that is aborted. */
export type ReadFramesOnce = (path: string, sink: FrameSink, signal: AbortSignal) => Promise<unknown>

export interface MessageAtOptions {
  /** Ends the reading: the promise rejects with the signal's reason. */
  signal?: AbortSignal
  /** Of the scan whose evidence this is. */
  limits?: Partial<Limits>
  /** Used instead of reading from the start of the capture. It must deliver the frame, and the frames before it in which its messages begin. */
  read?: ReadFramesOnce
}

/**
 * Reads `path` up to what ends in frame number `frame`; null if the capture has no such frame. Rejects with CaptureError where nothing can be
 * read.
 */
export async function messageAt(
  path: string,
  { frame }: { frame: number },
  options: MessageAtOptions = {},
): Promise<InspectedFrame | null> {
  const { signal, limits = {}, read = readFromStart } = options
  signal?.throwIfAborted()
  const found = new AbortController()
  const onAbort = (): void => found.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const sink = new OneFrame(path, frame, limits, () => found.abort())
  try {
    await read(path, sink, found.signal)
    sink.finish()
  } catch (error) {
    if (signal?.aborted || !sink.done) throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  return sink.result()
}

function readFromStart(path: string, sink: FrameSink, signal: AbortSignal): Promise<unknown> {
  return readCapture(path, sink, { signal })
}

/** The summary of a capture that was read in part. Nothing uses it. */
const UNSEEN: CaptureSummary = {
  format: 'pcap',
  compression: null,
  linkTypes: [],
  packets: 0,
  bytes: 0,
  firstTime: null,
  lastTime: null,
  complete: true,
  warnings: [],
}

/** Feeds a tracker, and keeps what belongs to one frame. */
class OneFrame implements FrameSink {
  /** Everything that ends in the frame is known. */
  done = false
  private readonly number: number
  private readonly tracker: Tracker
  private readonly onDone: () => void
  private found: Omit<InspectedFrame, 'messages'> | null = null
  private payload: ByteRange | null = null
  private readonly messages: InspectedMessage[] = []
  /** While the frame in question is read: its buffer, and where the frame starts in it. */
  private buffer: Uint8Array | null = null
  private bufferStart = 0

  constructor(path: string, number: number, limits: Partial<Limits>, onDone: () => void) {
    this.number = number
    this.onDone = onDone
    this.tracker = new Tracker(path, {
      limits,
      messages: {
        message: () => {},
        content: (row, bytes, start, captured, wireLength, response) => {
          if (row.frame === number && !this.done) this.keep(row, bytes, start, captured, wireLength, response)
        },
      },
    })
  }

  // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
  frame(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    linkType: number,
    time: number,
    number: number,
  ): void {
    if (this.done) return
    if (number === this.number) {
      this.keepFrame(bytes.slice(start, start + captured), original, linkType, time)
      this.buffer = bytes
      this.bufferStart = start
    }
    this.tracker.frame(bytes, start, captured, original, linkType, time, number)
    this.buffer = null
    // A message that waits for an earlier segment, or for its request, is delivered some frames later.
    if (this.found !== null && (this.messages.length > 0 || this.isSilent())) {
      this.done = true
      this.onDone()
    }
  }

  /** The capture has ended: what still waits is delivered. */
  finish(): void {
    if (!this.done) this.tracker.finish(UNSEEN)
  }

  result(): InspectedFrame | null {
    if (this.found === null) return null
    if (this.payload !== null) {
      placeWhole(this.messages, this.found.bytes, this.payload)
      placeSpanning(this.messages, this.found.bytes, this.payload)
    }
    return { ...this.found, headers: [...this.found.headers, ...this.prefixes()], messages: this.messages }
  }

  /** No message can end in a segment without payload. Fragments may make one that has some. */
  private isSilent(): boolean {
    return this.payload !== null && this.payload.start >= this.payload.end
  }

  private keepFrame(bytes: Uint8Array, original: number, linkType: number, time: number): void {
    const { fields, payload } = describeHeaders(linkType, bytes, original)
    this.payload = payload
    this.found = { frame: this.number, time, linkType, bytes, original, headers: fields }
  }

  private keep(
    row: SmbMessage,
    bytes: Uint8Array,
    start: number,
    captured: number,
    length: number,
    response: boolean | null,
  ): void {
    const copy = bytes.slice(start, start + captured)
    const inFrame = bytes === this.buffer ? { start: 0, end: captured, frameStart: start - this.bufferStart } : null
    this.messages.push({ row, bytes: copy, length, fields: describeMessage(copy, length, response), inFrame })
  }

  private prefixes(): Field[] {
    const { bytes } = this.found as InspectedFrame
    const r = new FieldReader(bytes)
    for (const { inFrame, length } of this.messages) {
      const at = (inFrame?.frameStart ?? 0) - NETBIOS_HEADER_LENGTH
      if (inFrame === null || inFrame.start > 0 || this.payload === null || at < this.payload.start) continue
      // The earlier elements of a compound come before the later ones.
      if (bytes[at] !== SESSION_MESSAGE || (u32be(bytes, at) & 0xffffff) < length) continue
      r.offset = at
      describePrefix(r)
    }
    return r.fields
  }
}

/** The number of bytes by which a message is searched for. */
const SOUGHT = 64

/** Finds messages that are whole in the frame and were delivered later from a copy of it. */
function placeWhole(messages: InspectedMessage[], frame: Uint8Array, payload: ByteRange): void {
  let from = payload.start
  for (const message of messages) {
    const { bytes, inFrame } = message
    for (let at = from; inFrame === null && at + bytes.length <= payload.end; at++) {
      if (!isThere(bytes, frame, { start: 0, end: Math.min(SOUGHT, bytes.length), frameStart: at })) continue
      const placed = { start: 0, end: bytes.length, frameStart: at }
      if (isThere(bytes, frame, placed)) message.inFrame = placed
      break
    }
    from = message.inFrame === null ? from : message.inFrame.frameStart + message.inFrame.end
  }
}

/** Finds the ends of messages that began in frames before: they end where the first packet that begins in this frame does. */
function placeSpanning(messages: InspectedMessage[], frame: Uint8Array, payload: ByteRange): void {
  let end = firstPacket(messages, frame, payload)
  for (const message of messages.filter(({ inFrame }) => inFrame === null).reverse()) {
    if (end <= payload.start) return
    const start = Math.max(0, message.length - (end - payload.start))
    const frameStart = end - (message.length - start)
    const placed = { start, end: message.length, frameStart }
    if (isThere(message.bytes, frame, placed)) message.inFrame = placed
    end = frameStart
  }
}

function firstPacket(messages: readonly InspectedMessage[], frame: Uint8Array, payload: ByteRange): number {
  const whole = messages.find(({ inFrame }) => inFrame !== null)?.inFrame
  if (whole != null) return whole.frameStart - NETBIOS_HEADER_LENGTH
  for (let at = payload.start; at + 10 <= payload.end; at++) if (isMessageStart(frame, at, payload.end)) return at
  return payload.end
}

/** Does the frame hold these bytes of the message, as far as they were kept? Segments out of order have them elsewhere. */
function isThere(message: Uint8Array, frame: Uint8Array, { start, end, frameStart }: Placement): boolean {
  for (let at = start; at < Math.min(end, message.length); at++) {
    if (message[at] !== frame[frameStart + at - start]) return false
  }
  return true
}

/** Where a range of a message's bytes lies in the frame, as far as it does; null if it does not. */
export function rangeInFrame({ inFrame }: InspectedMessage, { start, end }: ByteRange): ByteRange | null {
  if (inFrame === null) return null
  const from = Math.max(start, inFrame.start)
  const to = Math.min(end, inFrame.end)
  const shift = inFrame.frameStart - inFrame.start
  return from < to ? { start: from + shift, end: to + shift } : null
}
