/**
 * What a NetBIOS session packet with an SMB message looks like at its start ([MS-SMB2] 2.1, RFC 1002 4.3.1): one byte of type, three of length, then the
 * message's protocol id.
 */
import { u16le, u32be, u32le } from '../../../dissectors/bytes.ts'
import { SESSION_MESSAGE } from '../../../dissectors/netbios/session-service.ts'
import { SMB1_HEADER_LENGTH } from '../../../dissectors/smb1/header.ts'
import { COMPRESSION_HEADER_LENGTH } from '../../../dissectors/smb2/compression-transform.ts'
import {
  PROTOCOL_ID_COMPRESSION,
  PROTOCOL_ID_SMB1,
  PROTOCOL_ID_SMB2,
  PROTOCOL_ID_TRANSFORM,
  SMB2_HEADER_LENGTH,
  SMB2_OFFSET,
} from '../../../dissectors/smb2/header.ts'
import { TRANSFORM_HEADER_LENGTH } from '../../../dissectors/smb2/transform.ts'

export const PREFIX = 4
/** Prefix and protocol id: what distinguishes a message from anything else. */
export const HEAD = 8
/** Prefix, protocol id and StructureSize: what a search looks at. */
export const PROBE = 10

/**
 * The 0 of the prefix and, where it is there, the 'S' of the protocol id: the quick test of a payload on a port that says nothing. May it be the
 * beginning of SMB?
 */
export function mayBeSmb(b: Uint8Array, start: number, end: number): boolean {
  return start < end && b[start] === 0 && (start + 5 >= end || b[start + 5] === 0x53)
}

/** How long the fixed header of a message is, by its protocol id; 0 for an unknown id. */
export function headerLength(protocolId: number): number {
  switch (protocolId) {
    case PROTOCOL_ID_SMB2:
      return SMB2_HEADER_LENGTH
    case PROTOCOL_ID_SMB1:
      return SMB1_HEADER_LENGTH
    case PROTOCOL_ID_TRANSFORM:
      return TRANSFORM_HEADER_LENGTH
    case PROTOCOL_ID_COMPRESSION:
      return COMPRESSION_HEADER_LENGTH
    default:
      return 0
  }
}

/** Does a packet with an SMB message start at `o`, where a packet is due? At least HEAD bytes are there. */
export function isPacketStart(b: Uint8Array, o: number): boolean {
  // The protocol id first: nearly every other payload fails at its 'S'.
  if (b[o + 5] !== 0x53 || b[o] !== SESSION_MESSAGE) return false
  const header = headerLength(u32le(b, o + PREFIX))
  return header !== 0 && (u32be(b, o) & 0xffffff) >= header
}

/** Does one start at `o`, where none is due? Then SMB2's StructureSize must be right too, if it is there to see. At least HEAD bytes are. */
export function isMessageStart(b: Uint8Array, o: number, end: number): boolean {
  if (!isPacketStart(b, o)) return false
  if (u32le(b, o + PREFIX) !== PROTOCOL_ID_SMB2 || o + PROBE > end) return true
  return u16le(b, o + PREFIX + SMB2_OFFSET.structureSize) === SMB2_HEADER_LENGTH
}

/** How long the message at `o` is within the `left` bytes of its packet: SMB2's NextCommand where it is valid, all of them otherwise. */
export function elementLength(b: Uint8Array, o: number, left: number): number {
  if (u32le(b, o) !== PROTOCOL_ID_SMB2) return left
  const next = u32le(b, o + SMB2_OFFSET.nextCommand)
  return next >= SMB2_HEADER_LENGTH && next < left ? next : left
}
