import { describe, expect, it } from 'vitest'
import { classifyResponses, parseNtlmv2Response } from '../../../dissectors/auth/ntlm-responses.ts'
import { concat } from '../../support/der-builder.ts'
import { avPair, utf16 } from '../../support/ntlm-builder.ts'
import { bytes } from './fixtures.ts'

const NONE = new Uint8Array(0)
const ZERO = new Uint8Array(24)
const NT1 = new Uint8Array(24).fill(0x11)
const LM1 = new Uint8Array(24).fill(0x22)
const ESS = concat(bytes('42c09b264cbc4709'), new Uint8Array(16))
const NT2 = concat(new Uint8Array(16).fill(0x33), bytes('01 01'), new Uint8Array(30))
const NAMED = 26

describe('classifyResponses', () => {
  it.each([
    ['anonymous', 'both empty, no user', NONE, NONE, 0],
    ['anonymous', 'an LM response of one zero byte, no user', Uint8Array.of(0), NONE, 0],
    ['lm', 'LM alone', LM1, NONE, NAMED],
    ['lm', 'LM alone, without a user', LM1, NONE, 0],
    ['ntlmv1-ess', 'the LM field carries a client challenge', ESS, NT1, NAMED],
    ['ntlmv1', 'the LM field repeats the NT response', NT1, NT1, NAMED],
    ['ntlmv1', 'NT alone', NONE, NT1, NAMED],
    ['ntlmv1', 'NT with an LM response of zeros, which is none', ZERO, NT1, NAMED],
    ['ntlmv1', 'NT with an LM response of a length that is none', Uint8Array.of(0), NT1, NAMED],
    ['lm+ntlmv1', 'both', LM1, NT1, NAMED],
    ['ntlmv2', 'with an LM response of zeros', ZERO, NT2, NAMED],
    ['ntlmv2', 'with an LMv2 response', LM1, NT2, NAMED],
    ['ntlmv2', 'with no LM response', NONE, NT2, NAMED],
    ['ntlmv2', 'what would be a client challenge beside NTLMv1', ESS, NT2, NAMED],
    ['ntlmv2', 'without a user: a guest, not anonymous', ZERO, NT2, 0],
    ['ntlmv2', 'at its shortest', NONE, NT2.subarray(0, 44), NAMED],
    ['unknown', 'no response of a named user', NONE, NONE, NAMED],
    ['unknown', 'an LM response of one zero byte, of a named user', Uint8Array.of(0), NONE, NAMED],
    ['unknown', 'an LM response of one other byte', Uint8Array.of(1), NONE, 0],
    ['unknown', 'an NT response of 25 bytes', NONE, new Uint8Array(25), NAMED],
    ['unknown', 'an NT response cut before its AV pairs', NONE, NT2.subarray(0, 43), NAMED],
    ['unknown', 'an NT response without the version of NTLMv2', NONE, new Uint8Array(48), NAMED],
    ['unknown', 'hexadecimal text of NTLMv1, 48 characters', NONE, new Uint8Array(48).fill(0x61), NAMED],
  ])('%s: %s', (kind, _, lm, nt, userLength) => {
    expect(classifyResponses(lm, nt, userLength)).toBe(kind)
  })

  it('has no session security in SMB1 without extended security', () => {
    expect(classifyResponses(ESS, NT1, NAMED, { extendedSecurity: false })).toBe('lm+ntlmv1')
    expect(classifyResponses(ESS, NT1, NAMED, { extendedSecurity: true })).toBe('ntlmv1-ess')
    expect(classifyResponses(Uint8Array.of(0), NONE, 0, { extendedSecurity: false })).toBe('anonymous')
    expect(classifyResponses(LM1, NT2, NAMED, { extendedSecurity: false })).toBe('ntlmv2')
  })
})

describe('classifyResponses, of a part', () => {
  it.each([
    ['lm', 'LM alone', NONE, 24, NONE, 0],
    ['anonymous', 'nothing at all', NONE, 0, NONE, 0],
    ['unknown', 'one byte that was not captured', NONE, 1, NONE, 0],
    ['ntlmv1', 'NT alone', NONE, 0, NONE, 24],
    ['ntlmv1-any', 'two of 24 bytes', NONE, 24, NONE, 24],
    ['ntlmv1-any', 'half of an LM field that may carry a challenge', ESS.subarray(0, 12), 24, NONE, 24],
    ['ntlmv1-ess', 'the LM field carries a client challenge', ESS, 24, NONE, 24],
    ['ntlmv1', 'an LM response of zeros', ZERO, 24, NONE, 24],
    ['ntlmv1-any', 'an NT response that may repeat the LM one', LM1, 24, LM1.subarray(0, 12), 24],
    ['lm+ntlmv1', 'an NT response that does not', LM1, 24, NT1.subarray(0, 1), 24],
    ['ntlmv2', 'by its length', NONE, 24, NONE, 200],
    ['ntlmv2', 'by its length and version', NONE, 24, NT2.subarray(0, 18), 200],
    ['unknown', 'of that length, without the version of NTLMv2', NONE, 24, new Uint8Array(17), 200],
    ['unknown', 'an NT response of 25 bytes', NONE, 0, NONE, 25],
  ])('%s: %s', (kind, _, lm, lmLength, nt, ntLength) => {
    expect(classifyResponses(lm, nt, 0, { lmLength, ntLength })).toBe(kind)
  })
})

describe('parseNtlmv2Response', () => {
  const response = concat(
    bytes('0f842a7e66fa9a6b76ee3fc96a2fa7f6'),
    bytes('01 01 00 00 00 00 00 00'),
    bytes('58 df 7b 2f 54 b4 cc 01'),
    bytes('98 93 fd 6e aa cc c5 74'),
    bytes('00 00 00 00'),
    avPair(9, utf16('cifs/srv')),
    bytes('00 00 00 00'),
    bytes('00 00 00 00'),
  )

  it('reads proof, time, client challenge and AV pairs', () => {
    expect(parseNtlmv2Response(response)).toEqual({
      ok: true,
      value: {
        ntProofStr: '0f842a7e66fa9a6b76ee3fc96a2fa7f6',
        timeStamp: 129676762953801560n,
        challengeFromClient: '9893fd6eaaccc574',
        avPairs: expect.objectContaining({ targetName: 'cifs/srv', flags: null, anomalies: [] }),
      },
    })
  })

  it('has the AV pairs that were captured', () => {
    expect(parseNtlmv2Response(response.subarray(0, 50), response.length)).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'AvPairs', offset: 44 },
      partial: {
        ntProofStr: '0f842a7e66fa9a6b76ee3fc96a2fa7f6',
        timeStamp: 129676762953801560n,
        challengeFromClient: '9893fd6eaaccc574',
        avPairs: expect.objectContaining({ targetName: null, cut: true, anomalies: [] }),
      },
    })
  })

  it.each([
    ['RespType', 16],
    ['HiRespType', 17],
  ])('is unsupported with another %s, and then has no proof', (field, offset) => {
    const other = Uint8Array.from(response)
    other[offset] = 2
    expect(parseNtlmv2Response(other)).toEqual({
      ok: false,
      fault: { kind: 'unsupported', field, offset },
      partial: {},
    })
  })

  it('is malformed where it is shorter than its fixed part', () => {
    expect(parseNtlmv2Response(response.subarray(0, 43))).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'Reserved3', offset: 40 },
    })
  })
})
