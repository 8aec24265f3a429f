import { describe, expect, it } from 'vitest'
import type { AvPairs } from '../../../dissectors/auth/av-pairs.ts'
import {
  isNtlmssp,
  messageType,
  NTLMSSP_NEGOTIATE_UNICODE,
  NTLMSSP_NEGOTIATE_VERSION,
  type NtlmAuthenticate,
  parseNtlmAuthenticate,
  parseNtlmChallenge,
  parseNtlmNegotiate,
} from '../../../dissectors/auth/ntlmssp.ts'
import { innerToken, parseSecurityBlob } from '../../../dissectors/auth/spnego.ts'
import { type Parsed, readable } from '../../../dissectors/cursor.ts'
import { ascii, concat } from '../../support/der-builder.ts'
import { avPair, type NtlmBuffer, ntlmMessage, utf16 } from '../../support/ntlm-builder.ts'
import {
  ANONYMOUS_NTLM_AUTHENTICATE,
  bytes,
  CLIENT_NTLM_AUTHENTICATE,
  CLIENT_NTLM_NEGOTIATE,
  DAMAGED_NTLM_AUTHENTICATE,
  GUEST_NTLM_AUTHENTICATE,
  RAW_NTLM_AUTHENTICATE,
  RAW_NTLM_CHALLENGE,
  SERVER_NTLM_CHALLENGE,
  TORTURE_NTLM_AUTHENTICATE,
  TORTURE_NTLM_NEGOTIATE,
} from './fixtures.ts'

function tokenOf(blob: Uint8Array): Uint8Array {
  return innerToken(readable(parseSecurityBlob(blob))).bytes ?? new Uint8Array(0)
}

function valueIn<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`${parsed.fault.kind}: ${parsed.fault.field} at ${parsed.fault.offset}`)
  return parsed.value
}

const NO_PAIRS: AvPairs = {
  nbComputerName: null,
  nbDomainName: null,
  dnsComputerName: null,
  dnsDomainName: null,
  dnsTreeName: null,
  flags: null,
  timestamp: null,
  singleHost: null,
  targetName: null,
  channelBindings: null,
  unknown: [],
  cut: false,
  anomalies: [],
}

const UNICODE = NTLMSSP_NEGOTIATE_UNICODE
const VERSION = NTLMSSP_NEGOTIATE_VERSION
const WINDOWS_7 = bytes('06 01 b1 1d 00 00 00 0f')

describe('messageType', () => {
  it('is that of the message', () => {
    expect(
      [CLIENT_NTLM_NEGOTIATE, SERVER_NTLM_CHALLENGE, CLIENT_NTLM_AUTHENTICATE].map((blob) =>
        messageType(tokenOf(blob)),
      ),
    ).toEqual([1, 2, 3])
  })

  it.each([
    ['another type', concat(ascii('NTLMSSP\0'), bytes('04 00 00 00'))],
    ['a type in the wrong byte order', concat(ascii('NTLMSSP\0'), bytes('00 00 00 01'))],
    ['a signature alone', ascii('NTLMSSP\0')],
    ['another signature', concat(ascii('NTLMSSP '), bytes('01 00 00 00'))],
    ['nothing', bytes('')],
  ])('is null for %s', (_, token) => {
    expect(messageType(token)).toBeNull()
  })

  it('needs the complete signature', () => {
    expect(isNtlmssp(ascii('NTLMSSP\0'))).toBe(true)
    expect(isNtlmssp(ascii('NTLMSSP'))).toBe(false)
  })
})

describe('NEGOTIATE', () => {
  it('of Windows: version, no names', () => {
    expect(valueIn(parseNtlmNegotiate(tokenOf(CLIENT_NTLM_NEGOTIATE)))).toEqual({
      negotiateFlags: 0xe2088297,
      domainName: '',
      workstation: '',
      version: { major: 6, minor: 0, build: 6001 },
      anomalies: [],
    })
  })

  it('of Samba: OEM names although Unicode is offered, and where the version would be, a name', () => {
    expect(valueIn(parseNtlmNegotiate(tokenOf(TORTURE_NTLM_NEGOTIATE)))).toEqual({
      negotiateFlags: 0x60080215,
      domainName: 'VNET3',
      workstation: 'BLU',
      version: null,
      anomalies: [],
    })
  })

  it('has no version where the flag is set and the payload starts in its place', () => {
    const token = ntlmMessage(
      1,
      32,
      [
        { at: 24, value: ascii('HOST') },
        { at: 16, value: ascii('D\xd6M') },
      ],
      (view) => view.setUint32(12, UNICODE | VERSION, true),
    )
    expect(valueIn(parseNtlmNegotiate(token))).toEqual({
      negotiateFlags: 0x02000001,
      domainName: 'DÖM',
      workstation: 'HOST',
      version: null,
      anomalies: [],
    })
  })

  it('has no version where the flag is not set', () => {
    const token = ntlmMessage(1, 40, [], (view) => view.setUint32(32, 0x1db1_0106, true))
    expect(valueIn(parseNtlmNegotiate(token)).version).toBeNull()
  })

  it('may end with its flags', () => {
    const token = ntlmMessage(1, 16, [], (view) => view.setUint32(12, 0xb203, true))
    expect(valueIn(parseNtlmNegotiate(token))).toEqual({
      negotiateFlags: 0xb203,
      domainName: null,
      workstation: null,
      version: null,
      anomalies: [],
    })
  })
})

describe('CHALLENGE', () => {
  it('of a domain member', () => {
    expect(valueIn(parseNtlmChallenge(tokenOf(SERVER_NTLM_CHALLENGE)))).toEqual({
      negotiateFlags: 0xe2898215,
      serverChallenge: 'f3d5ab7a0dab57c4',
      targetName: 'CONTOSO',
      targetInfo: {
        ...NO_PAIRS,
        nbDomainName: 'CONTOSO',
        nbComputerName: 'SERVER002',
        dnsDomainName: 'contoso.com',
        dnsComputerName: 'SERVER002.contoso.com',
        dnsTreeName: 'contoso.com',
        timestamp: 129676762953801560n,
      },
      version: { major: 6, minor: 0, build: 6001 },
      anomalies: [],
    })
  })

  it('of Windows XP: no time', () => {
    expect(valueIn(parseNtlmChallenge(tokenOf(RAW_NTLM_CHALLENGE)))).toEqual({
      negotiateFlags: 0x628a0205,
      serverChallenge: 'ccc0bad0f47e17f0',
      targetName: 'TEST-F7DFBC3FE9',
      targetInfo: {
        ...NO_PAIRS,
        nbDomainName: 'TEST-F7DFBC3FE9',
        nbComputerName: 'TEST-F7DFBC3FE9',
        dnsDomainName: 'test-f7dfbc3fe9',
        dnsComputerName: 'test-f7dfbc3fe9',
        flags: 1,
      },
      version: { major: 5, minor: 1, build: 2600 },
      anomalies: [],
    })
  })

  it('may end with the challenge, its name after it in OEM text', () => {
    const token = ntlmMessage(2, 32, [{ at: 12, value: ascii('DOMAIN') }], (view) => {
      view.setUint32(20, 0x8202, true)
      view.setBigUint64(24, 0xefcdab8967452301n, true)
    })
    expect(valueIn(parseNtlmChallenge(token))).toEqual({
      negotiateFlags: 0x8202,
      serverChallenge: '0123456789abcdef',
      targetName: 'DOMAIN',
      targetInfo: null,
      version: null,
      anomalies: [],
    })
  })

  it('may have an empty target information, which counts as none', () => {
    const token = ntlmMessage(2, 56, [{ at: 12, value: utf16('D') }], (view) => {
      view.setUint32(20, UNICODE | VERSION, true)
      view.setUint32(48, 0x4563_000a, true)
    })
    expect(valueIn(parseNtlmChallenge(token))).toEqual({
      negotiateFlags: 0x02000001,
      serverChallenge: '0000000000000000',
      targetName: 'D',
      targetInfo: null,
      version: { major: 10, minor: 0, build: 17763 },
      anomalies: [],
    })
  })

  it('keeps the challenge and the name where the target information leaves the message', () => {
    const token = ntlmMessage(
      2,
      56,
      [
        { at: 12, value: utf16('D') },
        { at: 40, value: bytes('00 00 00 00'), length: 5 },
      ],
      (view) => view.setUint32(20, UNICODE, true),
    )
    expect(valueIn(parseNtlmChallenge(token))).toMatchObject({
      targetName: 'D',
      targetInfo: null,
      anomalies: ['target-info-out-of-bounds'],
    })
  })
})

describe('AUTHENTICATE', () => {
  it('of Windows: NTLMv2 with a MIC', () => {
    const token = tokenOf(CLIENT_NTLM_AUTHENTICATE)
    expect(valueIn(parseNtlmAuthenticate(token))).toEqual({
      negotiateFlags: 0xe2888215,
      lmChallengeResponseLength: 24,
      ntChallengeResponseLength: 266,
      userNameLength: 26,
      encryptedRandomSessionKeyLength: 16,
      lmChallengeResponse: new Uint8Array(24),
      ntChallengeResponse: token.subarray(168, 434),
      responses: 'ntlmv2',
      ntlmv2: {
        ntProofStr: '0f842a7e66fa9a6b76ee3fc96a2fa7f6',
        timeStamp: 129676762953801560n,
        challengeFromClient: '9893fd6eaaccc574',
        avPairs: {
          ...NO_PAIRS,
          nbDomainName: 'CONTOSO',
          nbComputerName: 'SERVER002',
          dnsDomainName: 'contoso.com',
          dnsComputerName: 'SERVER002.contoso.com',
          dnsTreeName: 'contoso.com',
          timestamp: 129676762953801560n,
          flags: 2,
          singleHost: token.subarray(374, 422),
        },
      },
      domainName: 'CONTOSO',
      userName: 'Administrator',
      workstation: 'SERVER01',
      version: { major: 6, minor: 0, build: 6001 },
      mic: bytes('ecace01b091dd78758e49fd885628044'),
      micZero: false,
      anomalies: [],
    })
  })

  it('of Windows 7 to an address: the name of the target, and channel bindings of zeros', () => {
    const { ntlmv2 } = valueIn(parseNtlmAuthenticate(RAW_NTLM_AUTHENTICATE))
    expect(ntlmv2?.avPairs).toMatchObject({
      flags: 3,
      targetName: 'cifs/192.168.56.101',
      channelBindings: new Uint8Array(16),
      anomalies: [],
    })
  })

  it('of Samba: NTLMv1 with session security; no version, no MIC', () => {
    const token = tokenOf(TORTURE_NTLM_AUTHENTICATE)
    expect(valueIn(parseNtlmAuthenticate(token))).toEqual({
      negotiateFlags: 0x60080215,
      lmChallengeResponseLength: 24,
      ntChallengeResponseLength: 24,
      userNameLength: 26,
      encryptedRandomSessionKeyLength: 16,
      lmChallengeResponse: token.subarray(64, 88),
      ntChallengeResponse: token.subarray(88, 112),
      responses: 'ntlmv1-ess',
      ntlmv2: null,
      domainName: 'VNET3',
      userName: 'administrator',
      workstation: 'BLU',
      version: null,
      mic: null,
      micZero: null,
      anomalies: [],
    })
  })

  it('with three buffers that point nowhere: the other names are read, what depends on the place of the payload is not', () => {
    expect(valueIn(parseNtlmAuthenticate(tokenOf(DAMAGED_NTLM_AUTHENTICATE)))).toEqual({
      negotiateFlags: 0x60080215,
      lmChallengeResponseLength: 0xffff,
      ntChallengeResponseLength: 0xffff,
      userNameLength: 26,
      encryptedRandomSessionKeyLength: 16,
      lmChallengeResponse: null,
      ntChallengeResponse: null,
      responses: 'unknown',
      ntlmv2: null,
      domainName: null,
      userName: 'administrator',
      workstation: 'BLU',
      version: null,
      mic: null,
      micZero: null,
      anomalies: [
        'lm-challenge-response-out-of-bounds',
        'nt-challenge-response-out-of-bounds',
        'domain-name-out-of-bounds',
      ],
    })
  })

  it('of macOS: no LM response, no version, no MIC', () => {
    expect(valueIn(parseNtlmAuthenticate(GUEST_NTLM_AUTHENTICATE))).toMatchObject({
      negotiateFlags: 0xe0880225,
      lmChallengeResponseLength: 0,
      ntChallengeResponseLength: 150,
      responses: 'ntlmv2',
      domainName: '',
      userName: 'zeek',
      version: null,
      mic: null,
      micZero: null,
      anomalies: [],
    })
  })

  it('of nobody', () => {
    expect(valueIn(parseNtlmAuthenticate(tokenOf(ANONYMOUS_NTLM_AUTHENTICATE)))).toMatchObject({
      negotiateFlags: 0xe2888a15,
      lmChallengeResponse: bytes('00'),
      ntChallengeResponse: bytes(''),
      responses: 'anonymous',
      ntlmv2: null,
      domainName: '',
      userName: '',
      version: { major: 10, minor: 0, build: 10586 },
      mic: bytes('4e2c41e336a14d9d71c51292a4c8c9f2'),
      anomalies: [],
    })
  })
})

describe('the form of an AUTHENTICATE header, derived from its payload', () => {
  const LM = { at: 12, value: new Uint8Array(24).fill(0x22) }
  const NT = { at: 20, value: new Uint8Array(24).fill(0x11) }
  const DOMAIN = { at: 28, value: utf16('DOM') }
  const USER = { at: 36, value: utf16('user') }
  const WORKSTATION = { at: 44, value: utf16('WS') }
  const KEY = { at: 52, value: new Uint8Array(16).fill(0x44) }
  const NAMES = [DOMAIN, USER, WORKSTATION]

  /** NegotiateFlags, and from a header of 72 bytes on a version. */
  const flags =
    (value: number, version: Uint8Array | null = WINDOWS_7) =>
    (view: DataView): void => {
      view.setUint32(60, value, true)
      version?.forEach((octet, i) => {
        view.setUint8(64 + i, octet)
      })
    }

  function authenticate(
    headerLength: number,
    buffers: NtlmBuffer[],
    header: (view: DataView) => void,
  ): NtlmAuthenticate {
    return valueIn(parseNtlmAuthenticate(ntlmMessage(3, headerLength, buffers, header)))
  }

  it('72 bytes and a MIC', () => {
    const message = authenticate(88, [...NAMES, LM, NT, KEY], flags(UNICODE | VERSION))
    expect(message).toMatchObject({
      version: { major: 6, minor: 1, build: 7601 },
      mic: new Uint8Array(16),
      micZero: true,
      anomalies: [],
    })
  })

  it('72 bytes', () => {
    const message = authenticate(72, [...NAMES, LM, NT, KEY], flags(UNICODE | VERSION))
    expect(message).toMatchObject({
      version: { major: 6, minor: 1, build: 7601 },
      mic: null,
      micZero: null,
      anomalies: [],
    })
  })

  it('64 bytes, though the flag of the version is set', () => {
    const message = authenticate(64, [...NAMES, LM, NT, KEY], (view) => view.setUint32(60, UNICODE | VERSION, true))
    expect(message).toMatchObject({
      version: null,
      mic: null,
      domainName: 'DOM',
      userName: 'user',
      workstation: 'WS',
      anomalies: [],
    })
  })

  it('88 bytes without the flag of the version', () => {
    expect(authenticate(88, [...NAMES, LM, NT, KEY], flags(UNICODE))).toMatchObject({
      version: null,
      mic: new Uint8Array(16),
    })
  })

  it('88 bytes with nothing behind them', () => {
    expect(authenticate(88, [], flags(UNICODE | VERSION))).toMatchObject({
      responses: 'anonymous',
      domainName: '',
      version: { major: 6, minor: 1, build: 7601 },
      mic: new Uint8Array(16),
      anomalies: [],
    })
  })

  it('empty buffers do not count, wherever they point', () => {
    const nowhere = { value: new Uint8Array(0), offset: 0 }
    const message = authenticate(
      88,
      [{ at: 12, ...nowhere }, { at: 44, ...nowhere, offset: 0xffffffff }, NT, USER],
      flags(UNICODE),
    )
    expect(message).toMatchObject({
      mic: new Uint8Array(16),
      lmChallengeResponse: bytes(''),
      workstation: '',
      anomalies: [],
    })
  })

  it('52 bytes: the oldest, which has no flags and OEM names', () => {
    const oem = [
      { at: 28, value: ascii('DOM') },
      { at: 36, value: ascii('user') },
    ]
    const message = authenticate(52, [...oem, LM, NT], () => {})
    expect(message).toEqual({
      negotiateFlags: null,
      lmChallengeResponseLength: 24,
      ntChallengeResponseLength: 24,
      userNameLength: 4,
      encryptedRandomSessionKeyLength: 0,
      lmChallengeResponse: LM.value,
      ntChallengeResponse: NT.value,
      responses: 'lm+ntlmv1',
      ntlmv2: null,
      domainName: 'DOM',
      userName: 'user',
      workstation: '',
      version: null,
      mic: null,
      micZero: null,
      anomalies: ['header-without-flags'],
    })
  })

  it('a buffer that points into the fixed fields does not hide what follows them', () => {
    const message = authenticate(
      88,
      [{ ...DOMAIN, offset: 20 }, USER, WORKSTATION, LM, NT, KEY],
      flags(UNICODE | VERSION),
    )
    expect(message).toMatchObject({
      userName: 'user',
      version: { major: 6, minor: 1, build: 7601 },
      mic: new Uint8Array(16),
      anomalies: ['domain-name-in-header'],
    })
  })

  it.each<[string, number, Partial<NtlmBuffer>, Partial<NtlmAuthenticate>]>([
    ['DomainName', 0, { length: 0xffff }, { domainName: null, userName: 'user', responses: 'lm+ntlmv1' }],
    [
      'UserName',
      1,
      { offset: 0xffffffff },
      { domainName: 'DOM', userName: null, workstation: 'WS', responses: 'lm+ntlmv1' },
    ],
    [
      'Workstation',
      2,
      { offset: 0x7fffffff, length: 1 },
      { userName: 'user', workstation: null, responses: 'lm+ntlmv1' },
    ],
    ['LmChallengeResponse', 3, { length: 300 }, { userName: 'user', lmChallengeResponse: null, responses: 'unknown' }],
    [
      'NtChallengeResponse',
      4,
      { length: 300 },
      { userName: 'user', ntChallengeResponse: null, responses: 'unknown', ntlmv2: null },
    ],
    [
      'EncryptedRandomSessionKey',
      5,
      { length: 300 },
      { userName: 'user', responses: 'lm+ntlmv1', encryptedRandomSessionKeyLength: 300 },
    ],
  ])('one bad buffer does not lose the others: %s', (field, index, lie, expected) => {
    const buffers = [...NAMES, LM, NT, KEY].map((buffer, i) => (i === index ? { ...buffer, ...lie } : buffer))
    const message = authenticate(88, buffers, flags(UNICODE | VERSION))
    // The real start of the payload is no longer known.
    expect(message).toMatchObject({ ...expected, version: null, mic: null, micZero: null })
    expect(message.anomalies).toEqual([`${field.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase()}-out-of-bounds`])
  })

  it('overlapping buffers are read, and named', () => {
    const message = authenticate(
      88,
      [{ ...DOMAIN, offset: 90, length: 12 }, USER, WORKSTATION, LM, NT, KEY],
      flags(UNICODE),
    )
    expect(message).toMatchObject({ domainName: 'OMuser', userName: 'user', workstation: 'WS' })
    expect(message.anomalies).toEqual(['user-name-overlaps-domain-name'])

    const all = [...NAMES, LM, NT].map((buffer) => ({ ...buffer, offset: 88, length: 24 }))
    expect(authenticate(88, all, flags(UNICODE))).toMatchObject({
      userName: 'DOMuserWS\u2222\u2222\u2222',
      anomalies: [
        'nt-challenge-response-overlaps-lm-challenge-response',
        'domain-name-overlaps-lm-challenge-response',
        'user-name-overlaps-lm-challenge-response',
        'workstation-overlaps-lm-challenge-response',
        'buffers-out-of-order',
      ],
    })
  })

  it.each([
    ['Windows', [DOMAIN, USER, WORKSTATION, LM, NT, KEY], []],
    ['Samba', [LM, NT, DOMAIN, USER, WORKSTATION, KEY], []],
    ['without names', [LM, NT, KEY], []],
    ['user first', [USER, DOMAIN, WORKSTATION, LM, NT, KEY], ['buffers-out-of-order']],
    ['NT first', [DOMAIN, USER, WORKSTATION, NT, LM, KEY], ['buffers-out-of-order']],
  ])('order of the payload: %s', (_, buffers, anomalies) => {
    expect(authenticate(88, buffers, flags(UNICODE))).toMatchObject({
      lmChallengeResponse: expect.any(Uint8Array),
      anomalies,
    })
  })

  it('names are OEM text where Unicode was not agreed', () => {
    const oem = [
      { at: 28, value: ascii('DOM') },
      { at: 36, value: ascii('us\xe9r') },
    ]
    expect(authenticate(64, [...oem, NT], flags(0x202, null))).toMatchObject({
      domainName: 'DOM',
      userName: 'usér',
      workstation: '',
    })
  })

  it('NTLMv2 is read with its AV pairs', () => {
    const nt = concat(
      new Uint8Array(16).fill(0x33),
      bytes('01 01'),
      new Uint8Array(26),
      avPair(6, bytes('02 00 00 00')),
      bytes('00 00 00 00'),
    )
    expect(authenticate(64, [USER, { at: 20, value: nt }], flags(UNICODE, null))).toMatchObject({
      responses: 'ntlmv2',
      ntlmv2: { ntProofStr: '33'.repeat(16), avPairs: { ...NO_PAIRS, flags: 2 } },
    })
  })
})

describe('faults', () => {
  it('another type is unsupported, another signature malformed', () => {
    const challenge = tokenOf(SERVER_NTLM_CHALLENGE)
    expect(parseNtlmAuthenticate(challenge)).toEqual({
      ok: false,
      fault: { kind: 'unsupported', field: 'MessageType', offset: 8 },
      partial: {},
    })
    expect(parseNtlmNegotiate(challenge)).toMatchObject({ ok: false, fault: { kind: 'unsupported' } })
    expect(parseNtlmChallenge(challenge.subarray(1))).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'Signature', offset: 0 },
      partial: {},
    })
  })

  it('a payload that was captured in part gives the fields that were', () => {
    const token = tokenOf(CLIENT_NTLM_AUTHENTICATE)
    const parsed = parseNtlmAuthenticate(token.subarray(0, 160), token.length)
    expect(parsed).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'LmChallengeResponse', offset: 144 },
      partial: {
        negotiateFlags: 0xe2888215,
        lmChallengeResponseLength: 24,
        ntChallengeResponseLength: 266,
        userNameLength: 26,
        encryptedRandomSessionKeyLength: 16,
        responses: 'ntlmv2',
        ntlmv2: {},
        domainName: 'CONTOSO',
        userName: 'Administrator',
        workstation: 'SERVER01',
        version: { major: 6, minor: 0, build: 6001 },
        mic: bytes('ecace01b091dd78758e49fd885628044'),
        micZero: false,
        anomalies: [],
      },
    })
  })

  it('a header that was captured in part gives the fields that were', () => {
    const token = tokenOf(SERVER_NTLM_CHALLENGE)
    expect(parseNtlmChallenge(token.subarray(0, 33), token.length)).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'Reserved', offset: 32 },
      partial: { negotiateFlags: 0xe2898215, serverChallenge: 'f3d5ab7a0dab57c4' },
    })
    expect(parseNtlmAuthenticate(token.subarray(0, 30))).toMatchObject({ ok: false, fault: { kind: 'unsupported' } })
    const authenticate = tokenOf(CLIENT_NTLM_AUTHENTICATE)
    expect(parseNtlmAuthenticate(authenticate.subarray(0, 30), authenticate.length)).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'DomainNameMaxLen', offset: 30 },
      partial: { lmChallengeResponseLength: 24, ntChallengeResponseLength: 266, responses: 'ntlmv2' },
    })
    expect(parseNtlmNegotiate(tokenOf(CLIENT_NTLM_NEGOTIATE).subarray(0, 14))).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'NegotiateFlags', offset: 12 },
    })
  })
})
