/**
 * The newest SMB packets of a live capture, in private files, so that the screen can read one of them again. The files are deleted at the end, and the
 * oldest when there are too many.
 */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CaptureError } from '../capture/capture-error.ts'
import { type RangeOptions, type RangeSink, readCaptureRange } from '../capture/read/read-range.ts'
import { NewFileError } from '../capture/write/new-file.ts'
import { type CaptureFiles, openCaptureFiles } from '../capture/write/rotating-files.ts'
import type { PacketStore } from './packet-intake.ts'
import { makeSpoolFolder, SpoolError } from './spool-folder.ts'

const FILE_BYTES = 64_000_000
const FILES = 4

export interface Spool extends PacketStore {
  /** Reads a range as readCaptureRange does. Rejects with CaptureError if `to` lies before everything that is stored. */
  read(name: string, sink: RangeSink, options: Omit<RangeOptions, 'index'>): Promise<number>
  close(): void
}

/** @throws SpoolError, as all of its functions do when there is no space */
export function openSpool(application: string, fileBytes = FILE_BYTES): Spool {
  const folder = makeSpoolFolder()
  const remove = () => rmSync(folder, { recursive: true, force: true })
  let files: CaptureFiles
  try {
    files = openFiles(folder, application, fileBytes)
  } catch (error) {
    remove()
    throw error
  }
  /** The existing files, each with the number of its first frame. */
  const parts: { path: string; first: number }[] = []
  let frames = 0
  return {
    // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
    packet(bytes, start, captured, original, linkType, time, name) {
      inFolder(folder, () => files.packet(bytes, start, captured, original, linkType, time, name))
      frames++
      if (parts.at(-1)?.path === files.current) return
      parts.push({ path: files.current, first: frames })
      if (parts.length > FILES) parts.shift()
    },

    async read(name, sink, { from, to, signal }) {
      inFolder(folder, () => files.flush())
      if (to < (parts[0]?.first ?? 1))
        throw new CaptureError('changed', name, `frame ${to} is no longer stored: --write FILE saves all frames`)
      let read = 0
      for (const [i, { path, first }] of [...parts].entries()) {
        const last = Math.min(to, (parts[i + 1]?.first ?? frames + 1) - 1)
        if (last < first || last < from) continue
        const before = first - 1
        const numbered: RangeSink = {
          // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
          frame: (bytes, start, captured, original, linkType, time, number, nanoseconds) =>
            sink.frame(bytes, start, captured, original, linkType, time, number + before, nanoseconds),
        }
        const range = { from: Math.max(from, first) - before, to: last - before, ...(signal && { signal }) }
        read += await readCaptureRange(path, numbered, range)
      }
      return read
    },

    close() {
      try {
        files.close()
      } catch (error) {
        // The files are about to be deleted, so a full disk does not matter.
        if (!(error instanceof NewFileError)) throw error
      } finally {
        remove()
      }
    },
  }
}

function openFiles(folder: string, application: string, maxBytes: number): CaptureFiles {
  const path = join(folder, 'packets.pcapng')
  return inFolder(folder, () => openCaptureFiles({ path, maxBytes, maxFiles: FILES, application }))
}

/** Reports a full disk for the folder as a whole: the user knows none of the files in it. */
function inFolder<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof NewFileError ? new SpoolError(dirname(folder), error.cause) : error
  }
}
