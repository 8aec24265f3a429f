/**
 * The Kerberos messages of a session setup: AP-REQ, AP-REP and KRB-ERROR, RFC 4120 5.5 and 5.9, in the framing of RFC 4121 4.1, and what user-to-user
 * (draft-swift-win2k-krb-user2user) and IAKERB (draft-ietf-kitten-iakerb) put in front of them:
 *
 *   60 .. 06 .. krb5 OID   GSS frame, which later tokens and some clients omit
 *   TOK_ID (2)             01 00 AP-REQ, 02 00 AP-REP, 03 00 KRB-ERROR; DCE-style clients omit it too
 *                          04 00 TGT-REQ, 04 01 TGT-REP; 05 01 IAKERB_PROXY: IAKERB-HEADER, then a message to or from the KDC
 *   AP-REQ     [APPLICATION 14] { pvno [0], msg-type [1], ap-options [2], ticket [3], authenticator [4] EncryptedData }
 *   Ticket     [APPLICATION 1]  { tkt-vno [0], realm [1], sname [2], enc-part [3] EncryptedData }
 *   AP-REP     [APPLICATION 15] { pvno [0], msg-type [1], enc-part [2] EncryptedData }
 *   KRB-ERROR  [APPLICATION 30] { pvno [0], msg-type [1], ctime [2], cusec [3], stime [4], susec [5], error-code [6], crealm [7], cname [8],
 *                                 realm [9], sname [10], e-text [11], e-data [12] }
 *   TGT-REQ    SEQUENCE or [APPLICATION 16] { pvno [0], msg-type [1], server-name [2] OPTIONAL, realm [3] OPTIONAL }
 *   TGT-REP    SEQUENCE or [APPLICATION 17] { pvno [0], msg-type [1], ticket [2] }
 *   IAKERB-HEADER   SEQUENCE { target-realm [1], cookie [2] OPTIONAL }
 *   EncryptedData   { etype [0], kvno [1] OPTIONAL, cipher [2] }
 *   PrincipalName   { name-type [0], name-string [1] SEQUENCE OF GeneralString }
 *
 * Only unencrypted fields are read; ciphers are skipped, so a message that is cut inside one still has all its fields.
 */
import { u16be } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { utf8 } from '../text.ts'
import { applicationTag, DER_TAG, DerReader, type Element, type Fields } from './der.ts'
import { GSS_TOKEN_TAG, type GssToken, readGssToken } from './gss.ts'
import { isKerberosMechanism } from './oids.ts'

const KRB_AP_REQ = 14
const KRB_AP_REP = 15
const KRB_TGT_REQ = 16
const KRB_TGT_REP = 17
const KRB_ERROR = 30
const TICKET = 1
const PVNO = 5

/** What a TOK_ID announces, and the identifier octets with which it may begin. */
interface Announced {
  kind: KerberosMessage['kind']
  tags: readonly number[]
}

/** By TOK_ID, big-endian. */
const TOKENS: ReadonlyMap<number, Announced> = new Map<number, Announced>([
  [0x0100, { kind: 'ap-req', tags: [applicationTag(KRB_AP_REQ)] }],
  [0x0200, { kind: 'ap-rep', tags: [applicationTag(KRB_AP_REP)] }],
  [0x0300, { kind: 'krb-error', tags: [applicationTag(KRB_ERROR)] }],
  [0x0400, { kind: 'tgt-req', tags: [DER_TAG.SEQUENCE, applicationTag(KRB_TGT_REQ)] }],
  [0x0401, { kind: 'tgt-rep', tags: [DER_TAG.SEQUENCE, applicationTag(KRB_TGT_REP)] }],
  [0x0501, { kind: 'iakerb-proxy', tags: [DER_TAG.SEQUENCE] }],
])

/** Messages that need no TOK_ID: their first octet identifies them. */
const BARE: ReadonlyMap<number, KerberosMessage['kind']> = new Map<number, KerberosMessage['kind']>([
  [applicationTag(KRB_AP_REQ), 'ap-req'],
  [applicationTag(KRB_AP_REP), 'ap-rep'],
  [applicationTag(KRB_ERROR), 'krb-error'],
])

/** APOptions, RFC 4120 5.5.1. */
export const AP_OPTION_USE_SESSION_KEY = 0x40000000
export const AP_OPTION_MUTUAL_REQUIRED = 0x20000000

export type KerberosMessage = ApReq | ApRep | KrbError | TgtReq | TgtRep | IakerbProxy

export interface ApReq {
  kind: 'ap-req'
  apOptions: number
  mutualRequired: boolean
  /** Complete unless the record is partial. */
  ticket: Partial<Ticket>
  /** Encryption type of the authenticator, which is that of the session key. Encryption types are signed: Microsoft's own are negative. */
  authenticatorEtype: number
}

export interface Ticket {
  realm: string
  /** The parts of the name joined by "/". */
  serverName: string
  /** Encryption type of the ticket, which is that of the service's key. */
  etype: number
  /** Version of the service's key. */
  kvno: number | null
}

export interface ApRep {
  kind: 'ap-rep'
  etype: number
}

export interface KrbError {
  kind: 'krb-error'
  code: number
  realm: string | null
  serverName: string | null
  /** stime and susec as microseconds since 1970 UTC; null where they are not a time. */
  serverTime: number | null
}

/** User-to-user: the client asks for the ticket of the server's user; the answer is a TGT-REP. */
export interface TgtReq {
  kind: 'tgt-req'
  serverName: string | null
  realm: string | null
}

export interface TgtRep {
  kind: 'tgt-rep'
}

/** A message to or from the KDC that the server relays. It is not read. */
export interface IakerbProxy {
  kind: 'iakerb-proxy'
  realm: string | null
}

/** Is a token Kerberos, by its frame or its first bytes? True also for those that `parseKerberosToken` does not support. */
export function isKerberosToken(token: Uint8Array, wireLength: number = token.length): boolean {
  if (token[0] === GSS_TOKEN_TAG) {
    const frame = parse<GssToken>(new Cursor(token, wireLength), (c) => {
      const der = new DerReader(c)
      return readGssToken(der, der.root('InitialContextToken'))
    })
    return frame.ok && isKerberosMechanism(frame.value.thisMech)
  }
  if (BARE.has(token[0])) return true
  return TOKENS.get(u16be(token, 0))?.tags.includes(token[2]) === true
}

/** Reads a token. Other mechanisms, other token ids and other versions than 5 are `unsupported`. */
export function parseKerberosToken(token: Uint8Array, wireLength: number = token.length): Parsed<KerberosMessage> {
  return parse<KerberosMessage>(new Cursor(token, wireLength), (c, out) => {
    const der = new DerReader(c)
    let start = 0
    let end = wireLength
    if (c.viewAt(0, 1, 'InitialContextToken')[0] === GSS_TOKEN_TAG) {
      const frame = readGssToken(der, der.root('InitialContextToken'))
      if (!isKerberosMechanism(frame.thisMech)) c.unsupported('thisMech', 0)
      start = frame.start
      end = frame.end
    }
    const announced = readTokenId(c, start, end)
    if (announced !== null) {
      start += 2
      out.kind = announced.kind
    }
    const message = der.elementAt(start, end, 'msg-type')
    if (announced !== null && !announced.tags.includes(message.tag)) c.malformed('msg-type', start)
    switch (announced?.kind ?? BARE.get(message.tag)) {
      case 'ap-req':
        return readApReq(der, message, out as Partial<ApReq>)
      case 'ap-rep':
        return readApRep(der, message, out as Partial<ApRep>)
      case 'tgt-req':
        return readTgtReq(der, message, out as Partial<TgtReq>)
      case 'tgt-rep':
        return { kind: 'tgt-rep' }
      case 'iakerb-proxy':
        return readIakerbHeader(der, message, out as Partial<IakerbProxy>)
      // TOK_ID, or the byte in its place, leaves no other possibility.
      default:
        return readKrbError(der, message, out as Partial<KrbError>)
    }
  })
}

/** What TOK_ID announces; null where the message itself is in its place. */
function readTokenId(c: Cursor, start: number, end: number): Announced | null {
  if (start + 2 > end) c.malformed('TOK_ID', start)
  c.offset = start
  const tokenId = c.u16be('TOK_ID')
  if (BARE.has(tokenId >> 8)) return null
  return TOKENS.get(tokenId) ?? c.unsupported('TOK_ID', start)
}

function readTgtReq(der: DerReader, message: Element, out: Partial<TgtReq>): TgtReq {
  const sequence = message.tag === DER_TAG.SEQUENCE ? message : der.inside(message, 'TGT-REQ')
  const fields = der.fields(sequence, 'TGT-REQ')
  while (fields.advance()) {
    const { number, value } = fields
    if (number < 2) readPreamble(der, fields, KRB_TGT_REQ)
    else if (number === 2) out.serverName = readPrincipalName(der, value, 'server-name')
    else if (number === 3) out.realm = der.generalString(value, 'realm')
  }
  return { kind: 'tgt-req', serverName: out.serverName ?? null, realm: out.realm ?? null }
}

/** target-realm is a UTF8String in the draft, and an OCTET STRING in implementations of earlier drafts. */
function readIakerbHeader(der: DerReader, header: Element, out: Partial<IakerbProxy>): IakerbProxy {
  const fields = der.fields(header, 'IAKERB-HEADER')
  while (fields.advance()) {
    const { number, value } = fields
    if (number !== 1) continue
    out.realm = utf8(der.captured(value))
    der.raiseIfCut(value, 'target-realm')
  }
  return { kind: 'iakerb-proxy', realm: out.realm ?? null }
}

function readApReq(der: DerReader, message: Element, out: Partial<ApReq>): ApReq {
  out.kind = 'ap-req'
  const fields = der.fields(der.inside(message, 'AP-REQ'), 'AP-REQ')
  while (fields.advance()) {
    const { number, value } = fields
    if (number < 2) readPreamble(der, fields, KRB_AP_REQ)
    else if (number === 2) {
      out.apOptions = der.flags(value, 'ap-options')
      out.mutualRequired = (out.apOptions & AP_OPTION_MUTUAL_REQUIRED) !== 0
    } else if (number === 3) {
      // It is put into the record before it is read, so that a cut leaves what came before.
      out.ticket = {}
      readTicket(der, value, out.ticket)
    } else if (number === 4) {
      const data = der.fields(value, 'authenticator')
      out.authenticatorEtype = readEtype(der, data)
      readKvno(der, data)
    }
  }
  if (out.apOptions === undefined) der.cursor.malformed('ap-options', message.offset)
  if (out.ticket === undefined) der.cursor.malformed('ticket', message.offset)
  if (out.authenticatorEtype === undefined) der.cursor.malformed('authenticator', message.offset)
  return out as ApReq
}

function readTicket(der: DerReader, ticket: Element, out: Partial<Ticket>): void {
  der.expect(ticket, applicationTag(TICKET), 'ticket')
  const fields = der.fields(der.inside(ticket, 'ticket'), 'ticket')
  while (fields.advance()) {
    const { number, value } = fields
    if (number === 0) readVersion(der, value, 'tkt-vno')
    else if (number === 1) out.realm = der.generalString(value, 'realm')
    else if (number === 2) out.serverName = readPrincipalName(der, value, 'sname')
    else if (number === 3) {
      const data = der.fields(value, 'enc-part')
      out.etype = readEtype(der, data)
      out.kvno = readKvno(der, data)
    }
  }
  if (out.realm === undefined) der.cursor.malformed('realm', ticket.offset)
  if (out.serverName === undefined) der.cursor.malformed('sname', ticket.offset)
  if (out.etype === undefined) der.cursor.malformed('enc-part', ticket.offset)
}

function readApRep(der: DerReader, message: Element, out: Partial<ApRep>): ApRep {
  out.kind = 'ap-rep'
  const fields = der.fields(der.inside(message, 'AP-REP'), 'AP-REP')
  while (fields.advance()) {
    if (fields.number < 2) readPreamble(der, fields, KRB_AP_REP)
    else if (fields.number === 2) {
      const data = der.fields(fields.value, 'enc-part')
      out.etype = readEtype(der, data)
      readKvno(der, data)
    }
  }
  if (out.etype === undefined) der.cursor.malformed('enc-part', message.offset)
  return out as ApRep
}

function readKrbError(der: DerReader, message: Element, out: Partial<KrbError>): KrbError {
  out.kind = 'krb-error'
  const fields = der.fields(der.inside(message, 'KRB-ERROR'), 'KRB-ERROR')
  while (fields.advance()) {
    const { number, value } = fields
    if (number < 2) readPreamble(der, fields, KRB_ERROR)
    else if (number === 4) out.serverTime = readKerberosTime(der, value)
    else if (number === 5) addMicroseconds(out, der.integer(value, 'susec'))
    else if (number === 6) out.code = der.integer(value, 'error-code')
    else if (number === 9) out.realm = der.generalString(value, 'realm')
    else if (number === 10) out.serverName = readPrincipalName(der, value, 'sname')
  }
  const { code, realm = null, serverName = null, serverTime = null } = out
  if (code === undefined) return der.cursor.malformed('error-code', message.offset)
  return { kind: 'krb-error', code, realm, serverName, serverTime }
}

/** pvno [0] and msg-type [1], with which every message begins. */
function readPreamble(der: DerReader, { number, value }: Fields, type: number): void {
  if (number === 0) readVersion(der, value, 'pvno')
  else if (der.integer(value, 'msg-type') !== type) der.cursor.malformed('msg-type', value.offset)
}

function readVersion(der: DerReader, value: Element, field: string): void {
  if (der.integer(value, field) !== PVNO) der.cursor.unsupported(field, value.offset)
}

/** The first field of EncryptedData, apart from the rest because captures are usually cut in the cipher behind it. */
function readEtype(der: DerReader, data: Fields): number {
  const { offset } = data.value
  if (!data.advance() || data.number !== 0) der.cursor.malformed('etype', offset)
  return der.integer(data.value, 'etype')
}

/** The rest of it. */
function readKvno(der: DerReader, data: Fields): number | null {
  let kvno: number | null = null
  while (data.advance()) if (data.number === 1) kvno = der.integer(data.value, 'kvno')
  return kvno
}

function readPrincipalName(der: DerReader, name: Element, field: string): string {
  const fields = der.fields(name, field)
  while (fields.advance()) {
    if (fields.number !== 1) continue
    const names = der.children(der.expect(fields.value, DER_TAG.SEQUENCE, 'name-string'), 'name-string')
    const parts: string[] = []
    while (names.advance()) parts.push(der.generalString(names.element, 'name-string'))
    return parts.join('/')
  }
  return der.cursor.malformed('name-string', name.offset)
}

/** KerberosTime, RFC 4120 5.2.3, as microseconds since 1970 UTC; null for text that is not a time. */
function readKerberosTime(der: DerReader, value: Element): number | null {
  const text = utf8(der.content(value, DER_TAG.GENERALIZED_TIME, 'stime'))
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second] = match
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const time = Date.parse(iso)
  // Date.parse reads 31 February as a day in March.
  return Number.isNaN(time) || new Date(time).toISOString() !== iso ? null : time * 1000
}

function addMicroseconds(out: Partial<KrbError>, susec: number): void {
  if (typeof out.serverTime === 'number' && susec >= 0 && susec < 1_000_000) out.serverTime += susec
}

/** Encryption types of the IANA registry, and those of Windows' ntsecapi.h with negative numbers that are still offered. */
const ETYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'des-cbc-crc'],
  [2, 'des-cbc-md4'],
  [3, 'des-cbc-md5'],
  [5, 'des3-cbc-md5'],
  [7, 'des3-cbc-sha1'],
  [16, 'des3-cbc-sha1-kd'],
  [17, 'aes128-cts-hmac-sha1-96'],
  [18, 'aes256-cts-hmac-sha1-96'],
  [19, 'aes128-cts-hmac-sha256-128'],
  [20, 'aes256-cts-hmac-sha384-192'],
  [23, 'rc4-hmac'],
  [24, 'rc4-hmac-exp'],
  [25, 'camellia128-cts-cmac'],
  [26, 'camellia256-cts-cmac'],
  [-128, 'rc4-md4'],
  [-133, 'rc4-hmac-old'],
  [-135, 'rc4-hmac-old-exp'],
])

/** The registered name of an encryption type, or its number as text. */
export function etypeName(etype: number): string {
  return ETYPE_NAMES.get(etype) ?? `etype ${etype}`
}

/** RFC 4120 7.5.9: those that occur in a session setup. */
const ERROR_NAMES: ReadonlyMap<number, string> = new Map([
  [6, 'KDC_ERR_C_PRINCIPAL_UNKNOWN'],
  [7, 'KDC_ERR_S_PRINCIPAL_UNKNOWN'],
  [14, 'KDC_ERR_ETYPE_NOSUPP'],
  [31, 'KRB_AP_ERR_BAD_INTEGRITY'],
  [32, 'KRB_AP_ERR_TKT_EXPIRED'],
  [33, 'KRB_AP_ERR_TKT_NYV'],
  [34, 'KRB_AP_ERR_REPEAT'],
  [35, 'KRB_AP_ERR_NOT_US'],
  [36, 'KRB_AP_ERR_BADMATCH'],
  [37, 'KRB_AP_ERR_SKEW'],
  [40, 'KRB_AP_ERR_MSG_TYPE'],
  [41, 'KRB_AP_ERR_MODIFIED'],
  [44, 'KRB_AP_ERR_BADKEYVER'],
  [45, 'KRB_AP_ERR_NOKEY'],
  [46, 'KRB_AP_ERR_MUT_FAIL'],
  [60, 'KRB_ERR_GENERIC'],
])

/** The name of an error code; null where it has none here. */
export function krbErrorName(code: number): string | null {
  return ERROR_NAMES.get(code) ?? null
}

/** How much an encryption type protects, as a finding judges it: RFC 6649 ended DES, RFC 8429 RC4 and triple DES. */
export type EtypeStrength = 'des' | 'rc4' | 'triple-des' | 'strong' | 'unknown'

const STRENGTHS: ReadonlyMap<number, EtypeStrength> = new Map<number, EtypeStrength>([
  [1, 'des'],
  [2, 'des'],
  [3, 'des'],
  [5, 'triple-des'],
  [7, 'triple-des'],
  [16, 'triple-des'],
  [17, 'strong'],
  [18, 'strong'],
  [19, 'strong'],
  [20, 'strong'],
  [23, 'rc4'],
  [24, 'rc4'],
  [25, 'strong'],
  [26, 'strong'],
  [-128, 'rc4'],
  [-133, 'rc4'],
  [-135, 'rc4'],
])

export function etypeStrength(etype: number): EtypeStrength {
  return STRENGTHS.get(etype) ?? 'unknown'
}
