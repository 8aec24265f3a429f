/** What the walkers of the file formats have in common: bytes in, frames out to a sink, and what was seen on the way. */
import type { Warning } from '../track/ledger.ts'
import type { Checkpoint } from './frame-index.ts'

/**
 * Walks the records of one capture over whatever chunks its bytes come in. Nothing is kept between calls but counts: what `consume` leaves, the
 * caller puts in front of the next bytes. `consume` leaves less than `recordLimit` bytes.
 */
export interface RecordWalker {
  readonly format: 'pcap' | 'pcapng'
  readonly tally: Tally
  /** The file header could be read. */
  readonly started: boolean
  /** Why the walk ended before the end of the bytes. Nothing is consumed after that. */
  readonly damage: Damage | null
  /** Oddities that did not end the walk, one of a kind. */
  readonly warnings: readonly Warning[]
  /** LINKTYPE_ values of the packets, or of the interfaces where there is no packet. */
  linkTypes(): number[]
  /** Hands the whole records in [start, end) to the sink and returns where the first incomplete one starts. */
  consume(bytes: Uint8Array, start: number, end: number): number
  /** No more bytes come, and `left` of them were not consumed: a record that was cut. */
  finish(left: number): void
  /** What another walker needs to go on behind what was consumed; null before the file header. */
  checkpoint(): Checkpoint | null
  /** During a call of the sink, with what it was called with: the nanoseconds of the frame's time below its microsecond, 0..999. */
  nanoseconds(bytes: Uint8Array, start: number): number
}

export interface Damage {
  code: 'truncated-record' | 'corrupt-record'
  /** Where the damaged record starts: bytes from the start of the (decompressed) file. */
  position: number
  /** What is wrong there, as the end of a sentence. */
  what: string
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
