/** NTLMSSP messages, [MS-NLMP] 2.2.1. Offsets in them count from their signature. */

import { AV_ID, AV_PAIR_LIMIT } from '../../../dissectors/auth/av-pairs.ts'
import { classifyResponses, isNtlmv2 } from '../../../dissectors/auth/ntlm-responses.ts'
import { messageType, NTLMSSP_NEGOTIATE_UNICODE, NTLMSSP_NEGOTIATE_VERSION } from '../../../dissectors/auth/ntlmssp.ts'
import { isZero, u16le, u32le } from '../../../dissectors/bytes.ts'
import { oem, utf16le } from '../../../dissectors/text.ts'
import { type Field, type FieldReader, hexBytes, note } from '../field/field.ts'
import { type FlagNames, fileTime, flags, hexNumber, namedNumber, nameIn } from '../field/names.ts'

const NEGOTIATE_FLAGS: FlagNames = [
  [0x00000001, 'UNICODE'],
  [0x00000002, 'OEM'],
  [0x00000004, 'REQUEST_TARGET'],
  [0x00000010, 'SIGN'],
  [0x00000020, 'SEAL'],
  [0x00000040, 'DATAGRAM'],
  [0x00000080, 'LM_KEY'],
  [0x00000200, 'NTLM'],
  [0x00000800, 'ANONYMOUS'],
  [0x00001000, 'OEM_DOMAIN_SUPPLIED'],
  [0x00002000, 'OEM_WORKSTATION_SUPPLIED'],
  [0x00004000, 'LOCAL_CALL'],
  [0x00008000, 'ALWAYS_SIGN'],
  [0x00010000, 'TARGET_TYPE_DOMAIN'],
  [0x00020000, 'TARGET_TYPE_SERVER'],
  [0x00080000, 'EXTENDED_SESSIONSECURITY'],
  [0x00100000, 'IDENTIFY'],
  [0x00400000, 'REQUEST_NON_NT_SESSION_KEY'],
  [0x00800000, 'TARGET_INFO'],
  [0x02000000, 'VERSION'],
  [0x20000000, '128'],
  [0x40000000, 'KEY_EXCH'],
  [0x80000000, '56'],
]

const AV_FLAGS = flags(8, [
  [1, 'constrained'],
  [2, 'MIC provided'],
  [4, 'untrusted target name'],
])

const TYPES = ['', 'NEGOTIATE', 'CHALLENGE', 'AUTHENTICATE']
const avName = nameIn(AV_ID)

const FIELDS_LENGTH = 8

/** A security buffer as its header describes it. */
interface Buffer {
  name: string
  length: number
  offset: number
}

/** Reads a message that begins where `r` does. */
export function describeNtlmssp(r: FieldReader): void {
  const type = messageType(r.bytes)
  r.group(`NTLMSSP ${TYPES[type ?? 0] || 'message'}`, '', (group) => {
    r.raw('Signature', 8, () => "'NTLMSSP\\0'")
    r.u32(
      'MessageType',
      namedNumber(8, (value) => TYPES[value]),
    )
    if (type === 1) negotiate(r, group)
    else if (type === 2) challenge(r, group)
    else if (type === 3) authenticate(r, group)
    else note(group, 'MessageType is none of the three')
  })
}

function negotiate(r: FieldReader, group: Field): void {
  const set = r.u32('NegotiateFlags', flags(8, NEGOTIATE_FLAGS))
  // The oldest form ends here.
  if (r.cursor.wireLength < 32) return
  const buffers = [fieldsOf(r, 'DomainName'), fieldsOf(r, 'Workstation')]
  version(r, set, 32, payloadStart(r, 32, buffers))
  // Nothing is negotiated yet: the texts are OEM.
  for (const each of buffers) r.buffer(group, each.name, each.offset, each.length, { show: oem })
}

function challenge(r: FieldReader, group: Field): void {
  const target = fieldsOf(r, 'TargetName')
  const set = r.u32('NegotiateFlags', flags(8, NEGOTIATE_FLAGS))
  r.raw('ServerChallenge', 8)
  if (payloadStart(r, 32, [target]) >= 48) {
    r.raw('Reserved', 8)
    const info = fieldsOf(r, 'TargetInfo')
    version(r, set, 48, payloadStart(r, 32, [target, info]))
    r.buffer(group, info.name, info.offset, info.length, { inside: avPairs })
  }
  r.buffer(group, target.name, target.offset, target.length, { show: textOf(set) })
}

function authenticate(r: FieldReader, group: Field): void {
  const lm = fieldsOf(r, 'LmChallengeResponse')
  const nt = fieldsOf(r, 'NtChallengeResponse')
  const texts = [fieldsOf(r, 'DomainName'), fieldsOf(r, 'UserName'), fieldsOf(r, 'Workstation')]
  const buffers = [lm, nt, ...texts]
  let set = 0
  let key: Buffer | null = null
  if (payloadStart(r, 52, buffers) >= 64) {
    key = fieldsOf(r, 'EncryptedRandomSessionKey')
    buffers.push(key)
    set = r.u32('NegotiateFlags', flags(8, NEGOTIATE_FLAGS))
    const start = payloadStart(r, 52, buffers)
    version(r, set, 64, start)
    // No flag of the header announces it: it is there if the payload leaves room for it.
    if (start >= 88) r.rawAt('MIC', 72, 16, (mic) => (isZero(mic) ? 'all zero' : hexBytes(mic)))
  }
  const kind = responseKind(r, lm, nt, texts[1]?.length ?? 0)
  group.value = kind
  const v2 = isNtlmv2(viewOf(r, nt), nt.length)
  r.buffer(group, lm.name, lm.offset, lm.length)
  r.buffer(group, nt.name, nt.offset, nt.length, { show: () => kind, ...(v2 ? { inside: ntlmv2Response } : {}) })
  for (const each of texts) r.buffer(group, each.name, each.offset, each.length, { show: textOf(set) })
  if (key !== null) r.buffer(group, key.name, key.offset, key.length)
}

function responseKind(r: FieldReader, lm: Buffer, nt: Buffer, userLength: number): string {
  return classifyResponses(viewOf(r, lm), viewOf(r, nt), userLength, { lmLength: lm.length, ntLength: nt.length })
}

function viewOf({ bytes }: FieldReader, { offset, length }: Buffer): Uint8Array {
  return bytes.subarray(offset, offset + length)
}

/** Len, MaxLen and BufferOffset. Of fields that were cut, those that were captured are shown. */
function fieldsOf(r: FieldReader, name: string): Buffer {
  const field = r.rawAt(`${name}Fields`, r.offset, FIELDS_LENGTH)
  r.within(field, r.offset, FIELDS_LENGTH, (inner) => {
    inner.u16(`${name}Len`)
    inner.u16(`${name}MaxLen`)
    inner.u32(`${name}BufferOffset`)
  })
  const { cursor } = r
  const length = cursor.u16(`${name}Len`)
  const max = cursor.u16(`${name}MaxLen`)
  const offset = cursor.u32(`${name}BufferOffset`)
  field.value = `${length} bytes at ${offset}`
  if (max < length) note(field, 'MaxLen is less than Len')
  return { name, length, offset }
}

/** The lowest offset of a buffer with any bytes, the message's end if none has: headers are of no fixed length, and end there. */
function payloadStart({ cursor }: FieldReader, fixed: number, buffers: readonly Buffer[]): number {
  let start = cursor.wireLength
  for (const { length, offset } of buffers) if (length > 0 && offset >= fixed && offset < start) start = offset
  return start
}

function version(r: FieldReader, set: number, offset: number, payload: number): void {
  if ((set & NTLMSSP_NEGOTIATE_VERSION) === 0 || payload < offset + 8) return
  r.rawAt('Version', offset, 8, (v) => (v.length < 8 ? '' : `${v[0]}.${v[1]}.${u16le(v, 2)} (NTLM revision ${v[7]})`))
}

function textOf(set: number): (bytes: Uint8Array) => string {
  return (set & NTLMSSP_NEGOTIATE_UNICODE) !== 0 ? utf16le : oem
}

/** NTLMv2_RESPONSE, [MS-NLMP] 2.2.2.8. */
function ntlmv2Response(r: FieldReader): void {
  r.raw('NTProofStr', 16)
  r.u8('RespType')
  r.u8('HiRespType')
  r.u16('Reserved1')
  r.u32('Reserved2')
  r.u64('TimeStamp', fileTime)
  r.raw('ChallengeFromClient', 8)
  r.u32('Reserved3')
  r.group('AvPairs', '', (group) => {
    avPairs(r)
    group.value = `${group.children.length} pairs`
  })
  if (r.cursor.remaining() > 0) r.raw('Padding', r.cursor.remaining())
}

/** AV_PAIR list, [MS-NLMP] 2.2.2.1, to its end or that of the reader. */
function avPairs(r: FieldReader): void {
  const { cursor } = r
  for (let count = 0; count < AV_PAIR_LIMIT && cursor.remaining() > 0; count++) {
    const start = r.offset
    const id = cursor.u16('AvId')
    const length = cursor.u16('AvLen')
    const value = cursor.capturedAt(r.offset, length, 'Value')
    const field = r.add(avName(id) ?? `AvId ${hexNumber(id, 4)}`, avText(id, value), start, r.offset + length)
    r.within(field, start, 4 + length, (inner) => {
      inner.u16('AvId', namedNumber(4, avName))
      inner.u16('AvLen')
      if (length > 0) inner.raw('Value', length)
    })
    cursor.skip(length, 'Value')
    if (id === AV_ID.MsvAvEOL) return
  }
}

function avText(id: number, value: Uint8Array): string {
  switch (id) {
    case AV_ID.MsvAvEOL:
      return ''
    case AV_ID.MsvAvFlags:
      return value.length === 4 ? AV_FLAGS(u32le(value, 0)) : hexBytes(value)
    case AV_ID.MsvAvTimestamp:
      return value.length === 8 ? fileTime((BigInt(u32le(value, 4)) << 32n) | BigInt(u32le(value, 0))) : hexBytes(value)
    case AV_ID.MsvAvSingleHost:
      return hexBytes(value)
    case AV_ID.MsvAvChannelBindings:
      return isZero(value) ? 'none (all zero)' : hexBytes(value)
    default:
      return avName(id) === undefined ? hexBytes(value) : utf16le(value)
  }
}
