// SMB2 messages, [MS-SMB2] 2.2, each with the NetBIOS length in front of it. Offsets in bodies count from the header, which has 64 bytes.
import { utf16 } from './auth.mjs'

export const COMMAND = {
  NEGOTIATE: 0,
  SESSION_SETUP: 1,
  LOGOFF: 2,
  TREE_CONNECT: 3,
  TREE_DISCONNECT: 4,
  CREATE: 5,
  CLOSE: 6,
  READ: 8,
  QUERY_DIRECTORY: 14,
}

export const STATUS = {
  SUCCESS: 0,
  MORE_PROCESSING_REQUIRED: 0xc0000016,
  ACCESS_DENIED: 0xc0000022,
  LOGON_FAILURE: 0xc000006d,
  ACCOUNT_LOCKED_OUT: 0xc0000234,
  BAD_NETWORK_NAME: 0xc00000cc,
}

export const GUEST = 1
export const ENCRYPT_DATA = 4

const RESPONSE = 1
const SIGNED = 8

/** In a NetBIOS session message (RFC 1002 4.3.1), which for direct TCP is a length of three bytes. */
export function framed(...parts) {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(parts.reduce((sum, { length }) => sum + length, 0))
  return Buffer.concat([head, ...parts])
}

/** `signature` has 16 bytes and signs the message; `sessionId` is below 2^53. */
export function message(
  { command, response = false, status = 0, id, tree = 0, sessionId = 0, signature = null },
  body,
) {
  const b = Buffer.alloc(64)
  b.writeUInt32LE(0x424d53fe, 0)
  b.writeUInt16LE(64, 4)
  b.writeUInt16LE(1, 6)
  b.writeUInt32LE(status, 8)
  b.writeUInt16LE(command, 12)
  b.writeUInt16LE(response ? 33 : 31, 14)
  b.writeUInt32LE((response ? RESPONSE : 0) | (signature ? SIGNED : 0), 16)
  b.writeUInt32LE(id, 24)
  b.writeUInt32LE(0xfeff, 32)
  b.writeUInt32LE(tree, 36)
  b.writeUIntLE(sessionId % 2 ** 48, 40, 6)
  signature?.copy(b, 48)
  return framed(b, body)
}

/** A transform header and bytes in place of the encrypted message, [MS-SMB2] 2.2.41. */
export function encrypted({ sessionId, bytes, length }) {
  const head = Buffer.alloc(52)
  head.writeUInt32LE(0x424d53fd, 0)
  bytes(32).copy(head, 4)
  head.writeUInt32LE(length, 36)
  head.writeUInt16LE(1, 42)
  head.writeUIntLE(sessionId % 2 ** 48, 44, 6)
  return framed(head, bytes(length))
}

export const errorBody = () => Buffer.from('090000000000000000', 'hex')

function context(type, data) {
  const head = Buffer.alloc(8)
  head.writeUInt16LE(type, 0)
  head.writeUInt16LE(data.length, 2)
  return Buffer.concat([head, data])
}

const words = (...values) => Buffer.from(Uint16Array.from(values).buffer)
const padded = (b) => Buffer.concat([b, Buffer.alloc(-b.length & 7)])

/** Pre-authentication integrity, ciphers, signing algorithms, and the server's name where the client says it; the last one is not padded. */
function contexts({ ciphers, signing, netname }, bytes) {
  const list = [context(1, Buffer.concat([words(1, 32, 1), bytes(32)])), context(2, words(ciphers.length, ...ciphers))]
  if (signing) list.push(context(8, words(signing.length, ...signing)))
  if (netname !== undefined) list.push(context(5, utf16(netname)))
  return { count: list.length, data: Buffer.concat(list.map((each, i) => (i < list.length - 1 ? padded(each) : each))) }
}

/** `dialects` as numbers; where 3.1.1 is among them, `ciphers`, `signing` and `netname` go into contexts. */
export function negotiateRequest({ dialects, securityMode, guid, bytes, ...offer }) {
  const head = Buffer.alloc(36)
  head.writeUInt16LE(36, 0)
  head.writeUInt16LE(dialects.length, 2)
  head.writeUInt16LE(securityMode, 4)
  head.writeUInt32LE(0x7f, 8)
  guid.copy(head, 12)
  const list = Buffer.concat([head, words(...dialects)])
  if (!dialects.includes(0x0311)) return list
  const start = padded(list)
  const { count, data } = contexts(offer, bytes)
  start.writeUInt32LE(64 + start.length, 28)
  start.writeUInt16LE(count, 32)
  return Buffer.concat([start, data])
}

/** `cipher` and `algorithm` are of 3.1.1. */
export function negotiateResponse({ dialect, securityMode, guid, blob, cipher, algorithm, bytes }) {
  const head = Buffer.alloc(64)
  head.writeUInt16LE(65, 0)
  head.writeUInt16LE(securityMode, 2)
  head.writeUInt16LE(dialect, 4)
  guid.copy(head, 8)
  head.writeUInt32LE(dialect >= 0x0300 ? 0x2f : 1, 24)
  for (const at of [28, 32, 36]) head.writeUInt32LE(0x100000, at)
  head.writeBigUInt64LE(0x01dc7e4d00000000n, 40)
  head.writeUInt16LE(128, 56)
  head.writeUInt16LE(blob.length, 58)
  const body = Buffer.concat([head, blob])
  if (dialect !== 0x0311) return body
  const start = padded(body)
  const { count, data } = contexts({ ciphers: [cipher], signing: algorithm === undefined ? null : [algorithm] }, bytes)
  start.writeUInt16LE(count, 6)
  start.writeUInt32LE(64 + start.length, 60)
  return Buffer.concat([start, data])
}

export function setupRequest({ securityMode, blob }) {
  const head = Buffer.alloc(24)
  head.writeUInt16LE(25, 0)
  head[3] = securityMode
  head.writeUInt16LE(88, 12)
  head.writeUInt16LE(blob.length, 14)
  return Buffer.concat([head, blob])
}

export function setupResponse({ flags = 0, blob }) {
  const head = Buffer.alloc(8)
  head.writeUInt16LE(9, 0)
  head.writeUInt16LE(flags, 2)
  head.writeUInt16LE(72, 4)
  head.writeUInt16LE(blob.length, 6)
  return Buffer.concat([head, blob])
}

export function treeRequest(path) {
  const name = utf16(path)
  return Buffer.concat([words(9, 0, 72, name.length), name])
}

/** `type` 1 disk, 2 pipe; `flags` 0x8000 for a share that is encrypted. */
export function treeResponse({ type, flags = 0 }) {
  const b = Buffer.alloc(16)
  b.writeUInt16LE(16, 0)
  b[2] = type
  b.writeUInt32LE(flags, 4)
  b.writeUInt32LE(0x001f01ff, 12)
  return b
}

export function createRequest(name) {
  const path = utf16(name)
  const b = Buffer.alloc(56)
  b.writeUInt16LE(57, 0)
  b.writeUInt32LE(2, 4)
  b.writeUInt32LE(0x00120089, 24)
  b.writeUInt32LE(7, 32)
  b.writeUInt32LE(1, 36)
  b.writeUInt16LE(120, 44)
  b.writeUInt16LE(path.length, 46)
  return Buffer.concat([b, path])
}

export function createResponse() {
  const b = Buffer.alloc(88)
  b.writeUInt16LE(89, 0)
  b.writeUInt32LE(1, 4)
  b.fill(0x11, 64, 80)
  return b
}

export function readRequest(length) {
  const b = Buffer.alloc(49)
  b.writeUInt16LE(49, 0)
  b[2] = 0x50
  b.writeUInt32LE(length, 4)
  b.fill(0x11, 16, 32)
  return b
}

export function readResponse(data) {
  const b = Buffer.alloc(16)
  b.writeUInt16LE(17, 0)
  b[2] = 80
  b.writeUInt32LE(data.length, 4)
  return Buffer.concat([b, data])
}

export function closeRequest() {
  const b = Buffer.alloc(24)
  b.writeUInt16LE(24, 0)
  b.fill(0x11, 8, 24)
  return b
}

export function closeResponse() {
  const b = Buffer.alloc(60)
  b.writeUInt16LE(60, 0)
  return b
}

/** LOGOFF and TREE_DISCONNECT, both ways. */
export const emptyBody = () => words(4, 0)
