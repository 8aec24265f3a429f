/** Some frames of a capture, by their numbers: what a report names is looked up again in the file. */
import { fstatSync, openSync, statSync } from 'node:fs'
import { CaptureError, systemError } from '../capture-error.ts'
import type { Checkpoint } from '../format/checkpoint.ts'
import { MAX_RECORD_BYTES, type RecordWalker, recordLimit } from '../format/format.ts'
import { PcapWalker } from '../format/pcap.ts'
import { PcapngWalker } from '../format/pcapng.ts'
import type { FrameSink } from '../frame-sink.ts'
import { fileSource } from '../unpack/byte-source.ts'
import { checkpointBefore, type FileIdentity, type FrameIndex, identityOf } from './frame-index.ts'
import { Frames } from './frame-reader.ts'
import { type Opened, pump, type ReadOptions } from './read-capture.ts'

/** A FrameSink, told in addition what the microseconds of `time` leave out: 0..999 nanoseconds. */
export interface RangeSink {
  frame(...args: [...Parameters<FrameSink['frame']>, nanoseconds: number]): void
}

export interface RangeOptions extends Omit<ReadOptions, 'index'> {
  /** The first and the last frame number. */
  from: number
  to: number
  /** Of an earlier reading of this file. Without it, and for gzip, the file is read from its start. */
  index?: FrameIndex
}

/**
 * Calls `sink` for the frames `from` to `to`. Resolves with how many there were: a capture may end or be damaged before, and records that are no
 * packets have numbers too. `onProgress` tells the place in the file.
 *
 * Rejects with CaptureError: `not-rereadable` for standard input and pipes, `changed` where the file is not the one that was indexed, or has
 * fewer frames than it had, and as readCapture does.
 */
export async function readCaptureRange(path: string, sink: RangeSink, options: RangeOptions): Promise<number> {
  const { from, to, index, signal, maxRecordBytes = MAX_RECORD_BYTES } = options
  signal?.throwIfAborted()
  let delivered = 0
  let done = to < from
  if (done) return 0
  const window: FrameSink = {
    frame(bytes, start, captured, original, linkType, time, number) {
      if (number < from || done) return
      if (number > to) {
        done = true
        return
      }
      delivered++
      const nanoseconds = frames.nanoseconds(bytes, start)
      sink.frame(bytes, start, captured, original, linkType, time, number, nanoseconds)
      if (number === to) done = true
    },
  }
  const checkpoint = index ? checkpointBefore(index, from) : null
  const opened = open(path, recordLimit(maxRecordBytes), index?.file ?? null, checkpoint)
  const walker = checkpoint && walkerFrom(checkpoint, window, maxRecordBytes)
  const frames = new Frames(path, window, maxRecordBytes, walker)
  const { index: _, ...reading } = options
  await pump(opened, path, frames, reading, () => done)
  if (!done && index?.file && frames.count < Math.min(to, index.frames)) throw changed(path)
  return delivered
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

function walkerFrom(checkpoint: Checkpoint, sink: FrameSink, maxRecordBytes: number): RecordWalker {
  return checkpoint.format === 'pcap'
    ? new PcapWalker(sink, maxRecordBytes, checkpoint)
    : new PcapngWalker(sink, maxRecordBytes, checkpoint)
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
