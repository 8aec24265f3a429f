import { describe, expect, it } from 'vitest'
import {
  parseSessionSetupAndxRequest,
  parseSessionSetupAndxResponse,
  SMB_SETUP_GUEST,
} from '../../../dissectors/smb1/session-setup-andx.ts'
import { bytes, patched } from '../../support/messages.ts'
import {
  sessionSetupRequestExtended,
  sessionSetupRequestLanman,
  sessionSetupRequestNt,
  sessionSetupResponseError,
  sessionSetupResponseExtended,
  sessionSetupResponseGuest,
  sessionSetupResponseLanman,
} from './fixtures.ts'

const WORD_COUNT = 32
const LM_RESPONSE = bytes('87a161c935e681bf7cf1db9e5b110db85aa7f22b4bbf8e89')

describe('parseSessionSetupAndxRequest', () => {
  it('reads the LANMAN form', () => {
    expect(parseSessionSetupAndxRequest(sessionSetupRequestLanman, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        form: 'lanman',
        maxBufferSize: 65535,
        maxMpxCount: 2,
        vcNumber: 1,
        sessionKey: 782,
        capabilities: null,
        oemPasswordLen: 14,
        unicodePasswordLen: null,
        oemPassword: sessionSetupRequestLanman.subarray(55, 69),
        unicodePassword: null,
        securityBlob: null,
        securityBlobLength: null,
        accountName: 'alice',
        primaryDomain: 'EXAMPLE',
        nativeOs: 'Unix',
        nativeLanMan: 'Samba',
      },
    })
  })

  it('reads the NT form, whose UTF-16 strings are at even offsets', () => {
    expect(parseSessionSetupAndxRequest(sessionSetupRequestNt, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        form: 'nt',
        maxBufferSize: 65535,
        maxMpxCount: 2,
        vcNumber: 640,
        sessionKey: 641,
        capabilities: 0xc054,
        oemPasswordLen: 24,
        unicodePasswordLen: 24,
        oemPassword: LM_RESPONSE,
        unicodePassword: LM_RESPONSE,
        securityBlob: null,
        securityBlobLength: null,
        accountName: 'alice',
        primaryDomain: 'EXAMPLE',
        nativeOs: 'Unix',
        nativeLanMan: 'Samba',
      },
    })
  })

  it('reads the extended form, without the domain that some add', () => {
    expect(parseSessionSetupAndxRequest(sessionSetupRequestExtended, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        form: 'extended',
        maxBufferSize: 65535,
        maxMpxCount: 2,
        vcNumber: 1,
        sessionKey: 0,
        capabilities: 0x8000c054,
        oemPasswordLen: null,
        unicodePasswordLen: null,
        oemPassword: null,
        unicodePassword: null,
        securityBlob: sessionSetupRequestExtended.subarray(59, 133),
        securityBlobLength: 74,
        accountName: null,
        primaryDomain: null,
        nativeOs: 'Unix',
        nativeLanMan: 'Samba',
      },
    })
  })

  it('has the lengths of passwords that were partly captured', () => {
    const cut = parseSessionSetupAndxRequest(sessionSetupRequestNt.subarray(0, 90), WORD_COUNT, 160)
    if (cut.ok) throw new Error('read')
    expect(cut.fault).toEqual({ kind: 'truncated', field: 'UnicodePassword', offset: 85 })
    expect(cut.partial).toMatchObject({
      oemPasswordLen: 24,
      unicodePasswordLen: 24,
      oemPassword: LM_RESPONSE,
      unicodePassword: LM_RESPONSE.subarray(0, 5),
    })
    expect(cut.partial).not.toHaveProperty('accountName')
  })

  it('gives what was captured of a security blob', () => {
    expect(parseSessionSetupAndxRequest(sessionSetupRequestExtended.subarray(0, 100), WORD_COUNT, 160)).toMatchObject({
      ok: false,
      fault: { kind: 'truncated', field: 'SecurityBlob', offset: 59 },
      partial: { securityBlob: sessionSetupRequestExtended.subarray(59, 100), securityBlobLength: 74 },
    })
  })

  it('keeps the words of a message that claims more bytes than it has', () => {
    const parsed = parseSessionSetupAndxRequest(patched(sessionSetupRequestLanman, { 53: 'ffff' }), WORD_COUNT)
    if (parsed.ok) throw new Error('read')
    expect(parsed.fault).toEqual({ kind: 'malformed', field: 'ByteCount', offset: 53 })
    expect(parsed.partial).toMatchObject({ form: 'lanman', oemPasswordLen: 14 })
    expect(parsed.partial).not.toHaveProperty('oemPassword')
  })

  it('reads a last string without its NUL, and none where only a pad byte is left', () => {
    const open = patched(sessionSetupRequestLanman.slice(0, -1), { 53: '2600' })
    expect(parseSessionSetupAndxRequest(open, WORD_COUNT)).toMatchObject({
      ok: true,
      value: { nativeOs: 'Unix', nativeLanMan: 'Samba' },
    })
    const padOnly = patched(sessionSetupRequestNt.slice(0, 110), { 59: '3100' })
    expect(parseSessionSetupAndxRequest(padOnly, WORD_COUNT)).toMatchObject({
      ok: true,
      value: { unicodePassword: LM_RESPONSE, accountName: null, primaryDomain: null, nativeOs: null },
    })
  })

  it('finds a password beyond the bytes malformed', () => {
    expect(parseSessionSetupAndxRequest(patched(sessionSetupRequestLanman, { 47: '2800' }), WORD_COUNT)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'AccountPassword', offset: 55 },
    })
  })

  it('rejects other forms', () => {
    expect(parseSessionSetupAndxRequest(patched(sessionSetupRequestNt, { 32: '0b' }), WORD_COUNT)).toEqual({
      ok: false,
      fault: { kind: 'unsupported', field: 'WordCount', offset: 32 },
      partial: {},
    })
  })
})

const NOTHING = {
  securityBlob: null,
  securityBlobLength: null,
  nativeOs: null,
  nativeLanMan: null,
  primaryDomain: null,
}

describe('parseSessionSetupAndxResponse', () => {
  it('reads a guest session, UTF-16 behind a pad byte', () => {
    const parsed = parseSessionSetupAndxResponse(sessionSetupResponseGuest, WORD_COUNT)
    expect(parsed).toEqual({
      ok: true,
      value: {
        action: SMB_SETUP_GUEST,
        securityBlob: null,
        securityBlobLength: null,
        nativeOs: 'Unix',
        nativeLanMan: 'Samba 3.6.3',
        primaryDomain: 'WORKGROUP',
      },
    })
  })

  it('reads the extended form', () => {
    expect(parseSessionSetupAndxResponse(sessionSetupResponseExtended, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        action: 0,
        securityBlob: sessionSetupResponseExtended.subarray(43, 43 + 175),
        securityBlobLength: 175,
        nativeOs: 'Windows 6.1',
        nativeLanMan: 'Samba 4.17.12-Debian',
        primaryDomain: 'EXAMPLE',
      },
    })
  })

  it('reads one without its strings', () => {
    expect(parseSessionSetupAndxResponse(sessionSetupResponseLanman, WORD_COUNT)).toEqual({
      ok: true,
      value: { action: 0, ...NOTHING },
    })
  })

  it('has no action in an error response', () => {
    expect(parseSessionSetupAndxResponse(sessionSetupResponseError, WORD_COUNT)).toEqual({
      ok: true,
      value: { action: null, ...NOTHING },
    })
  })

  it('rejects other forms', () => {
    expect(parseSessionSetupAndxResponse(patched(sessionSetupResponseGuest, { 32: '05' }), WORD_COUNT)).toMatchObject({
      ok: false,
      fault: { kind: 'unsupported', field: 'WordCount', offset: 32 },
    })
  })
})
