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
  smb1Request,
} from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

type Request = NonNullable<Parameters<typeof negotiateRequest>[0]>
type Response = NonNullable<Parameters<typeof negotiateResponse>[0]>

const negotiated = (request: Request, response: Response | null) =>
  connection({
    negotiateRequest: negotiateRequest(request),
    negotiateResponse: response && negotiateResponse(response),
  })

function both(on: ReturnType<typeof connection>, overrides: Parameters<typeof clearSession>[0] = {}): string[] {
  return verdicts(pairRows('require-encryption', on, [clearSession({ on, ...overrides })]))
}

describe('require-encryption', () => {
  it('is ready where ciphers were offered and one chosen, though nothing is encrypted', () => {
    expect(both(connection())).toEqual(['client: ready chose-cipher', 'server: ready offers-encryption'])
  })

  it('is ready where it is at work', () => {
    const on = bareConnection({ state: 'midstream' })
    const rows = pairRows('require-encryption', on, [
      session({ on, status: 'unknown', guest: null, firstEncrypted: at(3) }),
    ])
    expect(verdicts(rows)).toEqual(['client: ready encrypts', 'server: ready encrypts'])
  })

  it('breaks for a client below 3.0, and says nothing about the server', () => {
    const on = negotiated({ dialects: [0x0202, 0x0210], ciphers: null }, { dialect: 0x0210, cipher: null })
    expect(both(on)).toEqual([
      'client: not-observed not-offered-smb3',
      'server: breaks offers-no-dialect-that-encrypts',
    ])
  })

  it('breaks for a server below 3.0 that was offered more', () => {
    expect(both(negotiated({}, { dialect: 0x0210, cipher: null }))[0]).toBe(
      'client: breaks chose-no-dialect-that-encrypts',
    )
  })

  it('breaks in 3.1.1 without a cipher', () => {
    expect(both(negotiated({ ciphers: null }, { cipher: null }))).toEqual([
      'client: not-observed not-offered-cipher',
      'server: breaks offers-no-cipher',
    ])
    expect(both(negotiated({}, { cipher: 0 }))[0]).toBe('client: breaks chose-no-cipher')
  })

  it('breaks in 3.0 without CAP_ENCRYPTION, ciphers or not', () => {
    const old = { dialect: 0x0302, cipher: null, capabilities: 0x2f }
    expect(both(negotiated({ capabilities: 0x3f }, old))[1]).toBe('server: breaks no-encryption-capability')
    expect(both(negotiated({}, old))).toEqual([
      'client: breaks server-has-no-encryption-capability',
      'server: ready offers-encryption',
    ])
    expect(both(negotiated({}, { ...old, capabilities: 0x6f }))[0]).toBe('client: ready has-encryption-capability')
  })

  it('does not know which of two ways would count where the answer was not seen', () => {
    expect(both(negotiated({ capabilities: 0x3f }, null))[1]).toBe('server: not-observed cipher-offer-unclear')
    expect(both(negotiated({}, null))[1]).toBe('server: ready offers-encryption')
  })

  it('takes contexts that were cut for unknown', () => {
    expect(both(negotiated({ ciphers: null, contextsCut: true }, {}))[1]).toBe(
      'server: not-observed cipher-offer-unclear',
    )
    expect(both(negotiated({}, { cipher: null, contextsCut: true }))[0]).toBe(
      'client: not-observed cipher-not-captured',
    )
  })

  it('breaks for guests and null sessions, whatever was offered', () => {
    expect(both(connection(), { guest: true })).toEqual([
      'client: breaks guest-has-no-key',
      'server: breaks guest-has-no-key',
    ])
    expect(both(connection(), { auth: 'anonymous' })[1]).toBe('server: breaks null-session-has-no-key')
  })

  it('is not observed where a session of a guest may have followed', () => {
    expect(both(connection(), { status: 'pending', guest: null })[1]).toBe('server: not-observed grant-not-seen')
    expect(verdicts(pairRows('require-encryption', connection()))[1]).toBe('server: not-observed grant-not-seen')
  })

  it('breaks for SMB1 alone, and does not know what the wildcard leads to', () => {
    expect(both(bareConnection({ smb1: smb1() }))[1]).toBe('server: breaks offers-no-dialect-that-encrypts')
    const wildcard = smb1({ negotiateRequest: smb1Request(['NT LM 0.12', 'SMB 2.???']) })
    expect(both(bareConnection({ smb1: wildcard }))[1]).toBe('server: not-observed offer-not-seen')
  })
})
