/** The bytes of a capture, unpacked, to frames: finds the format, walks it, and says in the end what was found. */
import type { CaptureFacts, Warning } from '../../ledger/capture-facts.ts'
import { CaptureError } from '../capture-error.ts'
import type { Checkpoint } from '../format/checkpoint.ts'
import { type CaptureFormat, DETECT_BYTES, detectFormat, recognise, whyNotRead } from '../format/detect.ts'
import { FOREIGN_BYTES } from '../format/foreign.ts'
import { damageText, type RecordWalker } from '../format/format.ts'
import { linkTypeName } from '../format/link-type-names.ts'
import { PcapWalker } from '../format/pcap.ts'
import { PcapngWalker } from '../format/pcapng.ts'
import type { FrameSink } from '../frame-sink.ts'
import type { Compression, Unpacked } from '../unpack/gzip.ts'

/** What is known of a capture once it was read. */
export type CaptureSummary = Omit<
  CaptureFacts,
  'path' | 'captureId' | 'smbMessages' | 'limits' | 'damaged' | 'unreadPackets'
>

/** Names in a summary. */
const MAX_LINK_TYPES = 64

/**
 * Capture files that were joined as they are, `cat a.pcap b.pcap`, are read to the end: a walker each, frames numbered on as mergecap -a numbers
 * them.
 */
export class Frames implements Unpacked {
  private readonly name: string
  private readonly sink: FrameSink
  private readonly maxRecordBytes: number
  private walker: RecordWalker | null
  /** Of the files before the walker's: what is told of them. */
  private format: CaptureFormat | null = null
  private readonly linkTypes = new Set<number>()
  private readonly warnings: Warning[] = []
  /** Where the first file ended, and how many began behind it. */
  private joined: { position: number; frames: number; files: number } | null = null
  private fault: Warning | null = null

  /** @param from where to go on in a file that was read before: its walker, made with the same sink */
  constructor(name: string, sink: FrameSink, maxRecordBytes: number, from: RecordWalker | null = null) {
    this.name = name
    this.sink = sink
    this.maxRecordBytes = maxRecordBytes
    this.walker = from
  }

  /** A file header was read. */
  get started(): boolean {
    return this.joined !== null || (this.walker?.started ?? false)
  }

  /** What follows is not read. */
  get stopped(): boolean {
    return Boolean(this.walker?.damage)
  }

  /** The last frame number that was given out. */
  get count(): number {
    return this.walker?.tally.frames ?? 0
  }

  checkpoint(): Checkpoint | null {
    return this.walker?.checkpoint() ?? null
  }

  /** As RecordWalker has it. */
  nanoseconds(bytes: Uint8Array, start: number): number {
    return this.walker!.nanoseconds(bytes, start)
  }

  consume(bytes: Uint8Array, start: number, end: number): number {
    if (!this.walker) {
      if (end - start < DETECT_BYTES) return start
      // What is no capture is looked at more closely.
      if (end - start < FOREIGN_BYTES && detectFormat(bytes, start, end) === null) return start
      this.walker = this.detect(bytes, start, end)
    }
    let at = this.walker.consume(bytes, start, end)
    while (this.walker.atAnotherFile) {
      this.walker = this.goOn(this.walker, bytes, at, end)
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

  /** The reading ended too early, with those bytes in [start, end) not consumed. */
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
      compression,
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
  private goOn(walker: RecordWalker, bytes: Uint8Array, at: number, end: number): RecordWalker {
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
    const found = recognise(bytes.subarray(start, Math.min(end, start + FOREIGN_BYTES)), this.name)
    if (found.kind !== 'capture') {
      const { code, problem } = whyNotRead(found)
      throw new CaptureError(code, this.name, problem)
    }
    return found.format === 'pcap'
      ? new PcapWalker(this.sink, this.maxRecordBytes)
      : new PcapngWalker(this.sink, this.maxRecordBytes)
  }
}

/** Wireshark stops at the second header, so the numbers hold for a file that it reads: how to make it is told. */
function joinedWarning({ position, frames, files }: { position: number; frames: number; files: number }): Warning {
  const more = files > 1 ? `, and ${files - 1} more behind it` : ''
  const message =
    `another capture file begins at byte ${position}${more}: all were read, and frames are numbered on. ` +
    `Wireshark reads up to frame ${frames}: for these numbers, cut the file there (head -c ${position}, tail -c +${position + 1}) ` +
    'and join the parts with mergecap -a -w'
  return { code: 'joined-captures', message, frame: frames || null }
}
