/**
 * NTLMSSP messages, [MS-NLMP] 2.2.1. Little-endian; every security buffer is { Len (2), MaxLen (2), BufferOffset (4) }, from the start of the message:
 *
 *   0 Signature 'NTLMSSP\0'   8 MessageType (4)
 *   NEGOTIATE (1)     12 NegotiateFlags  16 DomainNameFields  24 WorkstationFields  32 Version (8)
 *   CHALLENGE (2)     12 TargetNameFields  20 NegotiateFlags  24 ServerChallenge (8)  32 Reserved (8)  40 TargetInfoFields  48 Version (8)
 *   AUTHENTICATE (3)  12 LmChallengeResponseFields  20 NtChallengeResponseFields  28 DomainNameFields  36 UserNameFields  44 WorkstationFields
 *                     52 EncryptedRandomSessionKeyFields  60 NegotiateFlags  64 Version (8)  72 MIC (16)
 *
 * Headers have grown over the years, and nothing says how long one is: a field behind the start of the payload does not exist. Buffers may have any order
 * and may overlap, and each is checked by itself: one that leaves the message is null and an anomaly, the others are read.
 *
 * Anomalies, with the field's name in kebab-case in place of `…`: `…-out-of-bounds`: goes beyond the end of the message. `…-in-header`: starts inside the fixed
 * fields. `…-overlaps-…`: shares bytes with another one. `buffers-out-of-order`: not in the order in which Windows, Samba and similar tools
 * write: domain before user before workstation, and the LM before the NT response.
 */
import { hex, isZero, u16le, u32le } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { oem, utf16le } from '../text.ts'
import { type AvPairs, parseAvPairs } from './av-pairs.ts'
import {
  classifyResponses,
  isNtlmv2,
  type NtlmResponseKind,
  type Ntlmv2Response,
  parseNtlmv2Response,
} from './ntlm-responses.ts'

export const NTLMSSP_SIGNATURE = Uint8Array.of(0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0x00)

const SIGNATURE_LOW = u32le(NTLMSSP_SIGNATURE, 0)
const SIGNATURE_HIGH = u32le(NTLMSSP_SIGNATURE, 4)

const NEGOTIATE_MESSAGE = 1
const CHALLENGE_MESSAGE = 2
const AUTHENTICATE_MESSAGE = 3

/** NegotiateFlags, [MS-NLMP] 2.2.2.5. */
export const NTLMSSP_NEGOTIATE_UNICODE = 0x00000001
export const NTLMSSP_NEGOTIATE_SIGN = 0x00000010
export const NTLMSSP_NEGOTIATE_SEAL = 0x00000020
export const NTLMSSP_NEGOTIATE_LM_KEY = 0x00000080
export const NTLMSSP_NEGOTIATE_NTLM = 0x00000200
export const NTLMSSP_ANONYMOUS = 0x00000800
/** Not in the specification: the server has noticed that it is its own client. */
export const NTLMSSP_NEGOTIATE_LOCAL_CALL = 0x00004000
export const NTLMSSP_NEGOTIATE_ALWAYS_SIGN = 0x00008000
export const NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY = 0x00080000
export const NTLMSSP_NEGOTIATE_TARGET_INFO = 0x00800000
export const NTLMSSP_NEGOTIATE_VERSION = 0x02000000
export const NTLMSSP_NEGOTIATE_128 = 0x20000000
export const NTLMSSP_NEGOTIATE_KEY_EXCH = 0x40000000
export const NTLMSSP_NEGOTIATE_56 = 0x80000000

/** VERSION, [MS-NLMP] 2.2.2.10, as the sender claims it. */
export interface OsVersion {
  major: number
  minor: number
  build: number
}

/** In all three records, null means that the header has no field for a text, or that it could not be read; an empty text is "". */
export interface NtlmNegotiate {
  negotiateFlags: number
  domainName: string | null
  workstation: string | null
  version: OsVersion | null
  anomalies: string[]
}

export interface NtlmChallenge {
  negotiateFlags: number
  /** 16 hex digits. */
  serverChallenge: string
  targetName: string | null
  /** In a partial record as far as the list was captured. */
  targetInfo: AvPairs | null
  version: OsVersion | null
  anomalies: string[]
}

export interface NtlmAuthenticate {
  /** Null in the oldest form, whose header ends before it. */
  negotiateFlags: number | null
  lmChallengeResponseLength: number
  ntChallengeResponseLength: number
  userNameLength: number
  encryptedRandomSessionKeyLength: number
  lmChallengeResponse: Uint8Array | null
  ntChallengeResponse: Uint8Array | null
  /** Which responses these are; `unknown` also where one of them leaves the message. In a partial record by their lengths, where these decide. */
  responses: NtlmResponseKind
  /** The parsed NT response of NTLMv2; complete unless the record is partial. */
  ntlmv2: Partial<Ntlmv2Response> | null
  domainName: string | null
  userName: string | null
  workstation: string | null
  version: OsVersion | null
  /** 16 bytes, where the header has room for them. */
  mic: Uint8Array | null
  /** All zero: no MIC was made, or it was removed. Null where there is no MIC field. */
  micZero: boolean | null
  anomalies: string[]
}

/** Does a token start with the signature? */
export function isNtlmssp(token: Uint8Array): boolean {
  return u32le(token, 0) === SIGNATURE_LOW && u32le(token, 4) === SIGNATURE_HIGH && token.length >= 8
}

/** MessageType, null for anything else. */
export function messageType(token: Uint8Array): 1 | 2 | 3 | null {
  if (token.length < 12 || !isNtlmssp(token)) return null
  const type = u32le(token, 8)
  return type === NEGOTIATE_MESSAGE || type === CHALLENGE_MESSAGE || type === AUTHENTICATE_MESSAGE ? type : null
}

/** NEGOTIATE_MESSAGE, [MS-NLMP] 2.2.1.1. Its texts are always OEM: nothing has been negotiated yet. The oldest form ends with the flags. */
export function parseNtlmNegotiate(token: Uint8Array, wireLength: number = token.length): Parsed<NtlmNegotiate> {
  return parse<NtlmNegotiate>(new Cursor(token, wireLength), (c, out) => {
    readMessageType(c, NEGOTIATE_MESSAGE)
    out.negotiateFlags = c.u32('NegotiateFlags')
    const domainName = wireLength < 32 ? null : readBuffer(c, 'DomainName')
    const workstation = wireLength < 32 ? null : readBuffer(c, 'Workstation')
    const payload = new Payload(c, c.offset, domainName && workstation ? [domainName, workstation] : [])
    out.anomalies = payload.anomalies
    out.version = readVersion(c, 32, out.negotiateFlags, payload.start)
    const domainText = payload.text(domainName, 0)
    if (domainText !== undefined) out.domainName = domainText
    const workstationText = payload.text(workstation, 0)
    if (workstationText !== undefined) out.workstation = workstationText
    payload.raiseIfCut()
    return out as NtlmNegotiate
  })
}

/** CHALLENGE_MESSAGE, [MS-NLMP] 2.2.1.2. The oldest form ends with the challenge and gives only the name of the server. */
export function parseNtlmChallenge(token: Uint8Array, wireLength: number = token.length): Parsed<NtlmChallenge> {
  return parse<NtlmChallenge>(new Cursor(token, wireLength), (c, out) => {
    readMessageType(c, CHALLENGE_MESSAGE)
    const targetName = readBuffer(c, 'TargetName')
    out.negotiateFlags = c.u32('NegotiateFlags')
    c.skip(8, 'ServerChallenge')
    out.serverChallenge = hex(c.bytes, 24, 32)
    const targetInfo = payloadStart(c, 32, [targetName]) < 48 ? null : readTargetInfoFields(c)
    const payload = new Payload(c, 32, targetInfo ? [targetName, targetInfo] : [targetName])
    out.anomalies = payload.anomalies
    out.version = readVersion(c, 48, out.negotiateFlags, payload.start)
    const targetText = payload.text(targetName, out.negotiateFlags)
    if (targetText !== undefined) out.targetName = targetText
    const list = payload.captured(targetInfo)
    out.targetInfo =
      list === null || targetInfo === null || targetInfo.length === 0 ? null : parseAvPairs(list, targetInfo.length)
    payload.raiseIfCut()
    return out as NtlmChallenge
  })
}

/**
 * AUTHENTICATE_MESSAGE, [MS-NLMP] 2.2.1.3. The MIC is assumed to be there where the payload leaves room for it: no flag of the header announces it
 * (MsvAvFlags does, and the two may disagree).
 */
export function parseNtlmAuthenticate(token: Uint8Array, wireLength: number = token.length): Parsed<NtlmAuthenticate> {
  return parse<NtlmAuthenticate>(new Cursor(token, wireLength), (c, out) => {
    readMessageType(c, AUTHENTICATE_MESSAGE)
    const lm = readBuffer(c, 'LmChallengeResponse')
    out.lmChallengeResponseLength = lm.length
    const nt = readBuffer(c, 'NtChallengeResponse')
    out.ntChallengeResponseLength = nt.length
    // The length of the user name decides whether it is anonymous.
    if (nt.length > 0) out.responses = judgeByLength(c, lm, nt, 0)
    const domainName = readBuffer(c, 'DomainName')
    const userName = readBuffer(c, 'UserName')
    out.userNameLength = userName.length
    out.responses = judgeByLength(c, lm, nt, userName.length)
    const workstation = readBuffer(c, 'Workstation')
    const buffers = [lm, nt, domainName, userName, workstation]
    const sessionKey = payloadStart(c, 52, buffers) < 64 ? null : readBuffer(c, 'EncryptedRandomSessionKey')
    out.encryptedRandomSessionKeyLength = sessionKey?.length ?? 0
    out.negotiateFlags = sessionKey && c.u32('NegotiateFlags')
    if (sessionKey !== null) buffers.push(sessionKey)
    const payload = new Payload(c, 52, buffers)
    out.anomalies = payload.anomalies
    if (sessionKey === null) out.anomalies.push('header-without-flags')
    const usual = payload.inOrder([domainName, userName, workstation]) && payload.inOrder([lm, nt])
    if (!usual) out.anomalies.push('buffers-out-of-order')
    const flags = out.negotiateFlags ?? 0
    out.version = readVersion(c, 64, flags, payload.start)
    out.mic = payload.start < 88 ? null : c.viewAt(72, 16, 'MIC')
    out.micZero = out.mic && isZero(out.mic)
    const domainText = payload.text(domainName, flags)
    if (domainText !== undefined) out.domainName = domainText
    const userText = payload.text(userName, flags)
    if (userText !== undefined) out.userName = userText
    const workstationText = payload.text(workstation, flags)
    if (workstationText !== undefined) out.workstation = workstationText
    const lmBytes = payload.bytes(lm)
    if (lmBytes !== undefined) out.lmChallengeResponse = lmBytes
    const ntBytes = payload.bytes(nt)
    if (ntBytes !== undefined) out.ntChallengeResponse = ntBytes
    judgeResponses(out, payload, lm, nt, userName.length)
    payload.raiseIfCut()
    return out as NtlmAuthenticate
  })
}

/** Which responses have these lengths, as far as lengths decide. */
function judgeByLength(c: Cursor, lm: BufferFields, nt: BufferFields, userLength: number): NtlmResponseKind {
  if (!isInside(c, lm) || !isInside(c, nt)) return 'unknown'
  return classifyResponses(NO_BYTES, NO_BYTES, userLength, { lmLength: lm.length, ntLength: nt.length })
}

/** Fills `responses` and `ntlmv2` by what was captured of the two. */
function judgeResponses(
  out: Partial<NtlmAuthenticate>,
  payload: Payload,
  lm: BufferFields,
  nt: BufferFields,
  userLength: number,
): void {
  const lmBytes = payload.captured(lm)
  const ntBytes = payload.captured(nt)
  out.responses =
    lmBytes && ntBytes
      ? classifyResponses(lmBytes, ntBytes, userLength, { lmLength: lm.length, ntLength: nt.length })
      : 'unknown'
  out.ntlmv2 = ntBytes && isNtlmv2(ntBytes, nt.length) ? readNtlmv2(ntBytes, nt.length) : null
}

function readNtlmv2(nt: Uint8Array, length: number): Partial<Ntlmv2Response> | null {
  const response = parseNtlmv2Response(nt, length)
  if (response.ok) return response.value
  return response.fault.kind === 'truncated' ? response.partial : null
}

function readMessageType(c: Cursor, type: number): void {
  c.skip(NTLMSSP_SIGNATURE.length, 'Signature')
  if (!isNtlmssp(c.bytes)) c.malformed('Signature', 0)
  if (c.u32('MessageType') !== type) c.unsupported('MessageType', 8)
}

/** VERSION at `offset`: only where the flag says so and the payload leaves room for it, because some senders set the flag without having the field. */
function readVersion(c: Cursor, offset: number, flags: number, payload: number): OsVersion | null {
  if (!(flags & NTLMSSP_NEGOTIATE_VERSION) || payload < offset + 8) return null
  c.offset = offset
  c.skip(8, 'Version')
  return { major: c.bytes[offset], minor: c.bytes[offset + 1], build: u16le(c.bytes, offset + 2) }
}

function readTargetInfoFields(c: Cursor): BufferFields {
  c.skip(8, 'Reserved')
  return readBuffer(c, 'TargetInfo')
}

/** A security buffer as its header describes it. */
interface BufferFields {
  field: string
  length: number
  offset: number
}

function readBuffer(c: Cursor, field: string): BufferFields {
  const at = c.offset
  if (at + 8 > c.bytes.length || at + 8 > c.wireLength) raiseInBuffer(c, field)
  c.offset = at + 8
  return { field, length: u16le(c.bytes, at), offset: u32le(c.bytes, at + 4) }
}

/** Raises the fault of the part of a security buffer that is missing. Only here are the names of the parts made. */
function raiseInBuffer(c: Cursor, field: string): void {
  c.skip(2, `${field}Len`)
  c.skip(2, `${field}MaxLen`)
  c.skip(4, `${field}BufferOffset`)
}

/**
 * The lowest offset of a buffer that has any bytes, the end of the message where none has. A buffer that points into the first `fixed` bytes, which every
 * form of the message has, does not help to find the form.
 */
function payloadStart(c: Cursor, fixed: number, buffers: readonly BufferFields[]): number {
  let start = c.wireLength
  for (let i = 0; i < buffers.length; i++) {
    const { length, offset } = buffers[i]
    if (length > 0 && offset >= fixed && offset < start) start = offset
  }
  return start
}

/** Does a buffer end within the message? One without bytes has no position. */
function isInside({ wireLength }: Cursor, { offset, length }: BufferFields): boolean {
  return length === 0 || offset + length <= wireLength
}

const NO_BYTES = new Uint8Array(0)

/** The buffers of one message: their content, and what is odd about them. */
class Payload {
  /** Where the payload begins: fields of the header behind that do not exist. */
  readonly start: number
  readonly anomalies: string[]
  private readonly cursor: Cursor
  /** The first requested buffer that goes beyond what was captured. */
  private cut: BufferFields | null = null

  constructor(cursor: Cursor, fixed: number, buffers: readonly BufferFields[]) {
    this.cursor = cursor
    if (standApart(buffers, fixed, cursor.wireLength)) {
      this.start = payloadStart(cursor, fixed, buffers)
      this.anomalies = []
      return
    }
    const filled = buffers.filter((b) => b.length > 0)
    const inside = filled.filter((b) => this.holds(b))
    // A buffer that points outside may belong behind the fixed fields.
    this.start = inside.length < filled.length ? fixed : payloadStart(cursor, fixed, inside)
    this.anomalies = [...misplaced(filled, fixed, cursor.wireLength), ...overlaps(inside)]
  }

  /** A view of what was captured; null where the header has no such buffer or it leaves the message. */
  captured(buffer: BufferFields | null): Uint8Array | null {
    if (buffer === null) return null
    const { length, offset } = buffer
    if (length === 0) return NO_BYTES
    if (!this.holds(buffer)) return null
    const { bytes } = this.cursor
    if (offset + length > bytes.length) this.cut ??= buffer
    return bytes.subarray(offset, offset + length)
  }

  /** The same, but undefined where the capture was cut before its end. */
  bytes(buffer: BufferFields | null): Uint8Array | null | undefined {
    const captured = this.captured(buffer)
    return buffer === null || captured === null || captured.length === buffer.length ? captured : undefined
  }

  text(buffer: BufferFields | null, flags: number): string | null | undefined {
    if (buffer?.length === 0) return ''
    const bytes = this.bytes(buffer)
    return bytes && (flags & NTLMSSP_NEGOTIATE_UNICODE ? utf16le(bytes) : oem(bytes))
  }

  /** Are those of these buffers that have bytes in this order? */
  inOrder(buffers: readonly BufferFields[]): boolean {
    let last = -1
    for (let i = 0; i < buffers.length; i++) {
      const b = buffers[i]
      if (b.length === 0 || !this.holds(b)) continue
      if (b.offset <= last) return false
      last = b.offset
    }
    return true
  }

  /** Raises the fault of the first buffer that was not captured. */
  raiseIfCut(): void {
    if (this.cut !== null) this.cursor.viewAt(this.cut.offset, this.cut.length, this.cut.field)
  }

  private holds(buffer: BufferFields): boolean {
    return isInside(this.cursor, buffer)
  }
}

/** Do the buffers that have bytes lie between the fixed fields and the end without overlap? Then there is nothing to report, as in nearly every message. */
function standApart(buffers: readonly BufferFields[], fixed: number, end: number): boolean {
  for (let i = 0; i < buffers.length; i++) {
    const { length, offset } = buffers[i]
    if (length === 0) continue
    if (offset < fixed || offset + length > end) return false
    for (let j = 0; j < i; j++) {
      const other = buffers[j]
      if (other.length > 0 && offset < other.offset + other.length && other.offset < offset + length) return false
    }
  }
  return true
}

function misplaced(filled: readonly BufferFields[], fixed: number, end: number): string[] {
  const anomalies: string[] = []
  for (const b of filled) {
    if (b.offset + b.length > end) anomalies.push(`${kebab(b.field)}-out-of-bounds`)
    if (b.offset < fixed) anomalies.push(`${kebab(b.field)}-in-header`)
  }
  return anomalies
}

function overlaps(inside: readonly BufferFields[]): string[] {
  const anomalies: string[] = []
  let last: BufferFields | null = null
  for (const b of inside.toSorted((x, y) => x.offset - y.offset)) {
    if (last !== null && last.offset + last.length > b.offset)
      anomalies.push(`${kebab(b.field)}-overlaps-${kebab(last.field)}`)
    if (last === null || b.offset + b.length > last.offset + last.length) last = b
  }
  return anomalies
}

function kebab(field: string): string {
  return field.replace(/[A-Z]/g, (letter, at: number) => (at === 0 ? '' : '-') + letter.toLowerCase())
}
