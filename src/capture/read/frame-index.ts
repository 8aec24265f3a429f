/**
 * Where the frames of an uncompressed capture file are, noted during its one reading: a checkpoint for each chunk that is read (a megabyte), with what
 * a walker needs to resume there. It costs nothing per packet. Plain data of bounded size: when there are too many checkpoints, every second one is
 * dropped.
 *
 *     const index = createFrameIndex()
 *     await readCapture(path, sink, { index })
 *     await readCaptureRange(path, other, { from: 90_000, to: 90_010, index })
 */
import type { Stats } from 'node:fs'
import type { Checkpoint } from '../format/format.ts'

export interface FrameIndex {
  /** The file that it describes, as it was when its reading began; null for an input that cannot be read again. */
  file: FileIdentity | null
  /** Ordered by position, and so by frame. */
  checkpoints: Checkpoint[]
  /** The last frame number that was assigned so far. */
  frames: number
  /** Checkpoints are at least this many bytes apart. */
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
/** Entries of the lists that checkpoints share, over all lists. A longer list gets no checkpoint: its part of the file is walked from the one before. */
const MAX_SHARED_ENTRIES = 65_536

export function createFrameIndex(): FrameIndex {
  return { file: null, checkpoints: [], frames: 0, spacing: 0 }
}

export function identityOf(path: string, { size, mtimeMs, dev, ino }: Stats): FileIdentity {
  return { path, size, modified: mtimeMs, device: dev, inode: ino }
}

/** The reading of a regular file begins: the index forgets what it held before. */
export function beginIndex(index: FrameIndex, path: string, stats: Stats): void {
  index.file = identityOf(path, stats)
  index.checkpoints = []
  index.frames = 0
  index.spacing = 0
}

/** The reading has reached `checkpoint`. Nothing is kept for inputs that are not files. */
export function addCheckpoint(index: FrameIndex, checkpoint: Checkpoint | null): void {
  if (checkpoint === null || index.file === null) return
  const last = index.checkpoints.at(-1)
  index.frames = checkpoint.frames
  if (last !== undefined && checkpoint.position - last.position < Math.max(1, index.spacing)) return
  if (sharedEntries([checkpoint]) > MAX_SHARED_ENTRIES / 2) return
  index.checkpoints.push(checkpoint)
  if (index.checkpoints.length > MAX_CHECKPOINTS) thin(index)
  while (index.checkpoints.length > 1 && holdsTooMuch(checkpoint, last, index)) thin(index)
}

/** The last checkpoint before frame `frame`; null: the start of the file. */
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

/** Drops every second checkpoint, and widens the spacing of those to come. */
function thin(index: FrameIndex): void {
  const { checkpoints } = index
  const first = checkpoints[0]!.position
  const reach = checkpoints.at(-1)!.position - first
  index.checkpoints = checkpoints.filter((_, i) => i % 2 === 0)
  index.spacing = Math.max(index.spacing, Math.floor(reach / index.checkpoints.length))
}

/** Counted only if a shared list is new or has grown, which is rare. */
function holdsTooMuch(checkpoint: Checkpoint, last: Checkpoint | undefined, index: FrameIndex): boolean {
  if (checkpoint.shared === null) return false
  if (last?.shared === checkpoint.shared && last.sharedCount === checkpoint.sharedCount) return false
  return sharedEntries(index.checkpoints) > MAX_SHARED_ENTRIES
}

function sharedEntries(checkpoints: readonly Checkpoint[]): number {
  const lists = new Set<readonly unknown[]>()
  for (const { shared } of checkpoints) if (shared !== null) lists.add(shared)
  let entries = 0
  for (const { length } of lists) entries += length
  return entries
}
