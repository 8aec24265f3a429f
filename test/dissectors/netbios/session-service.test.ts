import { describe, expect, it } from 'vitest'
import {
  messageLength,
  NETBIOS_HEADER_LENGTH,
  packetType,
  parseNegativeSessionResponse,
  parseRetargetSessionResponse,
  parseSessionRequest,
  SESSION_KEEP_ALIVE,
  SESSION_MESSAGE,
  SESSION_REQUEST,
  sessionLength,
} from '../../../dissectors/netbios/session-service.ts'
import { bytes, patched } from '../../support/messages.ts'
import { sessionRequest } from './fixtures.ts'

describe('the prefix', () => {
  it('has a type', () => {
    expect(packetType(sessionRequest, 0)).toBe(SESSION_REQUEST)
    expect(packetType(bytes('ffff 85000000'), 2)).toBe(SESSION_KEEP_ALIVE)
    expect(packetType(bytes('00000040'), 0)).toBe(SESSION_MESSAGE)
  })

  it('has a length of 24 bits for direct TCP and of 17 for RFC 1002', () => {
    expect(messageLength(sessionRequest, 0)).toBe(sessionRequest.length - NETBIOS_HEADER_LENGTH)
    expect(sessionLength(sessionRequest, 0)).toBe(sessionRequest.length - NETBIOS_HEADER_LENGTH)
    const largest = bytes('aa 00 ffffff')
    expect(messageLength(largest, 1)).toBe(0xffffff)
    expect(sessionLength(largest, 1)).toBe(0x1ffff)
    expect(sessionLength(bytes('00 fe 0102'), 0)).toBe(0x0102)
  })
})

describe('parseSessionRequest', () => {
  it('decodes both names', () => {
    expect(parseSessionRequest(sessionRequest)).toEqual({
      ok: true,
      value: {
        calledName: { name: 'SCV', suffix: 0x20, scope: '' },
        callingName: { name: 'DESKTOP-V1FA0UQ', suffix: 0x00, scope: '' },
      },
    })
  })

  it('reads the scope behind a name', () => {
    const a = '20 4542 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4341 4141'
    const packet = bytes(`8100004d ${a} 03 6e6574 04 74657374 00 ${a} 00`)
    expect(parseSessionRequest(packet)).toMatchObject({
      ok: true,
      value: { calledName: { name: 'A', suffix: 0, scope: 'net.test' }, callingName: { scope: '' } },
    })
  })

  it('refuses a name that is not encoded, compressed, or endless', () => {
    expect(parseSessionRequest(patched(sessionRequest, { 5: '40' }))).toMatchObject({
      fault: { kind: 'malformed', field: 'CALLED_NAME', offset: 5 },
    })
    expect(parseSessionRequest(patched(sessionRequest, { 4: 'c0' }))).toMatchObject({
      fault: { kind: 'malformed', field: 'CALLED_NAME', offset: 4 },
    })
    expect(parseSessionRequest(patched(sessionRequest, { 37: 'c004' }))).toMatchObject({
      fault: { kind: 'malformed', field: 'CALLED_NAME', offset: 37 },
    })
    const endless = new Uint8Array(5000).fill(1)
    endless.set(sessionRequest.subarray(0, 37))
    expect(parseSessionRequest(endless)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'CALLED_NAME', offset: 257 },
      partial: {},
    })
  })

  it('has its own type', () => {
    expect(parseSessionRequest(patched(sessionRequest, { 0: '00' }))).toMatchObject({
      fault: { kind: 'malformed', field: 'TYPE', offset: 0 },
    })
  })
})

describe('session responses', () => {
  it('give the reason', () => {
    expect(parseNegativeSessionResponse(bytes('83000001 82'))).toEqual({ ok: true, value: { errorCode: 0x82 } })
  })

  it('give the new address', () => {
    expect(parseRetargetSessionResponse(bytes('84000006 0a4d0002 01bd'))).toEqual({
      ok: true,
      value: { retargetIpAddress: bytes('0a4d0002'), retargetPort: 445 },
    })
  })
})
