/** The unpacked bytes of a capture to frames: recognises the format, walks the records, and sums up what was found. */
import type { CaptureFacts, Warning } from '../../ledger/capture-facts.ts'
import { CaptureError } from '../capture-error.ts'
import { recognise, whyNotRead } from '../format/detect.ts'
import { FOREIGN_BYTES } from '../format/foreign.ts'
import {
  type CaptureFormat,
  type Checkpoint,
  damageText,
  MAX_RECORD_BYTES,
  type RecordWalker,
  type WalkOptions,
} from '../format/format.ts'
import { CAPTURE_FORMATS, fileStartsOf } from '../format/formats.ts'
import { linkTypeName } from '../format/link-type-names.ts'
import type { FrameSink } from '../frame-sink.ts'
import type { Compression, UnpackedSink } from '../unpack/compression.ts'

/** What is known of a capture once it has been read. */
export type CaptureSummary = Omit<
  CaptureFacts,
  'path' | 'captureId' | 'smbMessages' | 'limits' | 'damaged' | 'unreadPackets'
>

/** Names of link types in a summary. */
const MAX_LINK_TYPES = 64

export interface FrameReaderOptions {
  /** A longer record is damage. */
  maxRecordBytes?: number
  /** Default: CAPTURE_FORMATS. */
  formats?: readonly CaptureFormat[]
  /** Where to resume in a file that was read before; its format is one of `formats`. */
  from?: Checkpoint | null
}

/**
 * Capture files that were joined as they are, `cat a.pcap b.pcap`, are read to the end, each by its own walker; frame numbers continue, as in what
 * mergecap -a makes of them.
 */
export class FrameReader implements UnpackedSink {
  private readonly name: string
  private readonly sink: FrameSink
  private readonly formats: readonly CaptureFormat[]
  private readonly walkOptions: WalkOptions
  private walker: RecordWalker | null
  /** What is reported about the files before the walker's; the format is the first one's. */
  private format: string | null = null
  private readonly linkTypes = new Set<number>()
  private readonly warnings: Warning[] = []
  /** Where the first file ended, and how many began behind it. */
  private joined: { position: number; frames: number; files: number } | null = null
  private fault: Warning | null = null

  /** @param name of the input, for errors */
  constructor(name: string, sink: FrameSink, options: FrameReaderOptions = {}) {
    const { maxRecordBytes = MAX_RECORD_BYTES, formats = CAPTURE_FORMATS, from = null } = options
    this.name = name
    this.sink = sink
    this.formats = formats
    this.walkOptions = { maxRecordBytes, fileStarts: fileStartsOf(formats) }
    const format = formats.find((each) => each.name === from?.format)
    this.walker = from && format ? format.walkerFrom(from, sink, this.walkOptions) : null
  }

  /** A file header was read. */
  get started(): boolean {
    return this.joined !== null || (this.walker?.started ?? false)
  }

  /** Nothing more is read. */
  get stopped(): boolean {
    return Boolean(this.walker?.damage)
  }

  /** The last frame number that was assigned. */
  get count(): number {
    return this.walker?.tally.frames ?? 0
  }

  checkpoint(): Checkpoint | null {
    return this.walker?.checkpoint() ?? null
  }

  /** See RecordWalker. */
  nanoseconds(bytes: Uint8Array, start: number): number {
    return this.walker!.nanoseconds(bytes, start)
  }

  consume(bytes: Uint8Array, start: number, end: number): number {
    if (!this.walker) {
      if (end - start < this.walkOptions.fileStarts.bytes) return start
      // Foreign formats are recognised by more bytes than a capture is.
      const isCapture = this.formats.some((format) => format.isStart(bytes, start, end))
      if (!isCapture && end - start < FOREIGN_BYTES) return start
      this.walker = this.detect(bytes, start, end)
    }
    let at = this.walker.consume(bytes, start, end)
    while (this.walker.atAnotherFile) {
      this.walker = this.nextWalker(this.walker, bytes, at, end)
      at = this.walker.consume(bytes, at, end)
    }
    return at
  }

  /** No more bytes come, and those in [start, end) were not consumed. */
  finish(bytes: Uint8Array, start: number, end: number): void {
    this.walker ??= this.detect(bytes, start, end)
    this.walker.finish(bytes, start, end)
    const { damage } = this.walker
    if (damage) this.fail(damage.code, damageText(damage))
  }

  /** The input ended too early; `bytes` were not consumed. */
  fail(code: string, what: string, bytes?: Uint8Array): void {
    if (bytes && bytes.length > 0 && !this.walker) this.walker = this.detect(bytes, 0, bytes.length)
    if (!this.started)
      throw new CaptureError('damaged', this.name, `is damaged (${what}): copy it again, or capture again`)
    const frames = this.count
    const where = frames > 0 ? `frame ${frames} is the last that was read` : 'no frame was read'
    this.fault = { code, message: `${what}; ${where}`, frame: frames > 0 ? frames : null }
  }

  summary(compression: Compression | null): CaptureSummary {
    const walker = this.walker!
    this.leave(walker)
    const { packets, bytes, firstTime, lastTime } = walker.tally
    const warnings = [...this.warnings]
    if (this.joined) warnings.push(joinedWarning(this.joined))
    if (this.fault) warnings.push(this.fault)
    return {
      format: this.format ?? walker.format,
      compression: compression?.name ?? null,
      linkTypes: [...new Set([...this.linkTypes].map(linkTypeName))].slice(0, MAX_LINK_TYPES),
      packets,
      bytes,
      firstTime: Number.isFinite(firstTime) ? firstTime : null,
      lastTime: Number.isFinite(lastTime) ? lastTime : null,
      complete: this.fault === null,
      warnings,
    }
  }

  /** The walker of the file that begins at `at`, behind what `walker` read. */
  private nextWalker(walker: RecordWalker, bytes: Uint8Array, at: number, end: number): RecordWalker {
    this.leave(walker)
    const { position, tally } = walker
    this.joined ??= { position, frames: tally.frames, files: 0 }
    this.joined.files++
    const next = this.detect(bytes, at, end)
    next.follow(walker)
    return next
  }

  private leave(walker: RecordWalker): void {
    this.format ??= walker.format
    for (const linkType of walker.linkTypes()) this.linkTypes.add(linkType)
    for (const warning of walker.warnings) {
      if (!this.warnings.some(({ code }) => code === warning.code)) this.warnings.push(warning)
    }
  }

  private detect(bytes: Uint8Array, start: number, end: number): RecordWalker {
    const head = bytes.subarray(start, Math.min(end, start + FOREIGN_BYTES))
    const found = recognise(head, this.name, this.formats)
    if (found.kind === 'capture') return found.format.walker(this.sink, this.walkOptions)
    const { code, problem } = whyNotRead(found, this.formats)
    throw new CaptureError(code, this.name, problem)
  }
}

/** Wireshark stops at the second header, so the warning says how to make a file in which Wireshark shows the same frame numbers. */
function joinedWarning({ position, frames, files }: { position: number; frames: number; files: number }): Warning {
  const more = files > 1 ? `, and ${files - 1} more behind it` : ''
  const message =
    `another capture file begins at byte ${position}${more}: all were read, and frame numbers continue. ` +
    `Wireshark reads up to frame ${frames}: for these numbers, cut the file there (head -c ${position}, tail -c +${position + 1}) ` +
    'and join the parts with mergecap -a -w'
  return { code: 'joined-captures', message, frame: frames || null }
}
