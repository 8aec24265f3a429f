/**
 * NetBIOS session service, RFC 1002 4.3, on TCP 139; and the same four bytes as direct TCP uses them on 445, [MS-SMB2]
 * 2.1. Big-endian:
 *
 *   139:  0 TYPE (1)  1 FLAGS (1; its lowest bit extends LENGTH to 17 bits)  2 LENGTH (2)
 *   445:  0 zero (1)  1 StreamProtocolLength (3)
 *
 * The functions that read the prefix are called for every message: they take bytes and an offset, and four bytes are
 * there.
 */
import { u16be, u32be } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { oem } from '../text.ts'

/** Of both prefixes. */
export const NETBIOS_HEADER_LENGTH = 4

/** TYPE. */
export const SESSION_MESSAGE = 0x00
export const SESSION_REQUEST = 0x81
export const POSITIVE_SESSION_RESPONSE = 0x82
export const NEGATIVE_SESSION_RESPONSE = 0x83
export const RETARGET_SESSION_RESPONSE = 0x84
export const SESSION_KEEP_ALIVE = 0x85

const LENGTH_EXTENSION = 0x01

export function packetType(b: Uint8Array, o: number): number {
  return b[o]
}

/** Bytes after the prefix by the 24 bits of direct TCP; on 139 too, as long as the reserved bits of FLAGS are zero. */
export function messageLength(b: Uint8Array, o: number): number {
  return u32be(b, o) & 0xffffff
}

/** Bytes after the prefix by the 17 bits of RFC 1002. */
export function sessionLength(b: Uint8Array, o: number): number {
  return ((b[o + 1] & LENGTH_EXTENSION) << 16) | u16be(b, o + 2)
}

/** A name of 16 bytes as first-level encoding carries it, RFC 1001 14.1. */
export interface NetbiosName {
  /** Without the spaces that fill it up to 15 bytes. */
  name: string
  /** The 16th byte: 0x00 workstation, 0x20 file server. */
  suffix: number
  /** Labels after the name, joined by dots; empty as a rule. */
  scope: string
}

export interface SessionRequest {
  calledName: NetbiosName
  callingName: NetbiosName
}

export interface NegativeSessionResponse {
  /**
   * 0x80 not listening on, 0x81 not listening for, 0x82 called name not present, 0x83 no resources, 0x8F unspecified.
   */
  errorCode: number
}

export interface RetargetSessionResponse {
  /** Four bytes. A view. */
  retargetIpAddress: Uint8Array
  retargetPort: number
}

/** `packet` starts at the prefix. */
export function parseSessionRequest(packet: Uint8Array, wireLength: number = packet.length): Parsed<SessionRequest> {
  return parse<SessionRequest>(new Cursor(packet, wireLength), (c, out) => {
    skipHeader(c, SESSION_REQUEST)
    out.calledName = readName(c, 'CALLED_NAME')
    out.callingName = readName(c, 'CALLING_NAME')
    return out as SessionRequest
  })
}

/** `packet` starts at the prefix. */
export function parseNegativeSessionResponse(
  packet: Uint8Array,
  wireLength: number = packet.length,
): Parsed<NegativeSessionResponse> {
  return parse<NegativeSessionResponse>(new Cursor(packet, wireLength), (c) => {
    skipHeader(c, NEGATIVE_SESSION_RESPONSE)
    return { errorCode: c.u8('ERROR_CODE') }
  })
}

/** `packet` starts at the prefix. */
export function parseRetargetSessionResponse(
  packet: Uint8Array,
  wireLength: number = packet.length,
): Parsed<RetargetSessionResponse> {
  return parse<RetargetSessionResponse>(new Cursor(packet, wireLength), (c, out) => {
    skipHeader(c, RETARGET_SESSION_RESPONSE)
    out.retargetIpAddress = c.view(4, 'RETARGET_IP_ADDRESS')
    out.retargetPort = c.u16be('RETARGET_PORT')
    return out as RetargetSessionResponse
  })
}

function skipHeader(c: Cursor, type: number): void {
  if (c.u8('TYPE') !== type) c.malformed('TYPE', 0)
  c.skip(3, 'LENGTH')
}

/** 16 bytes as 32 letters A to P, a half byte each. */
const ENCODED_LENGTH = 32
const NAME_LENGTH = 16
/** RFC 883 allows 255 bytes for a whole name, the empty label at its end among them. */
const MAX_NAME = 255
const LETTER_A = 0x41
const SPACE = 0x20

/** Labels, each with its length before it, to an empty one; compression is not allowed here. */
function readName(c: Cursor, field: string): NetbiosName {
  const start = c.offset
  if (c.u8(field) !== ENCODED_LENGTH) c.malformed(field, start)
  const bytes = new Uint8Array(NAME_LENGTH)
  for (let i = 0; i < NAME_LENGTH; i++) bytes[i] = (halfByte(c, field) << 4) | halfByte(c, field)
  const labels: string[] = []
  for (let length = c.u8(field); length !== 0; length = c.u8(field)) {
    if (length > 63 || c.offset - start + length >= MAX_NAME) c.malformed(field, c.offset - 1)
    labels.push(oem(c.view(length, field)))
  }
  let end = NAME_LENGTH - 1
  while (end > 0 && bytes[end - 1] === SPACE) end--
  return { name: oem(bytes.subarray(0, end)), suffix: bytes[NAME_LENGTH - 1], scope: labels.join('.') }
}

function halfByte(c: Cursor, field: string): number {
  const value = c.u8(field) - LETTER_A
  if (value < 0 || value > 15) c.malformed(field, c.offset - 1)
  return value
}
