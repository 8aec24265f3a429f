/** One frame of a capture, read again and decoded, in which the bytes that decide a finding are marked. */
import { CaptureError } from '../capture/capture-error.ts'
import type { ReadFrames } from '../evidence/write-evidence.ts'
import { decidingIn } from '../inspect/deciding.ts'
import type { ByteRange, Field } from '../inspect/field/field.ts'
import { hexLineCount, hexLines } from '../inspect/field/hex-lines.ts'
import { type InspectedFrame, messageAt, rangeInFrame } from '../inspect/message-at.ts'
import type { Limits } from '../track/core/limits.ts'
import type { Citation } from './action-types.ts'
import type { EvidenceView, FieldView } from './evidence-view.ts'

export interface InspectOptions {
  read: ReadFrames
  limits: Partial<Limits>
  signal: AbortSignal
}

/** A message that ends in a frame nearly always starts at most this many frames before it. */
const FRAMES_BEFORE = 20_000
/** Lines of bytes that are shown. */
const MAX_LINES = 256
/** Lines before the first deciding byte, where that is too far down to be among the first. */
const LINES_BEFORE = 4

export async function inspectEvidence(citation: Citation, options: InspectOptions): Promise<EvidenceView> {
  const { capture, frame } = citation
  let found = await readFrom(citation, Math.max(1, frame - FRAMES_BEFORE), options)
  // A citation refers to a message: if none was found, it starts earlier.
  if (found !== null && found.messages.length === 0 && frame > FRAMES_BEFORE)
    found = await readFrom(citation, 1, options)
  if (found === null) throw new CaptureError('changed', capture, `no longer has frame ${frame}: scan it again`)
  return viewOf(citation, found)
}

function readFrom({ capture, frame }: Citation, from: number, { read, limits, signal }: InspectOptions) {
  return messageAt(
    capture,
    { frame },
    {
      signal,
      limits,
      async read(path, sink, abort) {
        await read(path, sink, { from, to: frame, signal: abort })
      },
    },
  )
}

function viewOf({ field: cited, frame }: Citation, found: InspectedFrame): EvidenceView {
  const { message, fields: deciding } = cited === null ? NOTHING : decidingIn(cited, found)
  const fields: FieldView[] = []
  // The SMB fields come first: the headers around them are rarely of interest.
  for (const { fields: parts } of found.messages) for (const field of parts) addField(fields, field, 0, deciding)
  for (const field of found.headers) addField(fields, field, 0, deciding)
  // The bytes of the frame as captured, unless the deciding field starts in an earlier frame.
  const inFrame = message === null ? deciding : deciding.flatMap((field) => rangeInFrame(message, field) ?? [])
  const wholeMessage = message !== null && inFrame.length < deciding.length
  const bytes = wholeMessage ? message.bytes : found.bytes
  const marks = wholeMessage ? deciding : inFrame
  const lines = hexLines(bytes, { marks, from: firstLine(marks), count: MAX_LINES })
  return {
    state: 'ready',
    frame,
    fields,
    hex: lines.map(({ offsetText, cells }) => ({ offset: offsetText, cells })),
  }
}

/** The frame's first line, unless what decides would be out of sight then. */
function firstLine(marks: readonly ByteRange[]): number {
  if (marks.length === 0) return 0
  const earliest = hexLineCount(Math.min(...marks.map(({ start }) => start)) + 1) - 1
  return earliest < MAX_LINES ? 0 : earliest - LINES_BEFORE
}

const NOTHING = { message: null, fields: [] as Field[] }

function addField(to: FieldView[], field: Field, depth: number, deciding: readonly Field[]): void {
  const value = field.note === undefined ? field.value : `${field.value} (${field.note})`
  to.push({ name: field.name, value, depth, deciding: deciding.includes(field) })
  for (const child of field.children) addField(to, child, depth + 1, deciding)
}
