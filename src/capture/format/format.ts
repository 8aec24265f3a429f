/** What the walkers of the file formats have in common: bytes in, frames out to a sink, and what was seen on the way. */
import type { Warning } from '../../ledger/capture-facts.ts'
import type { Checkpoint } from './checkpoint.ts'

/**
 * Walks the records of one capture over whatever chunks its bytes come in. Nothing is kept between calls but counts: what `consume` leaves, the
 * caller puts in front of the next bytes. `consume` leaves less than `recordLimit` bytes.
 */
export interface RecordWalker {
  readonly format: 'pcap' | 'pcapng'
  readonly tally: Tally
  /** Bytes from the start of the (decompressed) input to what was not consumed. */
  readonly position: number
  /** The file header could be read. */
  readonly started: boolean
  /** The walk ended where another capture file begins (beginsCapture): nothing is consumed after that. */
  readonly atAnotherFile: boolean
  /** Why the walk ended before the end of the bytes. Nothing is consumed after that. */
  readonly damage: Damage | null
  /** Oddities that did not end the walk, one of a kind. */
  readonly warnings: readonly Warning[]
  /** LINKTYPE_ values of the packets, or of the interfaces where there is no packet. */
  linkTypes(): number[]
  /** Hands the whole records in [start, end) to the sink and returns where the first incomplete one starts. */
  consume(bytes: Uint8Array, start: number, end: number): number
  /** No more bytes come, and those in [start, end) were not consumed: a record that was cut, or zeros. */
  finish(bytes: Uint8Array, start: number, end: number): void
  /** Before the first call of `consume`: the file stands behind what `before` walked, and frames and positions count on. */
  follow(before: RecordWalker): void
  /** What another walker needs to go on behind what was consumed; null before the file header. */
  checkpoint(): Checkpoint | null
  /** During a call of the sink, with what it was called with: the nanoseconds of the frame's time below its microsecond, 0..999. */
  nanoseconds(bytes: Uint8Array, start: number): number
}

export interface Damage {
  code: 'truncated-record' | 'corrupt-record' | 'zero-tail'
  /** Where the damaged record starts: bytes from the start of the (decompressed) file. */
  position: number
  /** What is wrong there, as the end of a sentence. */
  what: string
  /** What that means, where it has to be said. */
  so?: string
}

/** Damage in words. */
export function damageText({ what, position, so }: Damage): string {
  return `${what}, at byte ${position}${so === undefined ? '' : `: ${so}`}`
}

/** libpcap's MAXIMUM_SNAPLEN and Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD: a longer record is damage, not a packet. */
export const MAX_RECORD_BYTES = 262_144

/** What a record needs around its packet: headers, and options that are read. */
const RECORD_OVERHEAD = 4096

/** How many bytes a walker must see at once to pass any record. */
export function recordLimit(maxRecordBytes: number): number {
  return maxRecordBytes + RECORD_OVERHEAD
}

/** DBUS, USBPCAP and EBHSCR: the link types whose packets may be longer, up to MAX_LARGE_RECORD_BYTES. Their excess is passed over. */
export function mayBeLarge(linkType: number): boolean {
  return linkType === 231 || linkType === 249 || linkType === 279
}

export const MAX_LARGE_RECORD_BYTES = 128 * 1024 * 1024

/** A capture program reserves space before it writes: zeros up to the end are no packets, and nobody ended the file. */
export function zeroTail(position: number, bytes: number): Damage {
  return {
    code: 'zero-tail',
    position,
    what: `the file ends in ${bytes} zero bytes`,
    so: 'the capture program had reserved them and did not end in good order, so the last packets may be missing',
  }
}

/** Counts over the packets of one capture. */
export class Tally {
  packets = 0
  /** Captured bytes of all packets. */
  bytes = 0
  /** The earliest and the latest time, infinite where no packet had one. */
  firstTime = Number.POSITIVE_INFINITY
  lastTime = Number.NEGATIVE_INFINITY
  /** The last frame number given out. */
  frames = 0
}
