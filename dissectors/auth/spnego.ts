/**
 * The security blob of SMB's NEGOTIATE and SESSION_SETUP: SPNEGO (RFC 4178 4.2, [MS-SPNG] 2.2.1), or one mechanism's token without it.
 *
 *   60 .. 06 .. 1.3.6.1.5.5.2     GSS frame of the first token, then one of
 *   A0 NegTokenInit  ::= SEQUENCE { mechTypes [0], reqFlags [1] OPTIONAL, mechToken [2] OPTIONAL, mechListMIC [3] OPTIONAL }
 *      NegTokenInit2 ::= SEQUENCE { mechTypes [0], reqFlags [1], mechToken [2], negHints [3], mechListMIC [4] }, all OPTIONAL
 *   A1 NegTokenResp  ::= SEQUENCE { negState [0], supportedMech [1], responseToken [2], mechListMIC [3] }, all OPTIONAL
 *
 * Windows servers send NegTokenInit2 in their NEGOTIATE response. The two forms of `[3]` are distinguished by their type: mechListMIC is an OCTET STRING,
 * negHints a SEQUENCE.
 */
import { startsWith } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { contextTag, DER_TAG, DerReader, type Element } from './der.ts'
import { GSS_TOKEN_TAG, readGssToken } from './gss.ts'
import { isKerberosToken } from './kerberos.ts'
import { NEGOEX_SIGNATURE } from './negoex.ts'
import { isNtlmssp, NTLMSSP_SIGNATURE } from './ntlmssp.ts'
import { isKerberosMechanism, OID_NEGOEX, OID_NTLMSSP, OID_SPNEGO } from './oids.ts'

/** negState, RFC 4178 4.2.2. */
export const NEG_STATE = {
  ACCEPT_COMPLETED: 0,
  ACCEPT_INCOMPLETE: 1,
  REJECT: 2,
  REQUEST_MIC: 3,
} as const

/** A token is a view of its captured part; its `…Length` is its declared length. */
export type SecurityBlob = NegTokenInit | NegTokenResp | RawToken | EmptyBlob

export interface NegTokenInit {
  form: 'neg-token-init'
  /** Dotted, in the sender's order of preference: these mechanisms are offered, but not necessarily used. */
  mechTypes: string[]
  /** Only in a partial record: the list continues behind the fault. */
  mechTypesCut: boolean
  /** The first mechanism's first token, sent ahead of the answer. */
  mechToken: Uint8Array | null
  mechTokenLength: number
  /** hintName of NegTokenInit2: "not_defined_in_RFC4178@please_ignore" from Windows. */
  negHints: string | null
  /** Is the list of mechanisms protected by a MIC? It cannot be verified here. */
  mechListMic: boolean
}

export interface NegTokenResp {
  form: 'neg-token-resp'
  negState: number | null
  supportedMech: string | null
  responseToken: Uint8Array | null
  responseTokenLength: number
  mechListMic: boolean
}

/** A mechanism's own token. `raw-kerberos` keeps its GSS frame, where it has one; the others start at their signature. */
export interface RawToken {
  form: 'raw-ntlmssp' | 'raw-kerberos' | 'raw-negoex'
  token: Uint8Array
  tokenLength: number
}

export interface EmptyBlob {
  form: 'empty'
}

/** What a blob's token contains: it decides the mechanism, independently of the mechanisms offered around it. */
export interface InnerToken {
  /** `none`: no token, or an empty one; `unknown`: bytes of another mechanism, or too few bytes to decide. */
  kind: 'ntlmssp' | 'kerberos' | 'negoex' | 'unknown' | 'none'
  /** Its captured part. */
  bytes: Uint8Array | null
  /** Its declared length, for the token's parser. */
  wireLength: number
}

/**
 * Reads a SecurityBuffer, `wireLength` bytes long as its message declares. A first byte that is none of the above is `unsupported`. Where the capture
 * was cut inside a token, the fault is `truncated` and `partial` has the captured part of the token.
 */
export function parseSecurityBlob(blob: Uint8Array, wireLength: number = blob.length): Parsed<SecurityBlob> {
  if (wireLength === 0) return { ok: true, value: { form: 'empty' } }
  return parse<SecurityBlob>(new Cursor(blob, wireLength), (c, out) => {
    if (blob[0] === NTLMSSP_SIGNATURE[0]) return readSigned(c, 0, wireLength, out)
    if (blob[0] !== GSS_TOKEN_TAG && isKerberosToken(blob, wireLength)) {
      return readRaw(c, 'raw-kerberos', 0, wireLength, out)
    }
    const der = new DerReader(c)
    const root = der.root('SecurityBuffer')
    if (root.tag === contextTag(0)) return readNegTokenInit(der, root, out)
    if (root.tag === contextTag(1)) return readNegTokenResp(der, root, out)
    if (root.tag !== GSS_TOKEN_TAG) c.unsupported('SecurityBuffer', 0)
    const { thisMech, start, end } = readGssToken(der, root)
    if (thisMech === OID_NTLMSSP || thisMech === OID_NEGOEX) return readSigned(c, start, end, out)
    if (isKerberosMechanism(thisMech)) return readRaw(c, 'raw-kerberos', 0, end, out)
    if (thisMech !== OID_SPNEGO) c.unsupported('thisMech', root.start)
    const token = der.elementAt(start, end, 'NegotiationToken', 1)
    return token.tag === contextTag(1) ? readNegTokenResp(der, token, out) : readNegTokenInit(der, token, out)
  })
}

/**
 * The length of a blob by its outermost element; null where it has none. SMB1 clients may send a long one in pieces, each in a SESSION_SETUP of its own:
 * the first piece is shorter than this.
 */
export function lengthOfBlob(blob: Uint8Array): number | null {
  const tags = [GSS_TOKEN_TAG, contextTag(0), contextTag(1)]
  if (blob[0] === undefined || !tags.includes(blob[0])) return null
  const header = parse<Element>(new Cursor(blob, 0xffffffff), (c) => new DerReader(c).root('SecurityBuffer'))
  return header.ok && !header.value.indefinite ? header.value.end : null
}

/** The token of a blob, or of what could be read of one. */
export function innerToken(blob: Partial<SecurityBlob>): InnerToken {
  let bytes: Uint8Array | null | undefined
  let wireLength: number | undefined
  if (blob.form === 'neg-token-init') {
    bytes = blob.mechToken
    wireLength = blob.mechTokenLength
  } else if (blob.form === 'neg-token-resp') {
    bytes = blob.responseToken
    wireLength = blob.responseTokenLength
  } else if (blob.form === 'raw-ntlmssp' || blob.form === 'raw-kerberos' || blob.form === 'raw-negoex') {
    bytes = blob.token
    wireLength = blob.tokenLength
  }
  if (!bytes || !wireLength) return { kind: 'none', bytes: null, wireLength: 0 }
  return { kind: tokenKind(bytes, wireLength), bytes, wireLength }
}

function tokenKind(bytes: Uint8Array, wireLength: number): InnerToken['kind'] {
  if (isNtlmssp(bytes)) return 'ntlmssp'
  if (startsWith(bytes, NEGOEX_SIGNATURE)) return 'negoex'
  return isKerberosToken(bytes, wireLength) ? 'kerberos' : 'unknown'
}

function readNegTokenInit(der: DerReader, token: Element, out: Partial<SecurityBlob>): NegTokenInit {
  const init = out as Partial<NegTokenInit>
  init.form = 'neg-token-init'
  der.expect(token, contextTag(0), 'NegTokenInit')
  const fields = der.fields(der.inside(token, 'NegTokenInit'), 'NegTokenInit')
  while (fields.advance()) {
    const { number, value } = fields
    if (number === 0) readMechTypes(der, value, init)
    else if (number === 2) {
      init.mechToken = der.captured(der.expect(value, DER_TAG.OCTET_STRING, 'mechToken'))
      init.mechTokenLength = value.end - value.start
      der.raiseIfCut(value, 'mechToken')
    } else if (number === 3 && value.tag === DER_TAG.SEQUENCE) readNegHints(der, value, init)
    else if (number === 3 || number === 4) init.mechListMic = isMic(der, value)
  }
  return {
    form: 'neg-token-init',
    mechTypes: init.mechTypes ?? [],
    mechTypesCut: false,
    mechToken: init.mechToken ?? null,
    mechTokenLength: init.mechTokenLength ?? 0,
    negHints: init.negHints ?? null,
    mechListMic: init.mechListMic ?? false,
  }
}

function readMechTypes(der: DerReader, sequence: Element, init: Partial<NegTokenInit>): void {
  const mechTypes: string[] = []
  init.mechTypes = mechTypes
  init.mechTypesCut = true
  der.expect(sequence, DER_TAG.SEQUENCE, 'mechTypes')
  const list = der.children(sequence, 'mechTypes')
  while (list.advance()) mechTypes.push(der.oid(list.element, 'mechTypes'))
  init.mechTypesCut = false
}

function readNegHints(der: DerReader, hints: Element, init: Partial<NegTokenInit>): void {
  const fields = der.fields(hints, 'negHints')
  while (fields.advance()) if (fields.number === 0) init.negHints = der.generalString(fields.value, 'hintName')
}

function readNegTokenResp(der: DerReader, token: Element, out: Partial<SecurityBlob>): NegTokenResp {
  const resp = out as Partial<NegTokenResp>
  resp.form = 'neg-token-resp'
  const fields = der.fields(der.inside(token, 'NegTokenResp'), 'NegTokenResp')
  while (fields.advance()) {
    const { number, value } = fields
    if (number === 0) resp.negState = der.integer(value, 'negState', DER_TAG.ENUMERATED)
    else if (number === 1) resp.supportedMech = der.oid(value, 'supportedMech')
    else if (number === 2) {
      resp.responseToken = der.captured(der.expect(value, DER_TAG.OCTET_STRING, 'responseToken'))
      resp.responseTokenLength = value.end - value.start
      der.raiseIfCut(value, 'responseToken')
    } else if (number === 3) resp.mechListMic = isMic(der, value, resp.responseToken)
  }
  return {
    form: 'neg-token-resp',
    negState: resp.negState ?? null,
    supportedMech: resp.supportedMech ?? null,
    responseToken: resp.responseToken ?? null,
    responseTokenLength: resp.responseTokenLength ?? 0,
    mechListMic: resp.mechListMic ?? false,
  }
}

/**
 * Is there a MIC? More cannot be known without the key. Windows before Vista puts a second copy of responseToken in its place, which protects nothing.
 */
function isMic(der: DerReader, value: Element, responseToken: Uint8Array | null = null): boolean {
  const mic = der.content(value, DER_TAG.OCTET_STRING, 'mechListMIC')
  const isCopy = mic.length === responseToken?.length && startsWith(mic, responseToken)
  return mic.length > 0 && !isCopy
}

/** A token that begins with the eight characters of its mechanism. */
function readSigned(c: Cursor, start: number, end: number, out: Partial<SecurityBlob>): RawToken {
  c.offset = start
  c.skip(NTLMSSP_SIGNATURE.length, 'Signature')
  if (startsWith(c.bytes, NEGOEX_SIGNATURE, start)) return readRaw(c, 'raw-negoex', start, end, out)
  if (!startsWith(c.bytes, NTLMSSP_SIGNATURE, start)) c.unsupported('SecurityBuffer', start)
  return readRaw(c, 'raw-ntlmssp', start, end, out)
}

function readRaw(c: Cursor, form: RawToken['form'], start: number, end: number, out: Partial<SecurityBlob>): RawToken {
  const raw = out as Partial<RawToken>
  raw.form = form
  raw.token = c.bytes.subarray(start, end)
  raw.tokenLength = end - start
  c.offset = start
  c.skip(end - start, 'SecurityBuffer')
  return raw as RawToken
}
