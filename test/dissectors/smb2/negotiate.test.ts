import { describe, expect, it } from 'vitest'
import { readable } from '../../../dissectors/cursor.ts'
import { parseNegotiateRequest, parseNegotiateResponse, SMB2_GLOBAL_CAP } from '../../../dissectors/smb2/negotiate.ts'
import { bytes, patched } from '../../support/messages.ts'
import {
  negotiateRequest202,
  negotiateRequest311,
  negotiateResponse302,
  negotiateResponse311,
  negotiateResponseWildcard,
  sessionSetupResponseFailure,
} from './fixtures.ts'

/** Places in the message. */
const DIALECT_COUNT = 64 + 2
const CONTEXT_OFFSET = 64 + 28
const CONTEXT_COUNT = 64 + 32
const DIALECTS = 64 + 36
const SECURITY_BUFFER_OFFSET = 64 + 56
const SECURITY_BUFFER = 64 + 64

const SPNEGO_OF_SAMBA = bytes(`
  604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa32a3028a0261b246e6f745f646566696e65645f696e5f5246433431
  373840706c656173655f69676e6f7265`)

describe('parseNegotiateRequest', () => {
  it('reads one that offers 2.0.2 alone', () => {
    expect(parseNegotiateRequest(negotiateRequest202)).toEqual({
      ok: true,
      value: {
        securityMode: 1,
        capabilities: 0,
        clientGuid: '00000000-0000-0000-0000-000000000000',
        dialects: [0x0202],
        negotiateContexts: null,
        anomalies: [],
      },
    })
  })

  it('reads one that offers 3.1.1, with its contexts', () => {
    expect(parseNegotiateRequest(negotiateRequest311)).toEqual({
      ok: true,
      value: {
        securityMode: 1,
        capabilities: 0x7f,
        clientGuid: '4eb0c234-3263-11ec-9d6d-00155d031322',
        dialects: [0x0202, 0x0210, 0x0300, 0x0302, 0x0311],
        negotiateContexts: {
          hashAlgorithms: [1],
          saltLength: 32,
          ciphers: [2, 1],
          compressionAlgorithms: [4, 2, 3, 1],
          compressionFlags: 1,
          netname: 'win7.test.local',
          transportFlags: null,
          rdmaTransforms: null,
          signingAlgorithms: null,
          posix: false,
          unknown: [],
          anomalies: [],
          fault: null,
        },
        anomalies: [],
      },
    })
  })

  it('reads ClientStartTime in place of the contexts unless 3.1.1 is offered', () => {
    const offers302 = patched(negotiateRequest311, { [DIALECTS + 8]: '0203' })
    const parsed = parseNegotiateRequest(offers302)
    expect(parsed).toMatchObject({ ok: true, value: { negotiateContexts: null } })
  })

  it('keeps the record where a context is faulty', () => {
    const behindTheMessage = patched(negotiateRequest311, { [CONTEXT_OFFSET]: 'f0ffffff' })
    expect(parseNegotiateRequest(behindTheMessage)).toMatchObject({
      ok: true,
      value: {
        dialects: [0x0202, 0x0210, 0x0300, 0x0302, 0x0311],
        negotiateContexts: {
          hashAlgorithms: null,
          fault: { kind: 'malformed', field: 'ContextType', offset: 0xfffffff0 },
        },
      },
    })
  })

  it('reads one without contexts, with any context offset', () => {
    for (const offset of ['00000000', 'ffffffff']) {
      const none = patched(negotiateRequest311, { [CONTEXT_OFFSET]: offset, [CONTEXT_COUNT]: '0000' })
      expect(parseNegotiateRequest(none)).toMatchObject({
        ok: true,
        value: {
          negotiateContexts: { hashAlgorithms: null, ciphers: null, netname: null, anomalies: [], fault: null },
        },
      })
    }
  })

  it('reports that no dialect is offered', () => {
    const none = patched(negotiateRequest202, { [DIALECT_COUNT]: '0000' })
    expect(parseNegotiateRequest(none)).toMatchObject({ ok: true, value: { dialects: [], anomalies: ['no-dialects'] } })
  })

  it('keeps the first 64 dialects, and sees 3.1.1 behind them', () => {
    const message = new Uint8Array(DIALECTS + 100 * 2)
    message.set(patched(negotiateRequest202, { [DIALECT_COUNT]: '6400' }))
    message.set([0x11, 0x03], DIALECTS + 99 * 2)
    const parsed = parseNegotiateRequest(message)
    if (!parsed.ok) throw new Error('not read')
    expect(parsed.value.dialects).toHaveLength(64)
    expect(parsed.value.anomalies).toEqual(['too-many-dialects'])
    expect(parsed.value.negotiateContexts).not.toBeNull()
  })

  it('has read nothing where StructureSize is another', () => {
    expect(parseNegotiateRequest(patched(negotiateRequest202, { 64: '25' }))).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'StructureSize', offset: 64 },
      partial: { anomalies: [] },
    })
  })

  it('offers the dialects that came where their list was cut', () => {
    const parsed = parseNegotiateRequest(negotiateRequest311.subarray(0, DIALECTS + 5), negotiateRequest311.length)
    expect(parsed).toEqual({
      ok: false,
      fault: { kind: 'truncated', field: 'Dialects', offset: DIALECTS + 4 },
      partial: {
        securityMode: 1,
        capabilities: 0x7f,
        clientGuid: '4eb0c234-3263-11ec-9d6d-00155d031322',
        dialects: [0x0202, 0x0210],
        anomalies: [],
      },
    })
  })

  it('gives each field whose bytes are there', () => {
    const upTo = (length: number) => readable(parseNegotiateRequest(negotiateRequest311.subarray(0, length), 300))
    expect(upTo(70)).toMatchObject({ securityMode: 1 })
    expect(upTo(70)).not.toHaveProperty('capabilities')
    expect(upTo(76)).toMatchObject({ securityMode: 1, capabilities: 0x7f })
    expect(upTo(91)).not.toHaveProperty('clientGuid')
    expect(upTo(92)).toMatchObject({ clientGuid: '4eb0c234-3263-11ec-9d6d-00155d031322' })
    expect(upTo(92)).not.toHaveProperty('dialects')
  })
})

describe('parseNegotiateResponse', () => {
  it('reads 3.1.1, with its contexts', () => {
    expect(parseNegotiateResponse(negotiateResponse311)).toEqual({
      ok: true,
      value: {
        securityMode: 1,
        dialectRevision: 0x0311,
        serverGuid: '656c6966-7273-0076-0000-000000000000',
        capabilities: 0x0f,
        maxTransactSize: 8 * 1024 * 1024,
        maxReadSize: 8 * 1024 * 1024,
        maxWriteSize: 8 * 1024 * 1024,
        systemTime: 134399245798967500n,
        serverStartTime: 0n,
        negotiateContexts: {
          hashAlgorithms: [1],
          saltLength: 32,
          ciphers: [2],
          compressionAlgorithms: null,
          compressionFlags: null,
          netname: null,
          transportFlags: null,
          rdmaTransforms: null,
          signingAlgorithms: [2],
          posix: false,
          unknown: [],
          anomalies: [],
          fault: null,
        },
        securityBuffer: SPNEGO_OF_SAMBA,
        securityBufferLength: 74,
        anomalies: [],
      },
    })
  })

  it('gives what was captured of the security buffer, and that its contexts were not', () => {
    const cut = negotiateResponse311.subarray(0, SECURITY_BUFFER + 30)
    expect(parseNegotiateResponse(cut, negotiateResponse311.length)).toMatchObject({
      ok: false,
      fault: { kind: 'truncated', field: 'SecurityBuffer', offset: SECURITY_BUFFER },
      partial: {
        securityBuffer: SPNEGO_OF_SAMBA.subarray(0, 30),
        securityBufferLength: 74,
        negotiateContexts: { ciphers: null, fault: { kind: 'truncated', field: 'ContextType' } },
      },
    })
  })

  it.each([
    ['3.0.2', negotiateResponse302, 0x0302, SMB2_GLOBAL_CAP.ENCRYPTION],
    ['the wildcard', negotiateResponseWildcard, 0x02ff, 0],
  ])('reads %s, which has no contexts', (_, message, dialectRevision, encryption) => {
    const parsed = parseNegotiateResponse(message)
    if (!parsed.ok) throw new Error('not read')
    expect(parsed.value).toMatchObject({ dialectRevision, negotiateContexts: null, securityBuffer: SPNEGO_OF_SAMBA })
    expect(parsed.value.capabilities & SMB2_GLOBAL_CAP.ENCRYPTION).toBe(encryption)
  })

  it('reads an empty security buffer, with any offset', () => {
    const empty = patched(negotiateResponse302, { [SECURITY_BUFFER_OFFSET]: 'ffff0000' })
    expect(parseNegotiateResponse(empty)).toMatchObject({
      ok: true,
      value: { securityBuffer: new Uint8Array(), anomalies: [] },
    })
  })

  it('obeys an offset into its own fields, and names it', () => {
    const header = patched(negotiateResponse302, { [SECURITY_BUFFER_OFFSET]: '00000400' })
    expect(parseNegotiateResponse(header)).toMatchObject({
      ok: true,
      value: { securityBuffer: bytes('fe534d42'), anomalies: ['buffer-overlaps-fields'] },
    })
  })

  it('has read the contexts before it meets a faulty security buffer', () => {
    const outside = patched(negotiateResponse311, { [SECURITY_BUFFER_OFFSET]: 'ffff' })
    expect(parseNegotiateResponse(outside)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', field: 'SecurityBuffer', offset: 0xffff },
      partial: { dialectRevision: 0x0311, negotiateContexts: { ciphers: [2], signingAlgorithms: [2], fault: null } },
    })
  })

  it('does not take an ERROR response for its own', () => {
    expect(parseNegotiateResponse(sessionSetupResponseFailure)).toEqual({
      ok: false,
      fault: { kind: 'malformed', field: 'StructureSize', offset: 64 },
      partial: { anomalies: [] },
    })
  })
})
