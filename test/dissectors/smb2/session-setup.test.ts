import { describe, expect, it } from 'vitest'
import {
  parseSessionSetupRequest,
  parseSessionSetupResponse,
  SMB2_SESSION_FLAG_ENCRYPT_DATA,
  SMB2_SESSION_FLAG_IS_GUEST,
  SMB2_SESSION_FLAG_IS_NULL,
} from '../../../dissectors/smb2/session-setup.ts'
import { bytes, patched } from '../../support/messages.ts'
import {
  errorWithoutByte,
  sessionSetupRequestBinding,
  sessionSetupRequestReconnect,
  sessionSetupResponseEncrypt,
  sessionSetupResponseFailure,
  sessionSetupResponseGuest,
  sessionSetupResponseMore,
  sessionSetupResponseNull,
} from './fixtures.ts'

const STATUS = 8
const SECURITY_BUFFER_OFFSET = 64 + 12

describe('parseSessionSetupRequest', () => {
  it('reads one that binds a channel', () => {
    expect(parseSessionSetupRequest(sessionSetupRequestBinding)).toEqual({
      ok: true,
      value: {
        flags: 1,
        binding: true,
        securityMode: 3,
        capabilities: 0,
        previousSessionId: 0n,
        securityBuffer: sessionSetupRequestBinding.subarray(88),
        securityBufferLength: 74,
        anomalies: [],
      },
    })
  })

  it('reads the session that a client had before', () => {
    expect(parseSessionSetupRequest(sessionSetupRequestReconnect)).toMatchObject({
      ok: true,
      value: { flags: 0, binding: false, securityMode: 1, capabilities: 1, previousSessionId: 0x00001c000c00003dn },
    })
  })

  it('keeps the fields where the security buffer was cut, and what came of it', () => {
    expect(parseSessionSetupRequest(sessionSetupRequestBinding.subarray(0, 100), 162)).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'SecurityBuffer', offset: 88 },
      partial: {
        flags: 1,
        binding: true,
        securityMode: 3,
        capabilities: 0,
        previousSessionId: 0n,
        securityBuffer: sessionSetupRequestBinding.subarray(88, 100),
        securityBufferLength: 74,
        anomalies: [],
      },
    })
  })

  it('names a buffer among its own fields', () => {
    const overlapping = patched(sessionSetupRequestBinding, { [SECURITY_BUFFER_OFFSET]: '40000200' })
    expect(parseSessionSetupRequest(overlapping)).toMatchObject({
      ok: true,
      value: { securityBuffer: bytes('1900'), anomalies: ['buffer-overlaps-fields'] },
    })
  })
})

describe('parseSessionSetupResponse', () => {
  it('reads the answer in the middle of an authentication', () => {
    expect(parseSessionSetupResponse(sessionSetupResponseMore)).toEqual({
      ok: true,
      value: {
        status: 0xc0000016,
        sessionFlags: 0,
        securityBuffer: sessionSetupResponseMore.subarray(72),
        securityBufferLength: 175,
        error: null,
        anomalies: [],
      },
    })
  })

  it.each([
    ['IS_GUEST', sessionSetupResponseGuest, SMB2_SESSION_FLAG_IS_GUEST],
    ['IS_NULL', sessionSetupResponseNull, SMB2_SESSION_FLAG_IS_NULL],
    ['ENCRYPT_DATA', sessionSetupResponseEncrypt, SMB2_SESSION_FLAG_ENCRYPT_DATA],
  ])('reads the flag %s', (_, message, sessionFlags) => {
    expect(parseSessionSetupResponse(message)).toMatchObject({ ok: true, value: { status: 0, sessionFlags } })
  })

  it('does not read flags from an ERROR response, which has the same StructureSize', () => {
    expect(parseSessionSetupResponse(sessionSetupResponseFailure)).toEqual({
      ok: true,
      value: {
        status: 0xc000006d,
        sessionFlags: null,
        securityBuffer: new Uint8Array(),
        securityBufferLength: 0,
        error: { errorContextCount: 0, errorData: new Uint8Array() },
        anomalies: [],
      },
    })
  })

  it('does not take an ErrorContextCount of 1 for a guest session', () => {
    const withContext = patched(sessionSetupResponseFailure, { 66: '01' })
    expect(parseSessionSetupResponse(withContext)).toMatchObject({
      ok: true,
      value: { sessionFlags: null, error: { errorContextCount: 1 } },
    })
  })

  it('does not read guest flags where the status is a failure', () => {
    const refused = patched(sessionSetupResponseGuest, { [STATUS]: '220000c0' })
    expect(parseSessionSetupResponse(refused)).toMatchObject({ partial: { status: 0xc0000022, sessionFlags: null } })
  })

  it('gives the flags where the security buffer was cut', () => {
    expect(parseSessionSetupResponse(sessionSetupResponseGuest.subarray(0, 68), 81)).toMatchObject({
      ok: false,
      fault: { kind: 'truncated', field: 'SecurityBufferOffset', offset: 68 },
      partial: { status: 0, sessionFlags: SMB2_SESSION_FLAG_IS_GUEST },
    })
  })

  it('reads an ERROR response without its last byte', () => {
    expect(parseSessionSetupResponse(errorWithoutByte)).toMatchObject({ ok: true, value: { sessionFlags: null } })
  })
})
