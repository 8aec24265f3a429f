/** Copies of the frames that a sink received, and files to read them from. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FrameSink } from '../../src/capture/frame-sink.ts'
import { type CaptureSummary, type ReadOptions, readCaptureStream } from '../../src/capture/read/read-capture.ts'

export interface CollectedFrame {
  data: Uint8Array
  original: number
  linkType: number
  time: number
  number: number
}

export interface Collector extends FrameSink {
  frames: CollectedFrame[]
}

export function collector(): Collector {
  const frames: CollectedFrame[] = []
  return {
    frames,
    frame(bytes, start, captured, original, linkType, time, number) {
      frames.push({ data: bytes.slice(start, start + captured), original, linkType, time, number })
    },
  }
}

/** A stream of `bytes` in pieces that end at `cuts` (ascending); empty pieces are left out. */
export function inPieces(bytes: Uint8Array, cuts: readonly number[] = []): Readable {
  const pieces: Uint8Array[] = []
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    const to = Math.min(cut, bytes.length)
    if (to > from) pieces.push(bytes.slice(from, to))
    from = Math.max(from, to)
  }
  return Readable.from(pieces)
}

/** Reads a capture held in memory, in such pieces. */
export async function readBytes(
  bytes: Uint8Array,
  cuts: readonly number[] = [],
  options: ReadOptions = {},
): Promise<{ summary: CaptureSummary; frames: CollectedFrame[] }> {
  const sink = collector()
  const summary = await readCaptureStream(inPieces(bytes, cuts), 'test', sink, options)
  return { summary, frames: sink.frames }
}

/** A folder for one test file, and a function that removes it. */
export function temporaryFolder(): {
  path: string
  write(name: string, bytes: Uint8Array | string): string
  remove(): void
} {
  const path = mkdtempSync(join(tmpdir(), 'smblens-test-'))
  return {
    path,
    write(name, bytes) {
      const file = join(path, name)
      writeFileSync(file, bytes)
      return file
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
