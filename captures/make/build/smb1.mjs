// SMB1 messages, [MS-CIFS] 2.2.4 and [MS-SMB] 2.2.4, as clients and servers with extended security send them; text is UTF-16.
import { utf16 } from './auth.mjs'
import { framed } from './smb2.mjs'

export const COMMAND = {
  NEGOTIATE: 0x72,
  SESSION_SETUP: 0x73,
  LOGOFF: 0x74,
  TREE_CONNECT: 0x75,
  READ: 0x2e,
}

const HEADER = 32
/** Unicode, NT status, extended security, long names; signing is enabled by 0x0004. */
const FLAGS2 = 0xc843

/** `words` and `bytes` are the two parts of the body. `bytes` may be a function of the offset in the message where they begin. */
export function message(
  { command, response = false, status = 0, id, tree = 0, user = 0, flags2 = FLAGS2 },
  words,
  bytes,
) {
  const head = Buffer.alloc(HEADER)
  head.writeUInt32LE(0x424d53ff, 0)
  head[4] = command
  head.writeUInt32LE(status, 5)
  head[9] = response ? 0x98 : 0x18
  head.writeUInt16LE(flags2, 10)
  head.writeUInt16LE(tree, 24)
  head.writeUInt16LE(0xfeff, 26)
  head.writeUInt16LE(user, 28)
  head.writeUInt16LE(id, 30)
  const start = HEADER + 1 + words.length + 2
  const data = typeof bytes === 'function' ? bytes(start) : bytes
  const count = Buffer.alloc(2)
  count.writeUInt16LE(data.length)
  return framed(head, Buffer.from([words.length / 2]), words, count, data)
}

const terminated = (texts) => texts.map((text) => Buffer.concat([utf16(text), Buffer.alloc(2)]))
/** UTF-16 strings begin at an even offset in the message. */
const aligned = (start, texts) => Buffer.concat([Buffer.alloc(start % 2), ...terminated(texts)])

/** `dialects` are bytes, one character each. */
export const negotiateRequest = (dialects) => [
  Buffer.alloc(0),
  Buffer.concat(dialects.map((name) => Buffer.from(`\x02${name}\0`, 'latin1'))),
]

/** NT LM 0.12 with extended security. `securityMode`: 3 no signing, 7 enabled, 15 required. */
export function negotiateResponse({ index, securityMode, guid, blob }) {
  const words = Buffer.alloc(34)
  words.writeUInt16LE(index, 0)
  words[2] = securityMode
  words.writeUInt16LE(50, 3)
  words.writeUInt16LE(1, 5)
  words.writeUInt32LE(16644, 7)
  words.writeUInt32LE(65536, 11)
  words.writeUInt32LE(0x8000e3fd, 19)
  words.writeBigUInt64LE(0x01dc7e4d00000000n, 23)
  return [words, Buffer.concat([guid, blob])]
}

const andx = (length) => {
  const words = Buffer.alloc(length)
  words[0] = 0xff
  return words
}

export function setupRequest({ blob, nativeOs, nativeLanMan }) {
  const words = andx(24)
  words.writeUInt16LE(16644, 4)
  words.writeUInt16LE(50, 6)
  words.writeUInt16LE(blob.length, 14)
  words.writeUInt32LE(0x800000d4, 20)
  return [words, (start) => Buffer.concat([blob, aligned(start + blob.length, [nativeOs, nativeLanMan])])]
}

/** `action` 1 is a guest. */
export function setupResponse({ blob, action = 0, nativeOs, nativeLanMan }) {
  const words = andx(8)
  words.writeUInt16LE(action, 4)
  words.writeUInt16LE(blob.length, 6)
  return [words, (start) => Buffer.concat([blob, aligned(start + blob.length, [nativeOs, nativeLanMan])])]
}

export function treeRequest(path) {
  const words = andx(8)
  words.writeUInt16LE(1, 6)
  return [
    words,
    (start) => Buffer.concat([Buffer.alloc(1), aligned(start + 1, [path]), Buffer.from('?????\0', 'latin1')]),
  ]
}

/** `service` "A:" or "IPC". */
export function treeResponse(service) {
  const bytes = Buffer.from(`${service}\0`, 'latin1')
  return [andx(6), (start) => Buffer.concat([bytes, aligned(start + bytes.length, ['NTFS'])])]
}

export function readRequest(length) {
  const words = andx(24)
  words.writeUInt16LE(0x4001, 4)
  words.writeUInt16LE(length, 10)
  return [words, Buffer.alloc(0)]
}

export function readResponse(data) {
  const words = andx(24)
  words.writeUInt16LE(data.length, 10)
  words.writeUInt16LE(HEADER + 1 + 24 + 2, 12)
  return [words, data]
}

export const logoff = () => [andx(4), Buffer.alloc(0)]

/** An error response: neither words nor bytes. */
export const nothing = () => [Buffer.alloc(0), Buffer.alloc(0)]
