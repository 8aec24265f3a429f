/** Reads some frames of a capture again, by their numbers. */
import { fstatSync, openSync, statSync } from 'node:fs'
import { CaptureError, systemError } from '../capture-error.ts'
import { type CaptureFormat, type Checkpoint, MAX_RECORD_BYTES, recordLimit } from '../format/format.ts'
import { CAPTURE_FORMATS } from '../format/formats.ts'
import type { FrameSink } from '../frame-sink.ts'
import { fileSource } from '../unpack/byte-source.ts'
import { checkpointBefore, type FileIdentity, type FrameIndex, identityOf } from './frame-index.ts'
import { FrameReader } from './frame-reader.ts'
import { type Opened, pump, type ReadOptions } from './read-capture.ts'

/** A FrameSink that also gets the nanoseconds below the microseconds of `time`, 0..999. */
export interface RangeSink {
  frame(...args: [...Parameters<FrameSink['frame']>, nanoseconds: number]): void
}

export interface RangeOptions extends Omit<ReadOptions, 'index'> {
  /** The first and the last frame number. */
  from: number
  to: number
  /** From an earlier reading of this file. Without it, and for compressed files, the file is read from its start. */
  index?: FrameIndex
}

/**
 * Calls `sink` for the frames `from` to `to`. Resolves with how many there were: the capture may end or be damaged before `to`, and records that are
 * not packets have numbers too. `onProgress` reports the position in the file.
 *
 * Rejects with CaptureError: `not-rereadable` for standard input and pipes, `changed` if the file is not the one that was indexed or has
 * fewer frames than then, and otherwise as readCapture does.
 */
export async function readCaptureRange(path: string, sink: RangeSink, options: RangeOptions): Promise<number> {
  const { index, ...reading } = options
  const { from, to, signal, maxRecordBytes = MAX_RECORD_BYTES, formats = CAPTURE_FORMATS } = reading
  signal?.throwIfAborted()
  let delivered = 0
  let done = to < from
  if (done) return 0
  const window: FrameSink = {
    // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
    frame(bytes, start, captured, original, linkType, time, number) {
      if (number < from || done) return
      if (number > to) {
        done = true
        return
      }
      delivered++
      const nanoseconds = reader.nanoseconds(bytes, start)
      sink.frame(bytes, start, captured, original, linkType, time, number, nanoseconds)
      if (number === to) done = true
    },
  }
  const checkpoint = index ? resumeFrom(index, from, formats) : null
  const opened = open(path, recordLimit(maxRecordBytes), index?.file ?? null, checkpoint)
  const reader = new FrameReader(path, window, { maxRecordBytes, formats, from: checkpoint })
  await pump(opened, path, reader, reading, () => done)
  if (!done && index?.file && reader.count < Math.min(to, index.frames)) throw changed(path)
  return delivered
}

/** Null, the start of the file, if the index was made with a format that is not at hand now. */
function resumeFrom(index: FrameIndex, frame: number, formats: readonly CaptureFormat[]): Checkpoint | null {
  const checkpoint = checkpointBefore(index, frame)
  return formats.some(({ name }) => name === checkpoint?.format) ? checkpoint : null
}

function open(path: string, headroom: number, indexed: FileIdentity | null, from: Checkpoint | null): Opened {
  if (path === '-') throw notRereadable(path)
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) throw new CaptureError('is-folder', path, 'is a folder: name the capture file in it')
    if (!stats.isFile()) throw notRereadable(path)
    const fd = openSync(path, 'r')
    const source = fileSource(fd, headroom, from?.position ?? 0)
    const opened = fstatSync(fd)
    if (indexed === null || isSame(indexed, identityOf(path, opened))) return { source, size: opened.size }
    void source.close()
    throw changed(path)
  } catch (error) {
    throw error instanceof CaptureError ? error : systemError(path, error)
  }
}

function isSame(a: FileIdentity, b: FileIdentity): boolean {
  return a.size === b.size && a.modified === b.modified && a.device === b.device && a.inode === b.inode
}

function changed(path: string): CaptureError {
  return new CaptureError('changed', path, 'has changed since it was read: open it again')
}

function notRereadable(path: string): CaptureError {
  return new CaptureError('not-rereadable', path, 'can be read only once: save the capture to a file and open that')
}
