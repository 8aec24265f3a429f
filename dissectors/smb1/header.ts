/**
 * SMB1 header, [MS-CIFS] 2.2.3.1. Little-endian, 32 bytes:
 *
 *   0 Protocol (FF 'SMB')  4 Command  5 Status  9 Flags  10 Flags2  12 PIDHigh  14 SecurityFeatures (8: the signature)
 *  22 Reserved  24 TID  26 PIDLow  28 UID  30 MID;  then 32 WordCount, Words[WordCount * 2], ByteCount (2), Bytes
 *
 * Read in place by the tracker, like SMB2's: the offsets are the interface.
 */

export const SMB1_HEADER_LENGTH = 32

export const SMB1_OFFSET = {
  command: 4,
  status: 5,
  flags: 9,
  flags2: 10,
  signature: 14,
  tid: 24,
  uid: 28,
  mid: 30,
  wordCount: 32,
} as const

/** Flags: the message is a response. */
export const SMB_FLAGS_REPLY = 0x80

/** Flags2, [MS-CIFS] 2.2.3.1 and [MS-SMB] 2.2.3.1. */
export const SMB_FLAGS2_SMB_SECURITY_SIGNATURE = 0x0004
export const SMB_FLAGS2_SMB_SECURITY_SIGNATURE_REQUIRED = 0x0010
export const SMB_FLAGS2_EXTENDED_SECURITY = 0x0800
export const SMB_FLAGS2_NT_STATUS = 0x4000
export const SMB_FLAGS2_UNICODE = 0x8000

/** Command codes that carry facts, [MS-CIFS] 2.2.2.1. */
export const SMB1_COMMAND = {
  READ: 0x0a,
  WRITE: 0x0b,
  LOCKING_ANDX: 0x24,
  TRANSACTION: 0x25,
  READ_ANDX: 0x2e,
  WRITE_ANDX: 0x2f,
  TREE_CONNECT: 0x70,
  TREE_DISCONNECT: 0x71,
  NEGOTIATE: 0x72,
  SESSION_SETUP_ANDX: 0x73,
  LOGOFF_ANDX: 0x74,
  TREE_CONNECT_ANDX: 0x75,
  NO_ANDX_COMMAND: 0xff,
} as const

/** Is a body with this WordCount a response? Null where WordCount does not decide: an error response has no words. */
export function isAnswerForm(command: number, wordCount: number): boolean | null {
  switch (command) {
    case SMB1_COMMAND.NEGOTIATE:
      return wordCount !== 0
    case SMB1_COMMAND.SESSION_SETUP_ANDX:
      return wordCount === 0 ? null : wordCount < 10
    case SMB1_COMMAND.TREE_CONNECT_ANDX:
      return wordCount === 0 ? null : wordCount !== 4
    case SMB1_COMMAND.TREE_CONNECT:
      return wordCount === 0 ? null : true
    default:
      return null
  }
}
