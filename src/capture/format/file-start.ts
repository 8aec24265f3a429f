/** How capture files begin: asked of the first bytes of an input, and where a record should stand, since files are joined with `cat`. */
import { u16be, u16le, u32be, u32le } from '../../../dissectors/bytes.ts'

export const PCAP_MICROSECONDS = 0xa1b2c3d4
export const PCAP_NANOSECONDS = 0xa1b23c4d
export const PCAP_KUZNETZOV = 0xa1b2cd34

export const SECTION_HEADER_BLOCK = 0x0a0d0d0a
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** With so many bytes both questions can be answered. */
export const FILE_START_BYTES = 12

/** Do these four bytes start a pcap file? */
export function isPcap(bytes: Uint8Array, at: number): boolean {
  return isPcapMagic(u32le(bytes, at)) || isPcapMagic(u32be(bytes, at))
}

export function isPcapMagic(magic: number): boolean {
  return magic === PCAP_MICROSECONDS || magic === PCAP_NANOSECONDS || magic === PCAP_KUZNETZOV
}

/** Do these twelve bytes start a pcapng file? */
export function isPcapng(bytes: Uint8Array, at: number): boolean {
  return (
    u32le(bytes, at) === SECTION_HEADER_BLOCK &&
    (u32le(bytes, at + 8) === BYTE_ORDER_MAGIC || u32be(bytes, at + 8) === BYTE_ORDER_MAGIC)
  )
}

/** Does another capture file begin at `at`, where a record should? Of pcap the version is looked at too: four bytes may be a time. */
export function beginsCapture(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < FILE_START_BYTES) return false
  if (isPcapng(bytes, at)) return true
  if (!isPcap(bytes, at)) return false
  const u16 = isPcapMagic(u32le(bytes, at)) ? u16le : u16be
  return u16(bytes, at + 4) === 2 && u16(bytes, at + 6) <= 4
}

/** The first index from `at` on at which there is no zero; `end` where there is none. */
export function behindZeros(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] === 0) at++
  return at
}
