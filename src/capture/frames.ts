/** The bytes of a capture, unpacked, to frames: finds the format, walks it, and says in the end what was found. */
import type { CaptureFacts, Warning } from '../track/ledger.ts'
import { CaptureError } from './capture-error.ts'
import type { Compression, Unpacked } from './compression.ts'
import { DETECT_BYTES, describeForeign, detectFormat } from './detect.ts'
import type { Checkpoint } from './frame-index.ts'
import type { FrameSink } from './frame-sink.ts'
import { linkTypeName } from './link-types.ts'
import { PcapWalker } from './pcap.ts'
import { PcapngWalker } from './pcapng.ts'
import type { RecordWalker } from './record-walker.ts'

/** What is known of a capture once it was read. */
export type CaptureSummary = Omit<CaptureFacts, 'path' | 'captureId' | 'smbMessages' | 'limits'>

/** Names in a summary. */
const MAX_LINK_TYPES = 64

export class Frames implements Unpacked {
  private readonly name: string
  private readonly sink: FrameSink
  private readonly maxRecordBytes: number
  private walker: RecordWalker | null
  private fault: Warning | null = null

  /** @param from where to go on in a file that was read before: its walker, made with the same sink */
  constructor(name: string, sink: FrameSink, maxRecordBytes: number, from: RecordWalker | null = null) {
    this.name = name
    this.sink = sink
    this.maxRecordBytes = maxRecordBytes
    this.walker = from
  }

  /** The file header was read. */
  get started(): boolean {
    return this.walker?.started ?? false
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
      this.walker = this.detect(bytes, start, end)
    }
    return this.walker.consume(bytes, start, end)
  }

  /** No more bytes come, and those in [start, end) were not consumed. */
  finish(bytes: Uint8Array, start: number, end: number): void {
    this.walker ??= this.detect(bytes, start, end)
    this.walker.finish(end - start)
    const { damage, started } = this.walker
    if (!damage) return
    if (!started)
      throw new CaptureError('damaged', this.name, `is damaged (${damage.what}): copy it again, or capture again`)
    this.fail(damage.code, `${damage.what}, at byte ${damage.position}`)
  }

  /** The reading ended too early. */
  fail(code: string, what: string): void {
    if (!this.walker?.started)
      throw new CaptureError('damaged', this.name, `is damaged (${what}): copy it again, or capture again`)
    const frames = this.count
    const where = frames > 0 ? `frame ${frames} is the last that was read` : 'no frame was read'
    this.fault = { code, message: `${what}; ${where}`, frame: frames > 0 ? frames : null }
  }

  summary(compression: Compression | null): CaptureSummary {
    const walker = this.walker!
    const { packets, bytes, firstTime, lastTime } = walker.tally
    return {
      format: walker.format,
      compression,
      linkTypes: [...new Set(walker.linkTypes().map(linkTypeName))].slice(0, MAX_LINK_TYPES),
      packets,
      bytes,
      firstTime: Number.isFinite(firstTime) ? firstTime : null,
      lastTime: Number.isFinite(lastTime) ? lastTime : null,
      complete: this.fault === null,
      warnings: this.fault ? [...walker.warnings, this.fault] : [...walker.warnings],
    }
  }

  private detect(bytes: Uint8Array, start: number, end: number): RecordWalker {
    switch (detectFormat(bytes, start, end)) {
      case 'pcap':
        return new PcapWalker(this.sink, this.maxRecordBytes)
      case 'pcapng':
        return new PcapngWalker(this.sink, this.maxRecordBytes)
      case null: {
        const { code, problem } = describeForeign(bytes, start, end)
        throw new CaptureError(code, this.name, problem)
      }
    }
  }
}
