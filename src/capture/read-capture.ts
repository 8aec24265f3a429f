/** One capture file, pipe or standard input, read from end to end into a FrameSink. */
import { createReadStream, fstatSync, open, openSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'
import { promisify } from 'node:util'
import type { CaptureFacts, Warning } from '../track/ledger.ts'
import { CaptureError, errorCode, systemError } from './capture-error.ts'
import { type ByteSource, fileSource, ReadError, streamSource } from './chunks.ts'
import { type Compression, detectCompression, gunzip, type Unpacked } from './compression.ts'
import { DETECT_BYTES, describeForeign, detectFormat } from './detect.ts'
import type { FrameSink } from './frame-sink.ts'
import { linkTypeName } from './link-types.ts'
import { PcapWalker } from './pcap.ts'
import { PcapngWalker } from './pcapng.ts'
import { MAX_RECORD_BYTES, type RecordWalker, recordLimit } from './record-walker.ts'

export interface ReadOptions {
  /** Called at most every PROGRESS_MS, and at the end: bytes read from the input, and its size where it has one. */
  onProgress?: (bytesRead: number, totalBytes: number | null) => void
  /** Ends the reading: the promise rejects with the signal's reason. Frames that were delivered stay delivered. */
  signal?: AbortSignal
  /** A longer record counts as damage. */
  maxRecordBytes?: number
}

/** What is known of a capture once it was read. */
export type CaptureSummary = Omit<CaptureFacts, 'path' | 'smbMessages' | 'limits'>

const PROGRESS_MS = 50
/** Names in a summary. */
const MAX_LINK_TYPES = 64

/**
 * Reads a capture: pcap or pcapng, plain or gzip, as its bytes tell. `input` is a path, or '-' for standard input.
 *
 * Rejects with CaptureError where nothing at all can be read. Damage further on ends the reading at that point: the frames before it were
 * delivered, `complete` is false, and a warning tells where.
 */
export async function readCapture(input: string, sink: FrameSink, options: ReadOptions = {}): Promise<CaptureSummary> {
  options.signal?.throwIfAborted()
  const headroom = recordLimit(options.maxRecordBytes ?? MAX_RECORD_BYTES)
  return readSource(await openInput(input, headroom, options.signal), input, sink, options)
}

/** The same from a stream, such as the output of a capturing program: each frame is delivered as soon as it has come. */
export async function readCaptureStream(
  stream: Readable,
  name: string,
  sink: FrameSink,
  options: ReadOptions = {},
): Promise<CaptureSummary> {
  options.signal?.throwIfAborted()
  const headroom = recordLimit(options.maxRecordBytes ?? MAX_RECORD_BYTES)
  return readSource({ source: fromStream(stream, headroom, options.signal), size: null }, name, sink, options)
}

interface Opened {
  source: ByteSource
  size: number | null
}

async function openInput(input: string, headroom: number, signal: AbortSignal | undefined): Promise<Opened> {
  try {
    if (input === '-') return openStdin(headroom, signal)
    const stat = statSync(input)
    if (stat.isDirectory()) throw new CaptureError('is-folder', input, 'is a folder: name the capture file in it')
    if (stat.isFile()) return { source: fileSource(openSync(input, 'r'), headroom), size: stat.size }
    // Opening a pipe waits for its writer, so it is not done on this thread.
    const fd = await promisify(open)(input, 'r')
    const stream = stat.isFIFO() ? new Socket({ fd, readable: true, writable: false }) : createReadStream(input, { fd })
    return { source: fromStream(stream, headroom, signal), size: null }
  } catch (error) {
    throw error instanceof CaptureError ? error : systemError(input, error)
  }
}

function openStdin(headroom: number, signal: AbortSignal | undefined): Opened {
  const stat = fstatSync(0)
  if (stat.isFile()) return { source: fileSource(0, headroom), size: stat.size }
  if (process.stdin.isTTY) throw new CaptureError('is-terminal', '-', 'is a terminal: pipe a capture into it')
  return { source: fromStream(process.stdin, headroom, signal), size: null }
}

function fromStream(stream: Readable, headroom: number, signal: AbortSignal | undefined): ByteSource {
  return streamSource(signal ? addAbortSignal(signal, stream) : stream, headroom)
}

async function readSource(
  { source, size }: Opened,
  name: string,
  sink: FrameSink,
  options: ReadOptions,
): Promise<CaptureSummary> {
  const { signal, onProgress, maxRecordBytes = MAX_RECORD_BYTES } = options
  const frames = new Frames(name, sink, maxRecordBytes)
  let compression: Compression | null = null
  let lastProgress = performance.now()
  const afterChunk = (): void => {
    signal?.throwIfAborted()
    if (!onProgress || performance.now() - lastProgress < PROGRESS_MS) return
    lastProgress = performance.now()
    onProgress(source.position, size)
  }
  try {
    while (source.end - source.start < DETECT_BYTES && (await source.next(source.start))) afterChunk()
    compression = detectCompression(source.bytes, source.start, source.end)
    if (compression === 'gzip') {
      const { left, fault } = await gunzip(source, recordLimit(maxRecordBytes), frames, afterChunk)
      if (fault) frames.fail(fault.code, fault.what)
      else frames.finish(left, 0, left.length)
    } else {
      let at: number
      do {
        at = frames.consume(source.bytes, source.start, source.end)
        afterChunk()
      } while (!frames.stopped && (await source.next(at)))
      frames.finish(source.bytes, at, source.end)
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    signal?.throwIfAborted()
    if (!frames.started) throw systemError(name, error.cause)
    const reason = errorCode(error.cause) ?? 'unknown error'
    frames.fail('read-error', `reading failed at byte ${source.position} (${reason})`)
  } finally {
    await source.close()
  }
  onProgress?.(source.position, size)
  return frames.summary(compression)
}

/** Unpacked bytes to frames: finds the format, walks it, and says in the end what was found. */
class Frames implements Unpacked {
  private readonly name: string
  private readonly sink: FrameSink
  private readonly maxRecordBytes: number
  private walker: RecordWalker | null = null
  private fault: Warning | null = null

  constructor(name: string, sink: FrameSink, maxRecordBytes: number) {
    this.name = name
    this.sink = sink
    this.maxRecordBytes = maxRecordBytes
  }

  /** The file header was read. */
  get started(): boolean {
    return this.walker?.started ?? false
  }

  /** What follows is not read. */
  get stopped(): boolean {
    return Boolean(this.walker?.damage)
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
    const { frames } = this.walker.tally
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
