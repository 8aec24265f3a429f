import { describe, expect, it } from 'vitest'
import {
  at,
  bareConnection,
  clearSession,
  connection,
  negotiateRequest,
  negotiateResponse,
  session,
  smb1,
  smb1Response,
} from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const on = connection({
  negotiateRequest: negotiateRequest({ securityMode: 1 }),
  negotiateResponse: negotiateResponse({ securityMode: 1 }),
})
/** A server that does not set SIGNATURES_ENABLED. */
const onSmb1 = bareConnection({ smb1: smb1({ negotiateResponse: smb1Response({ securityMode: 0x03 }) }) })

function verdictsOf(overrides: Parameters<typeof clearSession>[0]): string[] {
  const one = clearSession({ on, firstSignature: { request: null, response: null }, ...overrides })
  return verdicts(pairRows('require-signing', overrides?.on ?? on, [one]))
}

describe('require-signing', () => {
  it('is ready where both sides were seen to sign anything', () => {
    expect(verdictsOf({ firstSignature: { request: at(10), response: at(9) } })).toEqual([
      'client: ready server-signs',
      'server: ready client-signs',
    ])
  })

  it('says nothing where nothing was signed', () => {
    expect(verdictsOf({ setupSigning: 'enabled' })).toEqual([
      'client: not-observed nothing-signed',
      'server: not-observed nothing-signed',
    ])
  })

  it('leaves a null session as it is, whoever requires signing', () => {
    expect(verdictsOf({ auth: 'anonymous' })).toEqual([
      'client: ready goes-on-unsigned',
      'server: ready goes-on-unsigned',
    ])
  })

  it('ends a guest session if the client requires signing', () => {
    expect(verdictsOf({ guest: true })).toEqual(['client: breaks guest-has-no-key', 'server: ready goes-on-unsigned'])
  })

  it('says nothing about SMB1, not even where the server does not offer to sign', () => {
    expect(verdictsOf({ on: onSmb1, family: 'smb1' })).toEqual([
      'client: not-observed signing-not-offered',
      'server: not-observed smb1',
    ])
    expect(verdictsOf({ on: onSmb1, family: 'smb1', auth: 'anonymous' })).toEqual([
      'client: not-observed smb1',
      'server: not-observed smb1',
    ])
  })

  it('breaks with a dialect that has no signatures', () => {
    const lanman = bareConnection({
      smb1: smb1({ negotiateResponse: smb1Response({ dialect: 'LANMAN2.1', securityMode: 0x03 }) }),
    })
    expect(verdictsOf({ on: lanman, family: 'smb1' })).toEqual([
      'client: breaks dialect-cannot-sign',
      'server: breaks dialect-cannot-sign',
    ])
  })

  it('counts what is encrypted as signed', () => {
    expect(verdicts(pairRows('require-signing', on, [session({ on })]))).toEqual([
      'client: ready server-signs',
      'server: ready client-encrypts',
    ])
  })

  it('is ready where a side requires it', () => {
    expect(verdictsOf({ on: connection() })).toEqual([
      'client: ready server-requires-signing',
      'server: ready client-requires-signing',
    ])
    expect(verdictsOf({ setupSigning: 'required' })[1]).toBe('server: ready client-requires-signing')
  })

  it('breaks for a client whose SecurityMode is 0 in NEGOTIATE and SESSION_SETUP, and not in one of them', () => {
    const zero = connection({
      negotiateRequest: negotiateRequest({ securityMode: 0 }),
      negotiateResponse: negotiateResponse({ securityMode: 1 }),
    })
    expect(verdictsOf({ on: zero, setupSigning: 'none' })[1]).toBe('server: breaks client-disables-signing')
    expect(verdictsOf({ on: zero, setupSigning: 'enabled' })[1]).toBe('server: not-observed nothing-signed')
    expect(verdictsOf({ on: zero, setupSigning: null })[1]).toBe('server: not-observed nothing-signed')
    expect(verdictsOf({ setupSigning: 'none' })[1]).toBe('server: not-observed nothing-signed')
    const pending = { status: 'pending' as const, guest: null, setupSigning: 'none' as const }
    expect(verdictsOf({ on: zero, ...pending })[1]).toBe('server: not-observed nothing-signed')
  })

  it('lets one session that signs speak for the others of its user', () => {
    const rows = pairRows('require-signing', on, [
      clearSession({ on, firstSignature: { request: null, response: null } }),
      clearSession({ on, firstFrame: 30, firstSignature: { request: at(32), response: at(31) } }),
    ])
    expect(rows[1]).toMatchObject({ state: 'ready', count: 1, total: 2 })
    expect(rows[1]!.message).toContain('This holds for 1 of 2 sessions.')
  })
})
