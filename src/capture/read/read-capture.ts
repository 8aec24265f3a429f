/** One capture file, pipe or standard input, read from end to end into a FrameSink. */
import { closeSync, constants, createReadStream, fstatSync, open, openSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'
import { promisify } from 'node:util'
import { CaptureError, errorCode, systemError } from '../capture-error.ts'
import { DETECT_BYTES } from '../format/detect.ts'
import { MAX_RECORD_BYTES, recordLimit } from '../format/format.ts'
import type { FrameSink } from '../frame-sink.ts'
import { type ByteSource, fileSource, ReadError, streamSource } from '../unpack/byte-source.ts'
import { type Compression, detectCompression, gunzip } from '../unpack/gzip.ts'
import { addCheckpoint, beginIndex, type FrameIndex } from './frame-index.ts'
import { type CaptureSummary, Frames } from './frame-reader.ts'

export interface ReadOptions {
  /** Called at most every PROGRESS_MS, and at the end: bytes read from the input, and its size where it has one. */
  onProgress?: (bytesRead: number, totalBytes: number | null) => void
  /** Called before every chunk of what is not compressed: where it returns a promise, the chunk waits until that is kept. */
  ready?: () => Promise<void> | undefined
  /** Called after every chunk: where it returns a promise, reading rests until that is kept. */
  rest?: () => Promise<void> | undefined
  /** Ends the reading: the promise rejects with the signal's reason. Frames that were delivered stay delivered. */
  signal?: AbortSignal
  /** A longer record counts as damage. */
  maxRecordBytes?: number
  /** Is filled on the way, for readCaptureRange: a plain file's checkpoints, one for each chunk that is read. */
  index?: FrameIndex
}

export type { CaptureSummary } from './frame-reader.ts'

const PROGRESS_MS = 50

/**
 * Reads a capture: pcap or pcapng, plain or gzip, as its bytes tell. `input` is a path, or '-' for standard input.
 *
 * Rejects with CaptureError where nothing at all can be read. Damage further on ends the reading at that point: the frames before it were
 * delivered, `complete` is false, and a warning tells where.
 */
export async function readCapture(input: string, sink: FrameSink, options: ReadOptions = {}): Promise<CaptureSummary> {
  options.signal?.throwIfAborted()
  const headroom = recordLimit(options.maxRecordBytes ?? MAX_RECORD_BYTES)
  return readSource(await openInput(input, headroom, options), input, sink, options)
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

export interface Opened {
  source: ByteSource
  size: number | null
}

async function openInput(
  input: string,
  headroom: number,
  { signal, index }: Pick<ReadOptions, 'signal' | 'index'>,
): Promise<Opened> {
  try {
    if (input === '-') return openStdin(headroom, signal)
    const stat = statSync(input)
    if (stat.isDirectory()) throw new CaptureError('is-folder', input, 'is a folder: name the capture file in it')
    if (stat.isFile()) {
      const fd = openSync(input, 'r')
      if (index) beginIndex(index, input, fstatSync(fd))
      return { source: fileSource(fd, headroom, 0), size: stat.size }
    }
    // Opening a pipe waits for its writer, so it is not done on this thread.
    const fd = await opened(input, stat.isFIFO() ? signal : undefined)
    const stream = stat.isFIFO() ? new Socket({ fd, readable: true, writable: false }) : createReadStream(input, { fd })
    return { source: fromStream(stream, headroom, signal), size: null }
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof CaptureError ? error : systemError(input, error)
  }
}

/** A program cannot end while one of its threads waits for the other end of a pipe: the signal ends the waiting, by being that for a moment. */
async function opened(input: string, signal: AbortSignal | undefined): Promise<number> {
  const visit = () => {
    try {
      closeSync(openSync(input, constants.O_WRONLY | constants.O_NONBLOCK))
    } catch {
      // Nobody waits any more.
    }
  }
  signal?.addEventListener('abort', visit, { once: true })
  try {
    const fd = await promisify(open)(input, 'r')
    if (signal?.aborted) closeSync(fd)
    signal?.throwIfAborted()
    return fd
  } finally {
    signal?.removeEventListener('abort', visit)
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
  opened: Opened,
  name: string,
  sink: FrameSink,
  options: ReadOptions,
): Promise<CaptureSummary> {
  const frames = new Frames(name, sink, options.maxRecordBytes ?? MAX_RECORD_BYTES)
  return frames.summary(await pump(opened, name, frames, options))
}

/**
 * All of a source through `frames`, which are finished then, or the part of it up to where `isDone` says so, asked after each chunk. The source
 * is closed. Resolves with the compression that was found.
 */
export async function pump(
  { source, size }: Opened,
  name: string,
  frames: Frames,
  { signal, onProgress, ready, rest, index, maxRecordBytes = MAX_RECORD_BYTES }: ReadOptions,
  isDone: () => boolean = () => false,
): Promise<Compression | null> {
  let compression: Compression | null = null
  let lastProgress = performance.now()
  const afterChunk = (): Promise<void> | undefined => {
    signal?.throwIfAborted()
    if (onProgress && performance.now() - lastProgress >= PROGRESS_MS) {
      lastProgress = performance.now()
      onProgress(source.position, size)
    }
    return rest?.()
  }
  try {
    while (source.end - source.start < DETECT_BYTES && (await source.next(source.start))) await afterChunk()
    // In the middle of a file, where `frames` have started, the bytes are a packet's and may look like anything.
    compression = frames.started ? null : detectCompression(source.bytes, source.start, source.end)
    if (compression === 'gzip') {
      const unpacked = {
        get stopped() {
          return frames.stopped || isDone()
        },
        consume: (bytes: Uint8Array, start: number, end: number) => frames.consume(bytes, start, end),
      }
      const { left, fault } = await gunzip(source, recordLimit(maxRecordBytes), unpacked, afterChunk)
      if (isDone()) return compression
      if (fault) frames.fail(fault.code, fault.what, left)
      else frames.finish(left, 0, left.length)
    } else {
      let at: number
      do {
        const waiting = ready?.()
        if (waiting) await waiting
        at = frames.consume(source.bytes, source.start, source.end)
        if (index) addCheckpoint(index, frames.checkpoint())
        if (isDone()) return compression
        const resting = afterChunk()
        if (resting) await resting
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
  return compression
}
