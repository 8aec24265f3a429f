/** Reads one capture file, pipe or standard input from start to end into a FrameSink. */
import { closeSync, constants, createReadStream, fstatSync, open, openSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'
import { promisify } from 'node:util'
import { CaptureError, errorCode, systemError } from '../capture-error.ts'
import { MAX_RECORD_BYTES, recordLimit } from '../format/format.ts'
import { CAPTURE_FORMATS, startBytesOf } from '../format/formats.ts'
import type { FrameSink } from '../frame-sink.ts'
import { type ByteSource, fileSource, ReadError, streamSource } from '../unpack/byte-source.ts'
import type { Compression } from '../unpack/compression.ts'
import { COMPRESSIONS, detectCompression } from '../unpack/compressions.ts'
import { addCheckpoint, beginIndex, type FrameIndex } from './frame-index.ts'
import { type CaptureSummary, FrameReader } from './frame-reader.ts'
import type { ReadableKinds } from './readable-kinds.ts'

export interface ReadOptions extends ReadableKinds {
  /** Called at most every PROGRESS_MS, and at the end: bytes read from the input, and its size if it has one. */
  onProgress?: (bytesRead: number, totalBytes: number | null) => void
  /** Called before every chunk of an uncompressed input: if it returns a promise, the chunk waits for it. */
  ready?: () => Promise<void> | undefined
  /** Called after every chunk: if it returns a promise, reading pauses until it resolves. */
  rest?: () => Promise<void> | undefined
  /** Ends the reading: the promise rejects with the signal's reason, after the frames that were delivered so far. */
  signal?: AbortSignal
  /** A longer record counts as damage. */
  maxRecordBytes?: number
  /** Filled on the way, for readCaptureRange: the checkpoints of an uncompressed file, one for each chunk that is read. */
  index?: FrameIndex
}

export type { CaptureSummary } from './frame-reader.ts'

const PROGRESS_MS = 50

/**
 * Reads a capture of any format in CAPTURE_FORMATS, plain or packed as COMPRESSIONS unpack; its first bytes decide. `input` is a path, or '-' for standard
 * input.
 *
 * Rejects with CaptureError if nothing at all can be read. Damage further on ends the reading there: the frames before it were delivered,
 * `complete` is false, and a warning names the place.
 */
export async function readCapture(input: string, sink: FrameSink, options: ReadOptions = {}): Promise<CaptureSummary> {
  options.signal?.throwIfAborted()
  const headroom = recordLimit(options.maxRecordBytes ?? MAX_RECORD_BYTES)
  return readSource(await openInput(input, headroom, options), input, sink, options)
}

/** The same from a stream, such as the output of a capture program: each frame is delivered as soon as it has arrived. */
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

/** A process cannot end while one of its threads waits for the writer of a pipe: on the signal, this process becomes that writer for a moment. */
async function opened(input: string, signal: AbortSignal | undefined): Promise<number> {
  const visit = () => {
    try {
      closeSync(openSync(input, constants.O_WRONLY | constants.O_NONBLOCK))
    } catch {
      // Nothing waits any more.
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
  const reader = new FrameReader(name, sink, options)
  return reader.summary(await pump(opened, name, reader, options))
}

/**
 * Feeds a source to `reader`: all of it, and finishes the reader then, or only until `isDone` says so, which is asked after each chunk. Closes the
 * source. Resolves with the compression that was found.
 */
export async function pump(
  opened: Opened,
  name: string,
  reader: FrameReader,
  options: ReadOptions,
  isDone: () => boolean = () => false,
): Promise<Compression | null> {
  const { source, size } = opened
  const { signal, formats = CAPTURE_FORMATS, compressions = COMPRESSIONS } = options
  const headroom = recordLimit(options.maxRecordBytes ?? MAX_RECORD_BYTES)
  const afterChunk = pacer(opened, options)
  let compression: Compression | null = null
  try {
    while (source.end - source.start < startBytesOf(formats) && (await source.next(source.start))) await afterChunk()
    // In the middle of a file, where the reader has started, the bytes are a packet's and may look like anything.
    if (!reader.started) compression = detectCompression(source.bytes, source.start, source.end, compressions)
    if (compression === null) await pumpPlain(source, reader, options, afterChunk, isDone)
    else {
      const sink = {
        get stopped() {
          return reader.stopped || isDone()
        },
        consume: (bytes: Uint8Array, start: number, end: number) => reader.consume(bytes, start, end),
      }
      const { left, fault } = await compression.unpack(source, headroom, sink, afterChunk)
      if (fault) reader.fail(fault.code, fault.what, left)
      else if (!isDone()) reader.finish(left, 0, left.length)
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    signal?.throwIfAborted()
    if (!reader.started) throw systemError(name, error.cause)
    const reason = errorCode(error.cause) ?? 'unknown error'
    reader.fail('read-error', `reading failed at byte ${source.position} (${reason})`)
  } finally {
    await source.close()
  }
  options.onProgress?.(source.position, size)
  return compression
}

/** What happens after each chunk: it ends the reading on the signal, reports progress, and lets the caller pause the reading. */
function pacer(
  { source, size }: Opened,
  { signal, onProgress, rest }: Pick<ReadOptions, 'signal' | 'onProgress' | 'rest'>,
): () => Promise<void> | undefined {
  let lastProgress = performance.now()
  return () => {
    signal?.throwIfAborted()
    if (onProgress && performance.now() - lastProgress >= PROGRESS_MS) {
      lastProgress = performance.now()
      onProgress(source.position, size)
    }
    return rest?.()
  }
}

async function pumpPlain(
  source: ByteSource,
  reader: FrameReader,
  { ready, index }: Pick<ReadOptions, 'ready' | 'index'>,
  afterChunk: () => Promise<void> | undefined,
  isDone: () => boolean,
): Promise<void> {
  let at: number
  do {
    const waiting = ready?.()
    if (waiting) await waiting
    at = reader.consume(source.bytes, source.start, source.end)
    if (index) addCheckpoint(index, reader.checkpoint())
    if (isDone()) return
    const resting = afterChunk()
    if (resting) await resting
  } while (!reader.stopped && (await source.next(at)))
  reader.finish(source.bytes, at, source.end)
}
