/**
 * What a capture file format is: how its files begin, and what walks their records. One file of this folder describes each format, and formats.ts
 * lists them. Nothing else in the program depends on the list.
 */
import type { Warning } from '../../ledger/capture-facts.ts'
import type { FrameSink } from '../frame-sink.ts'

/** @typeParam C what its walkers resume from */
export interface CaptureFormat<C extends Checkpoint = Checkpoint> {
  /** As records, warnings and checkpoints name it, such as "pcapng". */
  readonly name: string
  /** With this many bytes at hand, both questions below have their final answer. */
  readonly startBytes: number
  /** Is [start, end), the beginning of an input, the beginning of a file of this format? */
  isStart(bytes: Uint8Array, start: number, end: number): boolean
  /**
   * Does a file of this format begin at `at`, where a record of another file should be? At least `startBytes` bytes are at hand. Stricter than
   * `isStart` if the bytes of a record can look like a magic number.
   */
  isJoinedAt(bytes: Uint8Array, at: number): boolean
  /** Walks a file from its first byte. */
  walker(sink: FrameSink, options: WalkOptions): RecordWalker
  /** Walks the rest of a file whose walk left `checkpoint`. */
  walkerFrom(checkpoint: C, sink: FrameSink, options: WalkOptions): RecordWalker
}

export interface WalkOptions {
  /** A longer record is damage. */
  maxRecordBytes: number
  /** Whether a capture file of any format begins where a record should: files are joined with `cat`. */
  fileStarts: FileStarts
}

export interface FileStarts {
  /** With this many bytes at hand, the question has its final answer. */
  readonly bytes: number
  /** False while fewer bytes than that are at hand. */
  isAt(bytes: Uint8Array, at: number, end: number): boolean
}

/** What a walker needs to resume in the middle of a file: plain data, which the frame index keeps. */
export interface Checkpoint {
  /** Name of the format. */
  format: string
  /** Bytes from the start of the (decompressed) file to the record that follows. */
  position: number
  /** The last frame number that was assigned. */
  frames: number
  /**
   * A list that consecutive checkpoints refer to together and that may grow long, such as the interfaces of a pcapng section. Only the first
   * `sharedCount` entries belong to this checkpoint; the memory limit of the frame index counts each list once, by its length. Null: no list.
   */
  shared: readonly unknown[] | null
  sharedCount: number
}

/**
 * Walks the records of one capture over chunks of any size. Nothing is kept between calls but counts: the caller puts what `consume` leaves in front
 * of the next bytes. `consume` leaves less than `recordLimit` bytes.
 */
export interface RecordWalker {
  /** Name of the format. */
  readonly format: string
  readonly tally: Tally
  /** Bytes from the start of the (decompressed) input to what was not consumed. */
  readonly position: number
  /** The file header could be read. */
  readonly started: boolean
  /** The walk ended where another capture file begins (FileStarts): nothing is consumed after that. */
  readonly atAnotherFile: boolean
  /** Why the walk ended before the end of the bytes. Nothing is consumed after that. */
  readonly damage: Damage | null
  /** Oddities that did not end the walk, one of each kind. */
  readonly warnings: readonly Warning[]
  /** LINKTYPE_ values of the packets, or of the interfaces if there is no packet. */
  linkTypes(): number[]
  /** Hands the whole records in [start, end) to the sink and returns where the first incomplete one starts. */
  consume(bytes: Uint8Array, start: number, end: number): number
  /** No more bytes come, and those in [start, end) were not consumed: a record that was cut, or zeros. */
  finish(bytes: Uint8Array, start: number, end: number): void
  /** Before the first call of `consume`: the file stands behind the one that `before` walked; frame numbers and positions continue from there. */
  follow(before: RecordWalker): void
  /** What another walker needs to resume behind what was consumed; null before the file header. */
  checkpoint(): Checkpoint | null
  /** Only during a call of the sink, with its arguments: the nanoseconds of the frame's time below its microsecond, 0..999. */
  nanoseconds(bytes: Uint8Array, start: number): number
}

export interface Damage {
  code: 'truncated-record' | 'corrupt-record' | 'zero-tail'
  /** Where the damaged record starts: bytes from the start of the (decompressed) file. */
  position: number
  /** What is wrong there, as the beginning of a sentence. */
  what: string
  /** What follows from it, if that must be said. */
  consequence?: string
}

/** The damage as a sentence for people. */
export function damageText({ what, position, consequence }: Damage): string {
  return `${what}, at byte ${position}${consequence === undefined ? '' : `: ${consequence}`}`
}

/** libpcap's MAXIMUM_SNAPLEN and Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD: a longer record is damage, not a packet. */
export const MAX_RECORD_BYTES = 262_144

/** What a record needs around its packet: headers, and the options that are read. */
const RECORD_OVERHEAD = 4096

/** How many bytes a walker must see at once to get past any record. */
export function recordLimit(maxRecordBytes: number): number {
  return maxRecordBytes + RECORD_OVERHEAD
}

/** DBUS, USBPCAP and EBHSCR: the link types whose packets may be longer, up to MAX_LARGE_RECORD_BYTES. The excess is skipped. */
export function mayBeLarge(linkType: number): boolean {
  return linkType === 231 || linkType === 249 || linkType === 279
}

export const MAX_LARGE_RECORD_BYTES = 128 * 1024 * 1024

/** Counts over the packets of one capture. */
export class Tally {
  packets = 0
  /** Captured bytes of all packets. */
  bytes = 0
  /** The earliest and the latest time, infinite if no packet had one. */
  firstTime = Number.POSITIVE_INFINITY
  lastTime = Number.NEGATIVE_INFINITY
  /** The last frame number assigned. */
  frames = 0
}
