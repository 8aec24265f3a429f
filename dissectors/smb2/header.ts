/**
 * SMB2 packet header, [MS-SMB2] 2.2.1. Little-endian, 64 bytes:
 *
 *   0 ProtocolId (FE 'SMB')   4 StructureSize = 64   6 CreditCharge
 *   8 Status (response), or ChannelSequence and Reserved (request): never a status in a request
 *  12 Command  14 Credit  16 Flags  20 NextCommand  24 MessageId (8)
 *  32 Reserved, 36 TreeId (sync), or 32 AsyncId (8, with SMB2_FLAGS_ASYNC_COMMAND: no TreeId then)
 *  40 SessionId (8)  48 Signature (16)
 *
 * The tracker reads these fields in place, message by message, so there is no header record: the offsets are the interface.
 */

export const SMB2_HEADER_LENGTH = 64

export const SMB2_OFFSET = {
  structureSize: 4,
  status: 8,
  command: 12,
  flags: 16,
  nextCommand: 20,
  messageId: 24,
  treeId: 36,
  sessionId: 40,
  signature: 48,
} as const

export const SMB2_FLAGS_SERVER_TO_REDIR = 0x00000001
export const SMB2_FLAGS_ASYNC_COMMAND = 0x00000002
export const SMB2_FLAGS_RELATED_OPERATIONS = 0x00000004
export const SMB2_FLAGS_SIGNED = 0x00000008

/** Command codes, [MS-SMB2] 2.2.1.2. */
export const SMB2_COMMAND = {
  NEGOTIATE: 0x00,
  SESSION_SETUP: 0x01,
  LOGOFF: 0x02,
  TREE_CONNECT: 0x03,
  TREE_DISCONNECT: 0x04,
  CREATE: 0x05,
  CLOSE: 0x06,
  FLUSH: 0x07,
  READ: 0x08,
  WRITE: 0x09,
  LOCK: 0x0a,
  IOCTL: 0x0b,
  CANCEL: 0x0c,
  ECHO: 0x0d,
  QUERY_DIRECTORY: 0x0e,
  CHANGE_NOTIFY: 0x0f,
  QUERY_INFO: 0x10,
  SET_INFO: 0x11,
  OPLOCK_BREAK: 0x12,
} as const

/** Bytes 0..3 of every message, read as a little-endian word. */
export const PROTOCOL_ID_SMB1 = 0x424d53ff
export const PROTOCOL_ID_SMB2 = 0x424d53fe
export const PROTOCOL_ID_TRANSFORM = 0x424d53fd
export const PROTOCOL_ID_COMPRESSION = 0x424d53fc

/** SecurityMode bits of NEGOTIATE (u16) and SESSION_SETUP (u8), [MS-SMB2] 2.2.3, 2.2.4, 2.2.5. */
export const SMB2_NEGOTIATE_SIGNING_ENABLED = 0x01
export const SMB2_NEGOTIATE_SIGNING_REQUIRED = 0x02

/** StructureSize of request and response, for commands where they differ and no error response looks like a request ([MS-SMB2] 2.2.2). */
const FORMS: ReadonlyMap<number, { request: number | null; response: number }> = new Map([
  [SMB2_COMMAND.NEGOTIATE, { request: 36, response: 65 }],
  [SMB2_COMMAND.SESSION_SETUP, { request: 25, response: 9 }],
  [SMB2_COMMAND.TREE_CONNECT, { request: null, response: 16 }],
  [SMB2_COMMAND.CREATE, { request: 57, response: 89 }],
  [SMB2_COMMAND.IOCTL, { request: 57, response: 49 }],
  [SMB2_COMMAND.SET_INFO, { request: 33, response: 2 }],
])

/** Is a body with this StructureSize a response? Null where StructureSize does not decide. */
export function isAnswerForm(command: number, structureSize: number): boolean | null {
  const form = FORMS.get(command)
  return structureSize === form?.response ? true : structureSize === form?.request ? false : null
}
