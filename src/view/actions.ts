/** The actions of a screen: frames are read again, packets and rows are written to files. */

import { escapeText } from '../base/safe-text.ts'
import { plural } from '../base/wording.ts'
import { NewFileError } from '../capture/write/new-file.ts'
import { writeEvidence } from '../evidence/write-evidence.ts'
import type { ConnectionFacts } from '../ledger/smb-facts.ts'
import type { Limits } from '../track/core/limits.ts'
import { type Actions, FileExists, type PacketSelection } from './action-types.ts'
import { exportRows } from './export-rows.ts'
import { inspectEvidence } from './inspect-evidence.ts'
import type { Source } from './source.ts'

export interface ActionsOptions {
  source: Source
  limits: Partial<Limits>
  /** The name and version that files are marked with. */
  application: string
  /** Aborts what is being written; no part of the file remains. */
  signal: AbortSignal
}

export function createActions({ source, limits, application, signal: stop }: ActionsOptions): Actions {
  const { captures, readFrames, pictures } = source
  return {
    inspect: (citation, signal) => inspectEvidence(citation, { read: readFrames, limits, signal }),
    async writePackets({ frames, connections: ids }, file, overwrite) {
      const connections = ids.flatMap((id) => pictures.details.connection(id) ?? [])
      const named = new Set([...frames, ...connections].map(({ capture }) => capture))
      const { packets, notFound } = await orFileExists(() =>
        writeEvidence({
          captures: captures.filter((path) => named.has(path)).map((path) => ({ path, seeks: source.canSeek(path) })),
          read: readFrames,
          selection: { frames, connections },
          context: 'lead-up',
          connections: carriersOf(frames, pictures.ledger.connections),
          file,
          overwrite,
          application,
          signal: stop,
        }),
      )
      const missing = notFound.length > 0 ? `, ${plural(notFound.length, 'frame')} not found` : ''
      return `${plural(packets, 'packet')} written to ${escapeText(file)}${missing}`
    },
    exportRows: (rows, file, overwrite) =>
      orFileExists(async () => {
        exportRows(rows, file, { source: pictures, overwrite, inputs: captures })
        return `${plural(rows.count, 'row')} written to ${escapeText(file)}`
      }),
  }
}

/** The connections that may have carried one of the frames. */
function carriersOf(frames: PacketSelection['frames'], connections: Iterable<ConnectionFacts>): ConnectionFacts[] {
  const found: ConnectionFacts[] = []
  for (const connection of connections) {
    const { capture, firstFrame, lastFrame } = connection
    if (frames.some((f) => f.capture === capture && f.frame >= firstFrame && f.frame <= lastFrame))
      found.push(connection)
  }
  return found
}

async function orFileExists<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof NewFileError && error.code === 'exists') throw new FileExists(error.message)
    throw error
  }
}
