/** Builds NTLMSSP messages field by field, right and wrong ones. */
import { ascii, concat } from './der-builder.ts'

export interface NtlmBuffer {
  /** Where its { Len, MaxLen, BufferOffset } stands in the header. */
  at: number
  value: Uint8Array
  /** A wrong offset or length. */
  offset?: number
  length?: number
}

/** A message whose payload holds the buffers in the order given; `header` fills what is between them. */
export function ntlmMessage(
  type: number,
  headerLength: number,
  buffers: NtlmBuffer[],
  header: (view: DataView) => void = () => {},
): Uint8Array {
  const message = concat(new Uint8Array(headerLength), ...buffers.map(({ value }) => value))
  const view = new DataView(message.buffer)
  message.set(ascii('NTLMSSP\0'))
  view.setUint32(8, type, true)
  header(view)
  let at = headerLength
  for (const { at: field, value, offset = at, length = value.length } of buffers) {
    view.setUint16(field, length, true)
    view.setUint16(field + 2, length, true)
    view.setUint32(field + 4, offset, true)
    at += value.length
  }
  return message
}

export function utf16(text: string): Uint8Array {
  return concat(
    ...Array.from({ length: text.length }, (_, i) => Uint8Array.of(text.charCodeAt(i) & 0xff, text.charCodeAt(i) >> 8)),
  )
}

export function avPair(avId: number, value: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(avId & 0xff, avId >> 8, value.length & 0xff, value.length >> 8), value)
}
