/**
 * SMB_COM_SESSION_SETUP_ANDX, [MS-CIFS] 2.2.4.53 and [MS-SMB] 2.2.4.6.
 *
 * Request, LANMAN, 10 words:
 *   0 AndX (4)  4 MaxBufferSize (2)  6 MaxMpxCount (2)  8 VcNumber (2)  10 SessionKey (4)  14 PasswordLength (2)
 *  16 Reserved (4)
 *     Bytes: AccountPassword, AccountName, PrimaryDomain, NativeOS, NativeLanMan
 * Request, NT LM 0.12, 13 words:
 *   0 AndX (4)  4 MaxBufferSize (2)  6 MaxMpxCount (2)  8 VcNumber (2)  10 SessionKey (4)  14 OEMPasswordLen (2)
 *  16 UnicodePasswordLen (2)  18 Reserved (4)  22 Capabilities (4)
 *     Bytes: OEMPassword, UnicodePassword, AccountName, PrimaryDomain, NativeOS, NativeLanMan
 * Request, extended security, 12 words:
 *   0 AndX (4)  4 MaxBufferSize (2)  6 MaxMpxCount (2)  8 VcNumber (2)  10 SessionKey (4)  14 SecurityBlobLength (2)
 *  16 Reserved (4)  20 Capabilities (4)
 *     Bytes: SecurityBlob, NativeOS, NativeLanMan, and from many senders PrimaryDomain
 *
 * Response, 3 words, and with extended security 4:
 *   0 AndX (4)  4 Action (2)  6 SecurityBlobLength (2; of the fourth word)
 *     Bytes: SecurityBlob, NativeOS, NativeLanMan, PrimaryDomain
 */
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { isUnicode, readBytes, readString, skipAndx } from './block.ts'

/** Action of the response. */
export const SMB_SETUP_GUEST = 0x0001
export const SMB_SETUP_USE_LANMAN_KEY = 0x0002

const WORDS_LANMAN = 10
const WORDS_EXTENDED = 12
const WORDS_NT = 13

/** Fields that a form of the request does not have are null; so is a trailing string that is missing. */
export interface SessionSetupAndxRequest {
  form: 'lanman' | 'nt' | 'extended'
  maxBufferSize: number
  maxMpxCount: number
  vcNumber: number
  sessionKey: number
  capabilities: number | null
  /** Of `oemPassword`; PasswordLength in the LANMAN form. */
  oemPasswordLen: number | null
  unicodePasswordLen: number | null
  /**
   * LM response; or the password itself, where the server's NEGOTIATE did not ask for encrypted ones. Views; in a
   * partial record, of the captured part. Their content is secret: it is classified and never kept.
   */
  oemPassword: Uint8Array | null
  /** NTLM or NTLMv2 response, or the password itself. */
  unicodePassword: Uint8Array | null
  /** SPNEGO, or bare NTLMSSP or Kerberos. A view; in a partial record, of its captured part. */
  securityBlob: Uint8Array | null
  /** Its declared length, for the parser of the blob. */
  securityBlobLength: number | null
  accountName: string | null
  primaryDomain: string | null
  nativeOs: string | null
  nativeLanMan: string | null
}

/** All fields are null in an error response, which has no words. */
export interface SessionSetupAndxResponse {
  /** SMB_SETUP_ bits. Final only where Status is a success. */
  action: number | null
  /** Null without extended security. A view; in a partial record, of its captured part. */
  securityBlob: Uint8Array | null
  /** As declared. */
  securityBlobLength: number | null
  nativeOs: string | null
  nativeLanMan: string | null
  primaryDomain: string | null
}

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseSessionSetupAndxRequest(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<SessionSetupAndxRequest> {
  return parse<SessionSetupAndxRequest>(new Cursor(message, wireLength, offset), (c, out) => {
    const form = formOf(c)
    out.form = form
    skipAndx(c)
    out.maxBufferSize = c.u16('MaxBufferSize')
    out.maxMpxCount = c.u16('MaxMpxCount')
    out.vcNumber = c.u16('VcNumber')
    out.sessionKey = c.u32('SessionKey')
    const unicode = isUnicode(message)
    if (form === 'extended') readExtended(c, unicode, out)
    else readPasswords(c, form, unicode, out)
    return out as SessionSetupAndxRequest
  })
}

function formOf(c: Cursor): SessionSetupAndxRequest['form'] {
  const at = c.offset
  switch (c.u8('WordCount')) {
    case WORDS_LANMAN:
      return 'lanman'
    case WORDS_NT:
      return 'nt'
    case WORDS_EXTENDED:
      return 'extended'
    default:
      return c.unsupported('WordCount', at)
  }
}

function readExtended(c: Cursor, unicode: boolean, out: Partial<SessionSetupAndxRequest>): void {
  out.oemPasswordLen = null
  out.unicodePasswordLen = null
  out.oemPassword = null
  out.unicodePassword = null
  out.accountName = null
  const blobLength = c.u16('SecurityBlobLength')
  out.securityBlobLength = blobLength
  c.skip(4, 'Reserved')
  out.capabilities = c.u32('Capabilities')
  readBytes(c, (bytes) => {
    out.securityBlob = capturedOf(bytes, blobLength, 'SecurityBlob')
    bytes.skip(blobLength, 'SecurityBlob')
    out.nativeOs = readString(bytes, unicode, 'NativeOS')
    out.nativeLanMan = readString(bytes, unicode, 'NativeLanMan')
    // Not in the specification, but many senders send it.
    out.primaryDomain = readString(bytes, unicode, 'PrimaryDomain')
  })
}

function readPasswords(
  c: Cursor,
  form: 'lanman' | 'nt',
  unicode: boolean,
  out: Partial<SessionSetupAndxRequest>,
): void {
  out.securityBlob = null
  out.securityBlobLength = null
  const oemLength = c.u16(form === 'nt' ? 'OEMPasswordLen' : 'PasswordLength')
  const unicodeLength = form === 'nt' ? c.u16('UnicodePasswordLen') : null
  out.oemPasswordLen = oemLength
  out.unicodePasswordLen = unicodeLength
  c.skip(4, 'Reserved')
  out.capabilities = form === 'nt' ? c.u32('Capabilities') : null
  if (unicodeLength === null) out.unicodePassword = null
  readBytes(c, (bytes) => {
    const field = form === 'nt' ? 'OEMPassword' : 'AccountPassword'
    out.oemPassword = capturedOf(bytes, oemLength, field)
    bytes.skip(oemLength, field)
    if (unicodeLength !== null) {
      out.unicodePassword = capturedOf(bytes, unicodeLength, 'UnicodePassword')
      bytes.skip(unicodeLength, 'UnicodePassword')
    }
    out.accountName = readString(bytes, unicode, 'AccountName')
    out.primaryDomain = readString(bytes, unicode, 'PrimaryDomain')
    out.nativeOs = readString(bytes, unicode, 'NativeOS')
    out.nativeLanMan = readString(bytes, unicode, 'NativeLanMan')
  })
}

/** The captured part of the next `length` bytes; skipping them raises the fault of the missing ones. */
function capturedOf(bytes: Cursor, length: number, field: string): Uint8Array {
  return bytes.capturedAt(bytes.offset, length, field)
}

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseSessionSetupAndxResponse(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<SessionSetupAndxResponse> {
  return parse<SessionSetupAndxResponse>(new Cursor(message, wireLength, offset), (c, out) => {
    const wordCount = c.u8('WordCount')
    if (wordCount === 0) {
      readBytes(c, () => {})
      return {
        action: null,
        securityBlob: null,
        securityBlobLength: null,
        nativeOs: null,
        nativeLanMan: null,
        primaryDomain: null,
      }
    }
    if (wordCount !== 3 && wordCount !== 4) c.unsupported('WordCount', offset)
    skipAndx(c)
    out.action = c.u16('Action')
    const blobLength = wordCount === 4 ? c.u16('SecurityBlobLength') : null
    out.securityBlobLength = blobLength
    const unicode = isUnicode(message)
    readBytes(c, (bytes) => {
      out.securityBlob = blobLength === null ? null : capturedOf(bytes, blobLength, 'SecurityBlob')
      bytes.skip(blobLength ?? 0, 'SecurityBlob')
      out.nativeOs = readString(bytes, unicode, 'NativeOS')
      out.nativeLanMan = readString(bytes, unicode, 'NativeLanMan')
      out.primaryDomain = readString(bytes, unicode, 'PrimaryDomain')
    })
    return out as SessionSetupAndxResponse
  })
}
