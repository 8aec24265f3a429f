/**
 * Where the frames of a plain capture file are, noted while it is read once: a checkpoint for each chunk that was read (a megabyte), with what a
 * walker needs to go on from there. Nothing is done for a packet. Plain data, of bounded size: when there are too many checkpoints, every second
 * one goes.
 *
 *     const index = createFrameIndex()
 *     await readCapture(path, sink, { index })
 *     await readCaptureRange(path, other, { from: 90_000, to: 90_010, index })
 */
import type { Stats } from 'node:fs'
import type { CaptureInterface, Checkpoint } from '../format/checkpoint.ts'

export interface FrameIndex {
  /** The file that it is about, as it was when its reading began; null for what has no place to go back to. */
  file: FileIdentity | null
  /** Ordered by position, and so by frame. */
  checkpoints: Checkpoint[]
  /** The last frame number that was given out so far. */
  frames: number
  /** Checkpoints are at least so many bytes apart. */
  spacing: number
}

export interface FileIdentity {
  path: string
  size: number
  /** Milliseconds since 1970 UTC, with fractions. */
  modified: number
  device: number
  inode: number
}

const MAX_CHECKPOINTS = 4096
/** Interfaces that the checkpoints hold. A section with more has none: it is walked from the section before it. */
const MAX_INTERFACES_HELD = 65_536

export function createFrameIndex(): FrameIndex {
  return { file: null, checkpoints: [], frames: 0, spacing: 0 }
}

export function identityOf(path: string, { size, mtimeMs, dev, ino }: Stats): FileIdentity {
  return { path, size, modified: mtimeMs, device: dev, inode: ino }
}

/** The reading of a regular file begins: what the index held before goes. */
export function beginIndex(index: FrameIndex, path: string, stats: Stats): void {
  index.file = identityOf(path, stats)
  index.checkpoints = []
  index.frames = 0
  index.spacing = 0
}

/** The reading has come as far as `checkpoint`. Nothing is kept for inputs without a file. */
export function addCheckpoint(index: FrameIndex, checkpoint: Checkpoint | null): void {
  if (checkpoint === null || index.file === null) return
  const last = index.checkpoints.at(-1)
  index.frames = checkpoint.frames
  if (last !== undefined && checkpoint.position - last.position < Math.max(1, index.spacing)) return
  if (interfacesHeld([checkpoint]) > MAX_INTERFACES_HELD / 2) return
  index.checkpoints.push(checkpoint)
  if (index.checkpoints.length > MAX_CHECKPOINTS) thin(index)
  while (index.checkpoints.length > 1 && mayHoldTooMuch(checkpoint, last, index)) thin(index)
}

/** The checkpoint from which a reading finds frame `frame` soonest; null: the start of the file. */
export function checkpointBefore({ checkpoints }: FrameIndex, frame: number): Checkpoint | null {
  let low = 0
  let high = checkpoints.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (checkpoints[middle]!.frames < frame) low = middle + 1
    else high = middle
  }
  return low === 0 ? null : checkpoints[low - 1]!
}

/** Every second one goes, and the last stays apart from those to come. */
function thin(index: FrameIndex): void {
  const { checkpoints } = index
  const first = checkpoints[0]!.position
  const reach = checkpoints.at(-1)!.position - first
  index.checkpoints = checkpoints.filter((_, i) => i % 2 === 0)
  index.spacing = Math.max(index.spacing, Math.floor(reach / index.checkpoints.length))
}

/** Counted where a section's list is new or has grown, which is seldom. */
function mayHoldTooMuch(checkpoint: Checkpoint, last: Checkpoint | undefined, index: FrameIndex): boolean {
  if (checkpoint.format !== 'pcapng') return false
  if (last?.format === 'pcapng' && last.interfaces === checkpoint.interfaces) {
    if (last.interfaceCount === checkpoint.interfaceCount) return false
  }
  return interfacesHeld(index.checkpoints) > MAX_INTERFACES_HELD
}

function interfacesHeld(checkpoints: readonly Checkpoint[]): number {
  const lists = new Set<readonly CaptureInterface[]>()
  for (const checkpoint of checkpoints) if (checkpoint.format === 'pcapng') lists.add(checkpoint.interfaces)
  let held = 0
  for (const { length } of lists) held += length
  return held
}
