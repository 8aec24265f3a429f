import { describe, expect, it } from 'vitest'
import { connectionRecord } from '../../../src/report/records/connection.ts'
import {
  bareConnection,
  connection,
  negotiateRequest,
  negotiateResponse,
  smb1,
  smb1Request,
} from '../../support/facts.ts'
import { NETWORKS } from '../../support/findings.ts'

describe('connection record', () => {
  it('reports what was offered and agreed', () => {
    expect(connectionRecord(connection(), NETWORKS)).toMatchObject({
      type: 'connection',
      offeredDialects: ['2.0.2', '2.1', '3.0', '3.0.2', '3.1.1'],
      dialect: '3.1.1',
      clientSigning: 'required',
      serverSigning: 'required',
      cipher: 'AES-128-GCM',
      signingAlgorithm: 'AES-GMAC',
      preauthIntegrity: 'SHA-512',
      direction: 'internal',
      firstTime: '2024-05-01T00:00:00.001000Z',
    })
  })

  it('has null, not a default, for a negotiate that was not seen', () => {
    expect(connectionRecord(bareConnection({ state: 'midstream' }), NETWORKS)).toMatchObject({
      offeredDialects: [],
      dialect: null,
      clientSigning: null,
      serverSigning: null,
      cipher: null,
      signingAlgorithm: null,
      preauthIntegrity: null,
      clientGuid: null,
      serverGuid: null,
    })
  })

  it('names an SMB1 dialect as the client offered it', () => {
    const facts = bareConnection({ smb1: smb1() })
    expect(connectionRecord(facts, NETWORKS)).toMatchObject({
      offeredDialects: ['LANMAN2.1', 'NT LM 0.12'],
      dialect: 'NT LM 0.12',
      clientSigning: 'required',
      serverSigning: 'required',
      signingAlgorithm: null,
    })
  })

  it('prefers the SMB2 response to the SMB1 offer that led to it', () => {
    const offer = smb1Request(['NT LM 0.12', 'SMB 2.???'])
    const facts = connection({ smb1: smb1({ negotiateRequest: offer, negotiateResponse: null }) })
    const record = connectionRecord(facts, NETWORKS)
    expect(record.dialect).toBe('3.1.1')
    expect(record.clientSigning).toBe('required')
    expect(record.offeredDialects).toEqual(['2.0.2', '2.1', '3.0', '3.0.2', '3.1.1', 'NT LM 0.12', 'SMB 2.???'])
  })

  it('reports whether the list of dialects was cut', () => {
    const cut = (facts: Parameters<typeof connection>[0]) =>
      connectionRecord(connection(facts), NETWORKS).offeredDialectsCut
    expect(cut({})).toBe(false)
    expect(cut({ negotiateRequest: negotiateRequest({ dialectsCut: true }) })).toBe(true)
    expect(cut({ smb1: smb1({ negotiateRequest: smb1Request([], { dialectsCut: true }) }) })).toBe(true)
  })

  it("reads an SMB1 client's signing mode from its session setup", () => {
    const signing = (facts: Parameters<typeof bareConnection>[0]) =>
      connectionRecord(bareConnection(facts), NETWORKS).clientSigning
    expect(signing({ smb1: smb1({ clientSigning: 'enabled' }) })).toBe('enabled')
    expect(signing({ smb1: smb1({ clientSigning: 'none' }) })).toBeNull()
    expect(signing({ smb1: smb1({ clientSigning: null }) })).toBeNull()
    // An SMB1 NEGOTIATE that led to SMB2: SecurityMode would say, but it was cut.
    const unread = negotiateRequest({ securityMode: null })
    expect(signing({ smb1: smb1({ clientSigning: null }), negotiateRequest: unread })).toBeNull()
  })

  it.each([
    ['3.1.1 without a cipher in common', { dialect: 0x0311, cipher: 0 }, {}, null],
    ['3.1.1 without a cipher context', { dialect: 0x0311, cipher: null }, {}, null],
    ['3.1.1 with an unknown cipher', { dialect: 0x0311, cipher: 0x77 }, {}, '0x0077'],
    [
      '3.0.2 with both capabilities',
      { dialect: 0x0302, cipher: null, capabilities: 0x40 },
      { capabilities: 0x40 },
      'AES-128-CCM',
    ],
    ['3.0.2 without the client’s', { dialect: 0x0302, cipher: null, capabilities: 0x40 }, { capabilities: 0 }, null],
    ['2.1 with a capability that means nothing there', { dialect: 0x0210, cipher: null, capabilities: 0x40 }, {}, null],
  ])('cipher: %s', (_name, response, request, cipher) => {
    const facts = connection({
      negotiateRequest: negotiateRequest(request),
      negotiateResponse: negotiateResponse(response),
    })
    expect(connectionRecord(facts, NETWORKS).cipher).toBe(cipher)
  })

  it.each([
    [{ dialect: 0x0202 }, 'HMAC-SHA256'],
    [{ dialect: 0x0302 }, 'AES-CMAC'],
    [{ dialect: 0x0311, signingAlgorithm: null }, 'AES-CMAC'],
    [{ dialect: 0x0311, signingAlgorithm: 2 }, 'AES-GMAC'],
    [{ dialect: 0x0311, signingAlgorithm: null, contextsCut: true }, null],
    [{ dialect: 0x0311, signingAlgorithm: 2, contextsCut: true }, 'AES-GMAC'],
  ])('signing algorithm of %j is %s', (response, algorithm) => {
    const facts = connection({ negotiateResponse: negotiateResponse(response) })
    expect(connectionRecord(facts, NETWORKS).signingAlgorithm).toBe(algorithm)
  })
})
