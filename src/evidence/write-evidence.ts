/** Packets of captures to one pcapng file, with comments that say where each is from and what it shows. */
import { basename } from 'node:path'
import { escapeText } from '../base/safe-text.ts'
import { type RangeOptions, type RangeSink, readCaptureRange } from '../capture/read/read-range.ts'
import { openNewFile, PACKETS_MODE } from '../capture/write/new-file.ts'
import { PcapngWriter } from '../capture/write/pcapng-writer.ts'
import { matchConnections } from './connection-packets.ts'
import { FrameSet } from './frame-set.ts'
import type { EvidenceConnection, Selection } from './selection.ts'

export interface EvidenceOptions {
  /** Those that the selection names, in the order in which they go into the file. */
  captures: readonly EvidenceCapture[]
  /** How frames of a capture are read; from its start by readCaptureRange unless given. */
  read?: ReadFrames
  selection: Selection
  /**
   * What is written with the single frames. frames: nothing. lead-up: the packets of their connections up to them, so that Wireshark can put
   * their messages together and knows what was negotiated. connection: all packets of their connections.
   */
  context?: 'frames' | 'lead-up' | 'connection'
  /** Among which the connections of single frames are looked for: the ledger's. */
  connections?: readonly EvidenceConnection[]
  file: string
  overwrite?: boolean
  /** The writing program, such as "smblens 0.1.0". */
  application?: string
  signal?: AbortSignal
  /** The share of the work that is done, from 0 to 1. */
  onProgress?: (share: number) => void
}

export interface EvidenceCapture {
  path: string
  /** It can be read from its middle, so that parts of it are better read one by one. */
  seeks?: boolean
}

/** See readCaptureRange. */
export type ReadFrames = (path: string, sink: RangeSink, options: Omit<RangeOptions, 'index'>) => Promise<number>

export interface EvidenceResult {
  packets: number
  /** Of the file. */
  bytes: number
  /** Single frames that are not in their capture, or whose capture is not among `captures`. */
  notFound: { capture: string; frame: number }[]
}

/** Further on, a seek costs less than reading on. */
const GAP_FRAMES = 4096
/** Connections that one frame may bring along: a fragment is of any between its two addresses. */
const MAX_OF_FRAME = 256
/** Of one packet: a frame may be the evidence of many findings. */
const MAX_COMMENTS = 16

/**
 * Writes the file, which appears when it is complete. Rejects with NewFileError, with CaptureError as readCaptureRange does, and with the signal's
 * reason; nothing is left behind then.
 */
export async function writeEvidence(options: EvidenceOptions): Promise<EvidenceResult> {
  const { captures, read = readCaptureRange, selection, file, overwrite = false, application, signal } = options
  signal?.throwIfAborted()
  const output = openNewFile(file, { overwrite, inputs: captures.map(({ path }) => path), mode: PACKETS_MODE })
  try {
    const comment = `Packets taken out of ${captures.map(({ path }) => escapeText(path)).join(', ')}`
    const writer = new PcapngWriter(output, { comment, ...(application === undefined ? {} : { application }) })
    const missing = new Set(selection.frames.map(({ capture, frame }) => `${frame} ${capture}`))
    for (const [i, { path, seeks = false }] of captures.entries()) {
      const reading: Reading = { path, read, seeks, signal, onProgress: progressOf(options, i) }
      await addCapture(reading, options, writer, missing)
    }
    writer.flush()
    output.finish()
    options.onProgress?.(1)
    return { packets: writer.packets, bytes: writer.bytes, notFound: notFound(selection, missing) }
  } finally {
    output.discard()
  }
}

interface Reading {
  path: string
  read: ReadFrames
  seeks: boolean
  signal: AbortSignal | undefined
  onProgress: ((position: number, size: number | null) => void) | undefined
}

async function addCapture(
  reading: Reading,
  options: EvidenceOptions,
  writer: PcapngWriter,
  missing: Set<string>,
): Promise<void> {
  const { path } = reading
  const comments = new Map<number, string[]>()
  const single = new FrameSet()
  for (const { capture, frame, comment } of options.selection.frames) {
    if (capture !== path || frame < 1) continue
    single.add(frame)
    const known = comments.get(frame)
    if (known === undefined) comments.set(frame, [comment])
    else if (known.length < MAX_COMMENTS && !known.includes(comment)) known.push(comment)
  }
  const wanted = new FrameSet()
  const connections = options.selection.connections.filter(({ capture }) => capture === path)
  await locate(reading, [...connections, ...(await contextOf(reading, options, single))], wanted)
  for (const frame of comments.keys()) wanted.add(frame)
  const name = escapeText(basename(path))
  const interfaces = new Map<number, number>()
  // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
  await readFrames(reading, wanted, (bytes, start, captured, original, linkType, time, number, nanoseconds) => {
    missing.delete(`${number} ${path}`)
    let id = interfaces.get(linkType)
    if (id === undefined) {
      id = writer.addInterface({ linkType, name, nanoseconds: true })
      interfaces.set(linkType, id)
    }
    const where = `frame ${number} of ${name}`
    const said = comments.get(number)?.map((what) => (what === '' ? where : `${where}: ${escapeText(what)}`))
    writer.packet({
      interface: id,
      bytes,
      start,
      captured,
      original,
      time,
      nanoseconds,
      comments: said ?? [where],
    })
  })
}

/** The connections of single frames, as far as they are written too. */
async function contextOf(
  reading: Reading,
  { context = 'frames', connections = [] }: EvidenceOptions,
  single: FrameSet,
): Promise<EvidenceConnection[]> {
  const candidates = connections.filter(({ capture }) => capture === reading.path)
  if (context === 'frames' || candidates.length === 0) return []
  const matcher = matchConnections(candidates)
  const last = new Map<EvidenceConnection, number>()
  // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
  await readFrames(reading, single, (bytes, start, captured, original, linkType, _time, number) => {
    for (const connection of matcher.match(bytes, start, captured, original, linkType, number, MAX_OF_FRAME)) {
      last.set(connection, number)
    }
  })
  if (context === 'connection') return [...last.keys()]
  return [...last].map(([connection, lastFrame]) => ({ ...connection, lastFrame }))
}

/** Adds the frames of `connections` to `wanted`. */
async function locate(reading: Reading, connections: readonly EvidenceConnection[], wanted: FrameSet): Promise<void> {
  if (connections.length === 0) return
  const matcher = matchConnections(connections)
  const from = connections.reduce((first, { firstFrame }) => Math.min(first, firstFrame), Number.POSITIVE_INFINITY)
  const to = connections.reduce((last, { lastFrame }) => Math.max(last, lastFrame), 0)
  // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
  await readRange(reading, from, to, (bytes, start, captured, original, linkType, _time, number) => {
    if (matcher.match(bytes, start, captured, original, linkType, number, 1).length > 0) wanted.add(number)
  })
}

/** If each range would be read from the start of the file, they are read as one. */
async function readFrames(reading: Reading, frames: FrameSet, frame: RangeSink['frame']): Promise<void> {
  const gap = reading.seeks ? GAP_FRAMES : Number.POSITIVE_INFINITY
  for (const [from, to] of frames.ranges(gap)) {
    await readRange(reading, from, to, (...args) => {
      if (frames.has(args[6])) frame(...args)
    })
  }
}

async function readRange(
  { path, read, signal, onProgress }: Reading,
  from: number,
  to: number,
  frame: RangeSink['frame'],
): Promise<void> {
  await read(path, { frame }, { from, to, ...(signal && { signal }), ...(onProgress && { onProgress }) })
}

/** Each capture is read up to three times, from any part: progress never goes back. */
function progressOf({ captures, onProgress }: EvidenceOptions, at: number): Reading['onProgress'] {
  if (!onProgress) return undefined
  let reached = 0
  return (position, size) => {
    if (size === null || size === 0) return
    reached = Math.max(reached, Math.min(1, position / size))
    onProgress((at + reached) / captures.length)
  }
}

function notFound({ frames }: Selection, missing: ReadonlySet<string>): EvidenceResult['notFound'] {
  const told = new Set<string>()
  return frames
    .filter(({ capture, frame }) => {
      const key = `${frame} ${capture}`
      if (!missing.has(key) || told.has(key)) return false
      told.add(key)
      return true
    })
    .map(({ capture, frame }) => ({ capture, frame }))
}
