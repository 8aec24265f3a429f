/**
 * The newest SMB packets of a live capture, in files of our own that nobody else can read, for whoever wants to look at one of them again. They are
 * deleted at the end, and the oldest when there are too many.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CaptureError } from '../capture/capture-error.ts'
import { type CaptureFiles, openCaptureFiles } from '../capture/capture-files.ts'
import { type RangeOptions, type RangeSink, readCaptureRange } from '../capture/read-range.ts'
import type { PacketKeeper } from './traffic.ts'

const FILE_BYTES = 64_000_000
const FILES = 4

export interface Spool extends PacketKeeper {
  /** As readCaptureRange does it. Rejects with CaptureError where `to` lies before all that is kept. */
  read(name: string, sink: RangeSink, options: Omit<RangeOptions, 'index'>): Promise<number>
  close(): void
}

export function openSpool(application: string, fileBytes = FILE_BYTES): Spool {
  const folder = mkdtempSync(join(tmpdir(), 'smblens-'))
  const files: CaptureFiles = openCaptureFiles({
    path: join(folder, 'packets.pcapng'),
    maxBytes: fileBytes,
    maxFiles: FILES,
    application,
  })
  /** Files that are there, each with the number of its first frame. */
  const parts: { path: string; first: number }[] = []
  let frames = 0
  return {
    packet(bytes, start, captured, original, linkType, time, name) {
      files.packet(bytes, start, captured, original, linkType, time, name)
      frames++
      if (parts.at(-1)?.path === files.current) return
      parts.push({ path: files.current, first: frames })
      if (parts.length > FILES) parts.shift()
    },

    async read(name, sink, { from, to, signal }) {
      files.flush()
      if (to < (parts[0]?.first ?? 1))
        throw new CaptureError('changed', name, `frame ${to} is no longer kept: --write FILE keeps all of them`)
      let read = 0
      for (const [i, { path, first }] of [...parts].entries()) {
        const last = Math.min(to, (parts[i + 1]?.first ?? frames + 1) - 1)
        if (last < first || last < from) continue
        const before = first - 1
        const numbered: RangeSink = {
          frame: (bytes, start, captured, original, linkType, time, number, nanoseconds) =>
            sink.frame(bytes, start, captured, original, linkType, time, number + before, nanoseconds),
        }
        const range = { from: Math.max(from, first) - before, to: last - before, ...(signal && { signal }) }
        read += await readCaptureRange(path, numbered, range)
      }
      return read
    },

    close() {
      files.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
