/**
 * SMB_COM_NEGOTIATE, [MS-CIFS] 2.2.4.52 and [MS-SMB] 2.2.4.5.
 *
 * Request, no words; Bytes:
 *   BufferFormat (1) = 2  DialectString (OEM, to a NUL)  ... once a dialect
 *
 * Response, core (or no dialect acceptable), one word:
 *   0 DialectIndex (2)
 * Response, LANMAN, 13 words:
 *   0 DialectIndex (2)  2 SecurityMode (2)  4 MaxBufferSize (2)  6 MaxMpxCount (2)  8 MaxNumberVcs (2)
 *  10 RawMode (2)  12 SessionKey (4)  16 ServerTime (2)  18 ServerDate (2)  20 ServerTimeZone (2)
 *  22 EncryptionKeyLength (2)  24 Reserved (2)
 *     Bytes: EncryptionKey, DomainName (OEM)
 * Response, NT LM 0.12, 17 words:
 *   0 DialectIndex (2)  2 SecurityMode (1)  3 MaxMpxCount (2)  5 MaxNumberVcs (2)  7 MaxBufferSize (4)
 *  11 MaxRawSize (4)  15 SessionKey (4)  19 Capabilities (4)  23 SystemTime (8)  31 ServerTimeZone (2)
 *  33 ChallengeLength (1)
 *     Bytes: Challenge, DomainName, ServerName; with CAP_EXTENDED_SECURITY: ServerGUID (16), SecurityBlob
 */
import { guid } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { readBytes, readString } from './block.ts'

/** DialectIndex: none of the dialects. */
export const NO_DIALECT = 0xffff

/** SecurityMode. LANMAN dialects know the first two. */
export const NEGOTIATE_USER_SECURITY = 0x01
export const NEGOTIATE_ENCRYPT_PASSWORDS = 0x02
export const NEGOTIATE_SECURITY_SIGNATURES_ENABLED = 0x04
export const NEGOTIATE_SECURITY_SIGNATURES_REQUIRED = 0x08

/** Capabilities of the NT response. */
const CAP_UNICODE = 0x00000004
const CAP_EXTENDED_SECURITY = 0x80000000

const BUFFER_FORMAT_DIALECT = 0x02
/** Clients offer a dozen. */
const MAX_DIALECTS = 64

const WORDS_CORE = 1
const WORDS_LANMAN = 13
const WORDS_NT = 17

export interface NegotiateRequest {
  /** In the order of the request: the response points into it. In a partial record those before the fault. */
  dialects: string[]
  /** "too-many-dialects": those after the 64th were not kept. */
  anomalies: string[]
}

/** Fields that a form of the response does not have are null. */
export interface NegotiateResponse {
  /** Of the request's dialects, from 0; NO_DIALECT where none is acceptable. */
  dialectIndex: number
  securityMode: number | null
  capabilities: number | null
  /** The session setup carries a security blob, not the responses to `challenge`. */
  extendedSecurity: boolean
  /** The challenge for the client's LM and NTLM responses: 8 bytes, or none where passwords are sent unencrypted. A view. */
  challenge: Uint8Array | null
  domainName: string | null
  serverName: string | null
  /** As [MS-DTYP] prints it. */
  serverGuid: string | null
  /** The server's SPNEGO offer; it may be empty. A view. */
  securityBlob: Uint8Array | null
}

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseNegotiateRequest(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<NegotiateRequest> {
  return parse<NegotiateRequest>(new Cursor(message, wireLength, offset), (c, out) => {
    const dialects: string[] = []
    const anomalies: string[] = []
    out.dialects = dialects
    out.anomalies = anomalies
    if (c.u8('WordCount') !== 0) c.malformed('WordCount', offset)
    readBytes(c, (bytes) => {
      while (bytes.remaining() > 0) {
        if (dialects.length === MAX_DIALECTS) {
          anomalies.push('too-many-dialects')
          return
        }
        const at = bytes.offset
        if (bytes.u8('BufferFormat') !== BUFFER_FORMAT_DIALECT) bytes.malformed('BufferFormat', at)
        dialects.push(readString(bytes, false, 'DialectString') ?? bytes.malformed('DialectString'))
      }
    })
    return { dialects, anomalies }
  })
}

/**
 * `message` starts at the SMB header, the WordCount of the command is at `offset`. An error response without words is a
 * malformed WordCount: the caller checks Status first.
 */
export function parseNegotiateResponse(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<NegotiateResponse> {
  return parse<NegotiateResponse>(new Cursor(message, wireLength, offset), (c, out) => {
    const wordCount = c.u8('WordCount')
    if (wordCount === 0) c.malformed('WordCount', offset)
    if (wordCount !== WORDS_CORE && wordCount !== WORDS_LANMAN && wordCount !== WORDS_NT) {
      c.unsupported('WordCount', offset)
    }
    out.dialectIndex = c.u16('DialectIndex')
    if (wordCount === WORDS_NT) readNt(c, out)
    else {
      // Read first: a record without it looks like the core protocol, which has no extended security.
      out.securityMode = wordCount === WORDS_LANMAN ? c.u16('SecurityMode') : null
      out.capabilities = null
      out.extendedSecurity = false
      out.serverName = null
      out.serverGuid = null
      out.securityBlob = null
      if (wordCount === WORDS_LANMAN) readLanman(c, out)
      else {
        out.challenge = null
        out.domainName = null
        readBytes(c, () => {})
      }
    }
    return out as NegotiateResponse
  })
}

function readLanman(c: Cursor, out: Partial<NegotiateResponse>): void {
  c.skip(18, 'MaxBufferSize')
  const keyLength = c.u16('EncryptionKeyLength')
  c.skip(2, 'Reserved')
  readBytes(c, (bytes) => {
    out.challenge = bytes.view(keyLength, 'EncryptionKey')
    out.domainName = readString(bytes, false, 'DomainName')
  })
}

function readNt(c: Cursor, out: Partial<NegotiateResponse>): void {
  out.securityMode = c.u8('SecurityMode')
  c.skip(16, 'MaxMpxCount')
  const capabilities = c.u32('Capabilities')
  out.capabilities = capabilities
  out.extendedSecurity = (capabilities & CAP_EXTENDED_SECURITY) !== 0
  c.skip(10, 'SystemTime')
  const challengeLength = c.u8('ChallengeLength')
  // The header's Unicode flag is not negotiated yet: the capability says how the names are written.
  const unicode = (capabilities & CAP_UNICODE) !== 0
  readBytes(c, (bytes) => {
    if (out.extendedSecurity) {
      out.challenge = null
      out.domainName = null
      out.serverName = null
      out.serverGuid = guid(bytes.view(16, 'ServerGUID'))
      out.securityBlob = bytes.view(bytes.remaining(), 'SecurityBlob')
      return
    }
    out.serverGuid = null
    out.securityBlob = null
    out.challenge = bytes.view(challengeLength, 'Challenge')
    // Not aligned, unlike the strings of all later messages.
    out.domainName = readString(bytes, unicode, 'DomainName', false)
    out.serverName = readString(bytes, unicode, 'ServerName', false)
  })
}
