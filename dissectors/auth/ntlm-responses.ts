/**
 * The two responses that answer an NTLM challenge, LmChallengeResponse and NtChallengeResponse ([MS-NLMP] 2.2.2.3 to 2.2.2.8), of an AUTHENTICATE
 * message or of an SMB1 SESSION_SETUP_ANDX without extended security. Nothing on the wire names their version: it follows from their lengths and content.
 * NegotiateFlags do not show it, because they are the same for NTLMv1 with session security and for NTLMv2.
 *
 *   NT       LM                                          which
 *   0        0, or one zero byte; no user name           anonymous
 *   0        24                                          lm
 *   24       24, zero from byte 8 on                     ntlmv1-ess: the LM field carries the client's challenge
 *   24       24, equal to NT                             ntlmv1, sent twice
 *   24       24                                          lm+ntlmv1
 *   24       anything else                               ntlmv1
 *   >= 44    any, with 01 01 at byte 16 of NT            ntlmv2
 *
 * Where the capture was cut inside them, the lengths decide as far as they can: only an NTLMv2 response has 44 bytes or more.
 */
import { hex, isZero, startsWith } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { type AvPairs, parseAvPairs } from './av-pairs.ts'

/** `ntlmv1-any`: one of the three; the bytes that decide which were not captured. */
export type NtlmResponseKind =
  | 'anonymous'
  | 'lm'
  | 'ntlmv1'
  | 'ntlmv1-ess'
  | 'lm+ntlmv1'
  | 'ntlmv1-any'
  | 'ntlmv2'
  | 'unknown'

export interface ClassifyOptions {
  /** As declared: more than `lm.length` and `nt.length` where the capture was cut. */
  lmLength?: number
  ntLength?: number
  /** False for SMB1 without extended security, where session security ("ESS") does not exist. Default true. */
  extendedSecurity?: boolean
}

/** LM and NTLMv1 responses are three DES blocks. */
const RESPONSE_V1_LENGTH = 24

/** Proof and NTLMv2_CLIENT_CHALLENGE before its AV pairs. */
const RESPONSE_V2_LENGTH = 44

/**
 * `lm` and `nt` are what was captured of the two. `userLength`: the length of the user name in bytes, as declared. `unknown`: the responses fit no
 * form of NTLM, or the bytes that decide were not captured.
 */
export function classifyResponses(
  lm: Uint8Array,
  nt: Uint8Array,
  userLength: number,
  { lmLength = lm.length, ntLength = nt.length, extendedSecurity = true }: ClassifyOptions = {},
): NtlmResponseKind {
  if (ntLength === 0) {
    if (lmLength === RESPONSE_V1_LENGTH) return 'lm'
    const empty = lmLength === 0 || (lmLength === 1 && lm[0] === 0)
    return empty && userLength === 0 ? 'anonymous' : 'unknown'
  }
  if (ntLength === RESPONSE_V1_LENGTH) {
    if (lmLength !== RESPONSE_V1_LENGTH) return 'ntlmv1'
    if (lm.length < RESPONSE_V1_LENGTH) return 'ntlmv1-any'
    // All zero: the client sends no LM response although the message requires the field, so no LM hash left the host.
    if (isZero(lm)) return 'ntlmv1'
    if (extendedSecurity && isZero(lm, 8)) return 'ntlmv1-ess'
    if (!startsWith(lm, nt)) return 'lm+ntlmv1'
    return nt.length < RESPONSE_V1_LENGTH ? 'ntlmv1-any' : 'ntlmv1'
  }
  return isNtlmv2(nt, ntLength) ? 'ntlmv2' : 'unknown'
}

/**
 * Does a response have the length and the two version bytes of NTLMv2, as far as they were captured? Then `parseNtlmv2Response` reads it.
 * @param ntLength as declared
 */
export function isNtlmv2(nt: Uint8Array, ntLength: number = nt.length): boolean {
  if (ntLength < RESPONSE_V2_LENGTH) return false
  return (nt.length <= 16 || nt[16] === 1) && (nt.length <= 17 || nt[17] === 1)
}

/**
 * NTLMv2_RESPONSE, [MS-NLMP] 2.2.2.8, with its NTLMv2_CLIENT_CHALLENGE, 2.2.2.7:
 *
 *   0 Response (16)  16 RespType = 1  17 HiRespType = 1  18 Reserved1 (2)  20 Reserved2 (4)  24 TimeStamp (8)
 *  32 ChallengeFromClient (8)  40 Reserved3 (4)  44 AvPairs
 */
export interface Ntlmv2Response {
  /** NTProofStr, 32 hex digits: different in every exchange, so the same value in two connections means that one was relayed. */
  ntProofStr: string
  /** FILETIME: ticks of 100 ns since 1601 UTC. */
  timeStamp: bigint
  /** 16 hex digits. */
  challengeFromClient: string
  /** In a partial record as far as the list was captured. */
  avPairs: AvPairs
}

/** Reads an NtChallengeResponse. A RespType other than 1 is `unsupported`. */
export function parseNtlmv2Response(nt: Uint8Array, wireLength: number = nt.length): Parsed<Ntlmv2Response> {
  return parse<Ntlmv2Response>(new Cursor(nt, wireLength), (c, out) => {
    c.skip(16, 'Response')
    if (c.u8('RespType') !== 1) c.unsupported('RespType', 16)
    if (c.u8('HiRespType') !== 1) c.unsupported('HiRespType', 17)
    out.ntProofStr = hex(nt, 0, 16)
    c.skip(2, 'Reserved1')
    c.skip(4, 'Reserved2')
    out.timeStamp = c.u64('TimeStamp')
    c.skip(8, 'ChallengeFromClient')
    out.challengeFromClient = hex(nt, 32, 40)
    c.skip(4, 'Reserved3')
    const { offset } = c
    const length = c.remaining()
    const list = c.capturedAt(offset, length, 'AvPairs')
    out.avPairs = parseAvPairs(list, length)
    c.raiseIfShort(list, offset, length, 'AvPairs')
    return out as Ntlmv2Response
  })
}
