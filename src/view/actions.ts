/** What the keys of the terminal UI ask for, done: the clipboard, frames read again, files written. */

import { escapeText } from '../base/safe-text.ts'
import { plural } from '../base/wording.ts'
import { NewFileError } from '../capture/write/new-file.ts'
import { writeEvidence } from '../evidence/write-evidence.ts'
import type { ConnectionFacts } from '../ledger/smb-facts.ts'
import { messageRecord } from '../report/records/message.ts'
import { rowRecords } from '../rows/export-rows.ts'
import type { Limits } from '../track/core/limits.ts'
import { clipboardSupport, copySequence } from '../tui/terminal/clipboard.ts'
import type { Tables } from '../tui/views/views.ts'
import { type Effects, FileExists, type Selection } from './action-types.ts'
import { exportView } from './export-view.ts'
import { inspectEvidence } from './inspect-evidence.ts'
import type { Source } from './source.ts'

export interface EffectsOptions {
  source: Source
  limits: Partial<Limits>
  /** Late: tables belong to who has the effects. */
  tables: () => Tables
  /** The name and version that files tell they were written by. */
  application: string
  /** Ends what is being written: nothing is left of it. */
  signal: AbortSignal
  /** To the terminal, between its pictures. */
  toTerminal: (sequence: string) => void
  quit: () => void
}

export function createEffects({
  source,
  limits,
  tables,
  application,
  signal: stop,
  toTerminal,
  quit,
}: EffectsOptions): Effects {
  const { captures, readFrames } = source
  return {
    copy(text) {
      const { osc52, wrapping } = clipboardSupport(process.env)
      const sequence = osc52 === 'no' ? null : copySequence(text, wrapping)
      if (sequence === null) return false
      toTerminal(sequence)
      return osc52 === 'likely'
    },
    inspect: (citation, signal) => inspectEvidence(citation, { read: readFrames, limits, signal }),
    async writePackets({ frames, connections: ids }, file, overwrite) {
      const connections = ids.flatMap((id) => source.details.connection(id) ?? [])
      const named = new Set([...frames, ...connections].map(({ capture }) => capture))
      const { packets, notFound } = await orExists(() =>
        writeEvidence({
          captures: captures.filter((path) => named.has(path)).map((path) => ({ path, seeks: source.canSeek(path) })),
          read: readFrames,
          selection: { frames, connections },
          context: 'lead-up',
          connections: carriersOf(frames, source.ledger.connections),
          file,
          overwrite,
          application,
          signal: stop,
        }),
      )
      const missing = notFound.length > 0 ? `, ${plural(notFound.length, 'frame')} not found` : ''
      return `${plural(packets, 'packet')} written to ${escapeText(file)}${missing}`
    },
    exportView: (view, file, overwrite) =>
      orExists(async () => {
        if (view === 'overview') throw new Error('The overview has no rows to export')
        const rows = exportView(view, file, {
          tables: tables(),
          records: rowRecords(source.report()),
          messageOf: (row) => {
            const message = source.messageOf(row)
            return message && messageRecord(message)
          },
          overwrite,
          inputs: captures,
        })
        return `${plural(rows, 'row')} written to ${escapeText(file)}`
      }),
    quit,
  }
}

/** The connections that may have carried one of the frames. */
function carriersOf(frames: Selection['frames'], connections: Iterable<ConnectionFacts>): ConnectionFacts[] {
  const found: ConnectionFacts[] = []
  for (const connection of connections) {
    const { capture, firstFrame, lastFrame } = connection
    if (frames.some((f) => f.capture === capture && f.frame >= firstFrame && f.frame <= lastFrame))
      found.push(connection)
  }
  return found
}

async function orExists<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof NewFileError && error.code === 'exists') throw new FileExists(error.message)
    throw error
  }
}
