/** What an input is, by its first bytes: names prove nothing. */
import type { CaptureErrorCode } from './capture-error.ts'
import { isPcap } from './pcap.ts'
import { isPcapng } from './pcapng.ts'

/** With so many bytes every question below can be answered; a shorter input is answered by what there is. */
export const DETECT_BYTES = 12

export type CaptureFormat = 'pcap' | 'pcapng'

export function detectFormat(bytes: Uint8Array, start: number, end: number): CaptureFormat | null {
  if (end - start >= 4 && isPcap(bytes, start)) return 'pcap'
  if (end - start >= 12 && isPcapng(bytes, start)) return 'pcapng'
  return null
}

/** What is no capture: why not, and what to do about it. */
export interface Foreign {
  code: CaptureErrorCode
  problem: string
}

/** Kinds of file that people mistake for captures, or keep captures in. Signatures are latin1. */
const SIGNATURES: readonly [signature: string, code: CaptureErrorCode, problem: string][] = [
  ['\xfd7zXZ\0', 'unsupported-compression', 'is xz-compressed: unpack it first, xz -dk FILE'],
  ['\x28\xb5\x2f\xfd', 'unsupported-compression', 'is zstd-compressed: unpack it first, zstd -dk FILE'],
  ['BZh', 'unsupported-compression', 'is bzip2-compressed: unpack it first, bzip2 -dk FILE'],
  ['\x04\x22\x4d\x18', 'unsupported-compression', 'is lz4-compressed: unpack it first, lz4 -dk FILE'],
  ['PK\x03\x04', 'unsupported-compression', 'is a zip archive: unpack it first and give the folder'],
  ['7z\xbc\xaf\x27\x1c', 'unsupported-compression', 'is a 7z archive: unpack it first and give the folder'],
  ['snoop\0\0\0', 'not-a-capture', 'is a snoop capture: convert it first, editcap FILE out.pcapng'],
  ['GMBU', 'not-a-capture', 'is a Network Monitor capture: convert it first, editcap FILE out.pcapng'],
  ['RTSS', 'not-a-capture', 'is a Network Monitor capture: convert it first, editcap FILE out.pcapng'],
  ['TRSNIFF data', 'not-a-capture', 'is a Sniffer capture: convert it first, editcap FILE out.pcapng'],
  ['XCP\0', 'not-a-capture', 'is a NetXRay capture: convert it first, editcap FILE out.pcapng'],
]

export function describeForeign(bytes: Uint8Array, start: number, end: number): Foreign {
  if (start === end) return { code: 'empty-file', problem: 'is empty: capture again, or copy it again' }
  const head = bytes.subarray(start, Math.min(end, start + DETECT_BYTES))
  const known = SIGNATURES.find(([signature]) => startsWith(head, signature))
  if (known) return { code: known[1], problem: known[2] }
  const looks = looksLikeText(head) ? ' (it looks like text)' : ''
  return { code: 'not-a-capture', problem: `is no packet capture${looks}: give a pcap or pcapng file` }
}

function startsWith(bytes: Uint8Array, signature: string): boolean {
  if (bytes.length < signature.length) return false
  for (let i = 0; i < signature.length; i++) if (bytes[i] !== signature.charCodeAt(i)) return false
  return true
}

function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.every((b) => (b >= 0x20 && b < 0x7f) || b === 0x09 || b === 0x0a || b === 0x0d)
}
