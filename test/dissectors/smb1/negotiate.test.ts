import { describe, expect, it } from 'vitest'
import { NO_DIALECT, parseNegotiateRequest, parseNegotiateResponse } from '../../../dissectors/smb1/negotiate.ts'
import { bytes, patched } from '../../support/messages.ts'
import {
  logoffResponseError,
  negotiateRequest,
  negotiateResponseExtended,
  negotiateResponseLanman,
  negotiateResponseNt,
  negotiateResponseRefused,
} from './fixtures.ts'

const WORD_COUNT = 32
const HEADER = negotiateRequest.subarray(0, WORD_COUNT)

/** A NEGOTIATE request whose Bytes are these. */
function request(hexadecimal: string): Uint8Array {
  const data = bytes(hexadecimal)
  return Uint8Array.from([...HEADER, 0, data.length & 0xff, data.length >> 8, ...data])
}

describe('parseNegotiateRequest', () => {
  it('reads the dialects in their order', () => {
    expect(parseNegotiateRequest(negotiateRequest, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        dialects: ['MICROSOFT NETWORKS 3.0', 'LANMAN1.0', 'LM1.2X002', 'DOS LANMAN2.1', 'LANMAN2.1', 'Samba'],
        anomalies: [],
      },
    })
  })

  it('reads none, and an empty one', () => {
    expect(parseNegotiateRequest(request(''), WORD_COUNT)).toEqual({ ok: true, value: { dialects: [], anomalies: [] } })
    expect(parseNegotiateRequest(request('0200'), WORD_COUNT)).toMatchObject({ value: { dialects: [''] } })
  })

  it('keeps those before a fault', () => {
    expect(parseNegotiateRequest(request('024100 03 4200'), WORD_COUNT)).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'BufferFormat', offset: 38 },
      partial: { dialects: ['A'], anomalies: [] },
    })
  })

  it('misses the string of the last format byte', () => {
    expect(parseNegotiateRequest(request('024100 02'), WORD_COUNT)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'DialectString', offset: 39 },
    })
  })

  it('keeps the first 64', () => {
    const parsed = parseNegotiateRequest(request('024100'.repeat(100)), WORD_COUNT)
    if (!parsed.ok) throw new Error('not read')
    expect(parsed.value.dialects).toHaveLength(64)
    expect(parsed.value.anomalies).toEqual(['too-many-dialects'])
  })

  it('has no words', () => {
    expect(parseNegotiateRequest(patched(negotiateRequest, { 32: '01' }), WORD_COUNT)).toMatchObject({
      fault: { kind: 'malformed', field: 'WordCount', offset: 32 },
    })
  })
})

describe('parseNegotiateResponse', () => {
  it('reads that no dialect is acceptable', () => {
    expect(parseNegotiateResponse(negotiateResponseRefused, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        dialectIndex: NO_DIALECT,
        securityMode: null,
        capabilities: null,
        extendedSecurity: false,
        challenge: null,
        domainName: null,
        serverName: null,
        serverGuid: null,
        securityBlob: null,
      },
    })
  })

  it('reads the LANMAN form', () => {
    expect(parseNegotiateResponse(negotiateResponseLanman, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        dialectIndex: 4,
        securityMode: 1,
        capabilities: null,
        extendedSecurity: false,
        challenge: new Uint8Array(),
        domainName: null,
        serverName: null,
        serverGuid: null,
        securityBlob: null,
      },
    })
  })

  it('reads challenge and domain of the LANMAN form', () => {
    // zeek/zeek, testing/btest/Traces/smb/cifs_negotiate_lanman.pcap, frame 6. OEM, although Flags2 says Unicode.
    const message = bytes(`
      ff534d4272000000009853c800000000000000000000000000003412000001000d03000300041120000100000000000000
      33283a5b4a010800000012001122334455667788574f524b47524f555000`)
    expect(parseNegotiateResponse(message, WORD_COUNT)).toMatchObject({
      ok: true,
      value: { dialectIndex: 3, securityMode: 3, challenge: bytes('1122334455667788'), domainName: 'WORKGROUP' },
    })
  })

  it('reads the NT form, whose names are as its own capability says', () => {
    expect(parseNegotiateResponse(negotiateResponseNt, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        dialectIndex: 0,
        securityMode: 1,
        capabilities: 0x0080f3fd,
        extendedSecurity: false,
        challenge: new Uint8Array(),
        domainName: 'EXAMPLE',
        serverName: 'FILESRV',
        serverGuid: null,
        securityBlob: null,
      },
    })
  })

  it('reads OEM names of the NT form where the server has no Unicode', () => {
    const words = '11 0000 03 3200 0100 00100000 00000100 00000000 f9f30000 0000000000000000 0000 08'
    const names = '54455354 00 4a4553534945 00'
    const message = Uint8Array.from([...HEADER, ...bytes(`${words} 1400 1122334455667788 ${names}`)])
    expect(parseNegotiateResponse(message, WORD_COUNT)).toMatchObject({
      ok: true,
      value: { challenge: bytes('1122334455667788'), domainName: 'TEST', serverName: 'JESSIE' },
    })
  })

  it('reads the challenge of the NT form', () => {
    // zeek/zeek, testing/btest/Traces/smb/smb1_transaction2_request.pcap, frame 6.
    const message = bytes(`
      ff534d427200000000880340000000000000000000000000000001000000020011000003320001000441000000000100
      af030000fdf380000fa885786290d301c4ff08200016760232e0c819ad540045005300540000004a00450053005300490045000000`)
    expect(parseNegotiateResponse(message, WORD_COUNT)).toMatchObject({
      ok: true,
      value: { challenge: bytes('16760232e0c819ad'), domainName: 'TEST', serverName: 'JESSIE' },
    })
  })

  it('reads the extended form', () => {
    expect(parseNegotiateResponse(negotiateResponseExtended, WORD_COUNT)).toEqual({
      ok: true,
      value: {
        dialectIndex: 0,
        securityMode: 3,
        capabilities: 0x8080f3fd,
        extendedSecurity: true,
        challenge: null,
        domainName: null,
        serverName: null,
        serverGuid: '656c6966-7273-0076-0000-000000000000',
        securityBlob: negotiateResponseExtended.subarray(85),
      },
    })
  })

  it('rejects other forms', () => {
    expect(parseNegotiateResponse(patched(negotiateResponseNt, { 32: '10' }), WORD_COUNT)).toMatchObject({
      ok: false,
      fault: { kind: 'unsupported', field: 'WordCount', offset: 32 },
    })
    expect(parseNegotiateResponse(logoffResponseError, WORD_COUNT)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'WordCount', offset: 32 },
    })
  })
})
