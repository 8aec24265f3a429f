/** What an input is, by its first bytes: the name proves nothing. */
import { describeForeign, type Foreign, startsWith } from './foreign.ts'
import type { CaptureFormat } from './format.ts'
import { CAPTURE_FORMATS, namesOf } from './formats.ts'

/** What a file without packets is. */
export type OtherKind = 'empty' | 'zeros' | 'web-page' | 'text' | 'image' | 'document' | 'other'

export type Recognised =
  | { kind: 'capture'; format: CaptureFormat }
  /** It contains packets, or may, and cannot be read. */
  | ({ kind: 'foreign' } & Foreign)
  | { kind: OtherKind }

/**
 * @param head the first FOREIGN_BYTES of the file's unpacked content, or all of a shorter one
 * @param name of the file
 */
export function recognise(
  head: Uint8Array,
  name: string,
  formats: readonly CaptureFormat[] = CAPTURE_FORMATS,
): Recognised {
  const format = formats.find((each) => each.isStart(head, 0, head.length))
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

/** ASCII and white space; above ASCII anything, for UTF-8 and the code pages before it. */
function looksLikeText(head: Uint8Array): boolean {
  let high = 0
  for (const byte of head) {
    if (byte >= 0x80) high++
    else if (byte === 0x7f || (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b)) return false
  }
  return high * 2 < head.length
}

/** Why a file that was given as a capture cannot be read. */
export function whyNotRead(
  found: Exclude<Recognised, { kind: 'capture' }>,
  formats: readonly CaptureFormat[] = CAPTURE_FORMATS,
): Foreign {
  const instead = `give a ${namesOf(formats)} file`
  switch (found.kind) {
    case 'foreign':
      return found
    case 'empty':
      return { code: 'empty-file', problem: 'is empty: capture again, or copy it again' }
    case 'zeros':
      return {
        code: 'empty-file',
        problem: 'contains only zeros: nothing was written to it, so capture again, or copy it again',
      }
    case 'web-page':
      return { code: 'not-a-capture', problem: 'is a web page, not a capture: download the file itself' }
    case 'text':
      return { code: 'not-a-capture', problem: `is not a packet capture (it looks like text): ${instead}` }
    case 'image':
      return { code: 'not-a-capture', problem: `is an image, not a capture: ${instead}` }
    case 'document':
      return { code: 'not-a-capture', problem: `is a document, not a capture: ${instead}` }
    case 'other':
      return { code: 'not-a-capture', problem: `is not a packet capture: ${instead}` }
  }
}
