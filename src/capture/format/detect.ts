/** What an input is, by its first bytes: names prove nothing. */
import { FILE_START_BYTES, isPcap, isPcapng } from './file-start.ts'
import { describeForeign, type Foreign, startsWith } from './foreign.ts'

/** With so many bytes a capture is known as one. */
export const DETECT_BYTES = FILE_START_BYTES

export type CaptureFormat = 'pcap' | 'pcapng'

export function detectFormat(bytes: Uint8Array, start: number, end: number): CaptureFormat | null {
  if (end - start >= 4 && isPcap(bytes, start)) return 'pcap'
  if (end - start >= DETECT_BYTES && isPcapng(bytes, start)) return 'pcapng'
  return null
}

/** What a file is that holds no packets. */
export type OtherKind = 'empty' | 'zeros' | 'web-page' | 'text' | 'image' | 'document' | 'other'

export type Recognised =
  | { kind: 'capture'; format: CaptureFormat }
  /** It holds packets, or may, and is not read. */
  | ({ kind: 'foreign' } & Foreign)
  | { kind: OtherKind }

/**
 * @param head the first FOREIGN_BYTES of what is in the file, unpacked, or all of a shorter one
 * @param name the file's
 */
export function recognise(head: Uint8Array, name: string): Recognised {
  const format = detectFormat(head, 0, head.length)
  if (format) return { kind: 'capture', format }
  const foreign = describeForeign(head, name)
  return foreign ? { kind: 'foreign', ...foreign } : { kind: otherKind(head) }
}

const IMAGES = ['\x89PNG\r\n', '\xff\xd8\xff', 'GIF8', 'BM', 'II*\0', 'MM\0*', '\0\0\x01\0\x01\0']
const DOCUMENTS = ['%PDF-', 'PK\x03\x04', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', '{\\rtf']

function otherKind(head: Uint8Array): OtherKind {
  if (head.length === 0) return 'empty'
  if (head.every((byte) => byte === 0)) return 'zeros'
  if (IMAGES.some((sign) => startsWith(head, sign)) || startsWith(head, 'WEBP', 8)) return 'image'
  if (DOCUMENTS.some((sign) => startsWith(head, sign))) return 'document'
  if (!looksLikeText(head)) return 'other'
  const start = String.fromCharCode(...head.subarray(0, 64))
  return /^\s*<(!doctype html|html|head)\b/i.test(start) ? 'web-page' : 'text'
}

/** ASCII with its blanks; above it anything, for UTF-8 and what was before it. */
function looksLikeText(head: Uint8Array): boolean {
  let high = 0
  for (const byte of head) {
    if (byte >= 0x80) high++
    else if (byte === 0x7f || (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b)) return false
  }
  return high * 2 < head.length
}

/** Why a file that was given as a capture is not read. */
export function whyNotRead(found: Exclude<Recognised, { kind: 'capture' }>): Foreign {
  switch (found.kind) {
    case 'foreign':
      return found
    case 'empty':
      return { code: 'empty-file', problem: 'is empty: capture again, or copy it again' }
    case 'zeros':
      return { code: 'empty-file', problem: 'holds only zeros: nothing was written into it, capture or copy it again' }
    case 'web-page':
      return { code: 'not-a-capture', problem: 'is a web page, not a capture: download the file itself' }
    case 'text':
      return { code: 'not-a-capture', problem: 'is no packet capture (it looks like text): give a pcap or pcapng file' }
    case 'image':
      return { code: 'not-a-capture', problem: 'is an image, not a capture: give a pcap or pcapng file' }
    case 'document':
      return { code: 'not-a-capture', problem: 'is a document, not a capture: give a pcap or pcapng file' }
    case 'other':
      return { code: 'not-a-capture', problem: 'is no packet capture: give a pcap or pcapng file' }
  }
}
