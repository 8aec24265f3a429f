/** SMB1 messages for tests. */
import { ascii, concat } from './der-builder.ts'

export interface Smb1Options {
  command: number
  /** The reply flag. */
  response?: boolean
  flags2?: number
  status?: number
  signature?: number
  tid?: number
  uid?: number
  mid?: number
  words?: Uint8Array
  bytes?: Uint8Array
}

/** Flags2: NTSTATUS and OEM text. */
export const NT_STATUS = 0x4000

/** A message from the SMB header on. The second half of a signature repeats the first. */
export function smb1(o: Smb1Options): Uint8Array {
  const { words = new Uint8Array(0), bytes = new Uint8Array(0) } = o
  const header = new Uint8Array(32)
  const view = new DataView(header.buffer)
  view.setUint32(0, 0x424d53ff, true)
  header[4] = o.command
  view.setUint32(5, o.status ?? 0, true)
  header[9] = o.response ? 0x98 : 0x18
  view.setUint16(10, o.flags2 ?? NT_STATUS, true)
  view.setUint32(14, o.signature ?? 0, true)
  view.setUint32(18, o.signature ?? 0, true)
  view.setUint16(24, o.tid ?? 0, true)
  view.setUint16(28, o.uid ?? 0, true)
  view.setUint16(30, o.mid ?? 0, true)
  return concat(header, Uint8Array.of(words.length / 2), words, u16(bytes.length), bytes)
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8)
}

const NO_ANDX = Uint8Array.of(0xff, 0, 0, 0)

/** The NEGOTIATE response of NT LM 0.12 without extended security: dialect 0 of the list. */
export function negotiateAnswer(securityMode: number): Uint8Array {
  const words = new Uint8Array(34)
  words[2] = securityMode
  return smb1({ command: 0x72, response: true, words })
}

export function negotiate(...dialects: string[]): Uint8Array {
  return smb1({ command: 0x72, bytes: concat(...dialects.map((d) => concat(Uint8Array.of(2), text(d)))) })
}

/** SESSION_SETUP_ANDX of NT LM 0.12 without extended security. */
export function setup(o: Partial<Smb1Options> & { oem?: Uint8Array; unicode?: Uint8Array; user?: string }): Uint8Array {
  const { oem = new Uint8Array(0), unicode = new Uint8Array(0), user = '', ...rest } = o
  const words = concat(NO_ANDX, new Uint8Array(10), u16(oem.length), u16(unicode.length), new Uint8Array(8))
  return smb1({
    command: 0x73,
    words,
    bytes: concat(oem, unicode, text(user), text('WG'), text('os'), text('lm')),
    ...rest,
  })
}

/** The same with a security blob. */
export function setupBlob(blob: Uint8Array, o: Partial<Smb1Options> = {}): Uint8Array {
  const words = concat(NO_ANDX, new Uint8Array(10), u16(blob.length), new Uint8Array(8))
  return smb1({ command: 0x73, words, bytes: concat(blob, text('os'), text('lm')), ...o })
}

export function setupAnswer(o: Partial<Smb1Options> & { action?: number; blob?: Uint8Array } = {}): Uint8Array {
  const { action = 0, blob, ...rest } = o
  const words = concat(NO_ANDX, u16(action), blob === undefined ? new Uint8Array(0) : u16(blob.length))
  const bytes = concat(blob ?? new Uint8Array(0), text('os'), text('lm'))
  return smb1({ command: 0x73, response: true, words, bytes, ...rest })
}

export function treeConnectAndx(path: string, password: Uint8Array, o: Partial<Smb1Options> = {}): Uint8Array {
  const words = concat(NO_ANDX, u16(0), u16(password.length))
  return smb1({ command: 0x75, words, bytes: concat(password, text(path), text('?????')), ...o })
}

export function treeConnectAndxAnswer(o: Partial<Smb1Options> = {}): Uint8Array {
  return smb1({ command: 0x75, response: true, words: concat(NO_ANDX, u16(0)), bytes: text('A:'), ...o })
}

/** The Bytes of the core protocol's TREE_CONNECT. */
export function treeConnectBytes(path: string, password: Uint8Array, service: string): Uint8Array {
  const format = Uint8Array.of(4)
  return concat(format, text(path), format, password, Uint8Array.of(0), format, text(service))
}

/** With its NUL. */
export function text(value: string): Uint8Array {
  return concat(ascii(value), Uint8Array.of(0))
}
