import { describe, expect, it } from 'vitest'
import {
  bareConnection,
  connection,
  negotiateRequest,
  negotiateResponse,
  session,
  smb1,
  smb1Request,
  smb1Response,
} from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const OLD = negotiateRequest({ dialects: [0x0202, 0x0210] })

function verdictsOf(on: ReturnType<typeof connection>): string[] {
  return verdicts(pairRows('minimum-dialect-311', on, [session({ on })]))
}

describe('minimum-dialect-311', () => {
  it('is ready on both sides where 3.1.1 is in use', () => {
    expect(verdictsOf(connection())).toEqual(['client: ready chose-3.1.1', 'server: ready uses-3.1.1'])
  })

  it('breaks for a client that offers less, and says nothing about the server', () => {
    const on = connection({ negotiateRequest: OLD, negotiateResponse: negotiateResponse({ dialect: 0x0210 }) })
    expect(verdictsOf(on)).toEqual(['client: not-observed not-offered-3.1.1', 'server: breaks offers-no-3.1.1'])
    expect(pairRows('minimum-dialect-311', on, [session({ on })])[1]!.message).toBe(
      '10.0.0.5 offers 10.0.0.10 no more than 2.1.',
    )
  })

  it('breaks for a server that chooses less than it was offered', () => {
    const on = connection({ negotiateResponse: negotiateResponse({ dialect: 0x0302 }) })
    expect(verdictsOf(on)).toEqual(['client: breaks chose-no-3.1.1', 'server: ready offers-3.1.1'])
  })

  it('takes a list that was cut for unknown', () => {
    const on = connection({
      negotiateRequest: negotiateRequest({ dialects: [0x0202], dialectsCut: true }),
      negotiateResponse: negotiateResponse({ dialect: 0x0302 }),
    })
    expect(verdictsOf(on)).toEqual(['client: not-observed not-offered-3.1.1', 'server: not-observed offer-not-seen'])
  })

  it('does not know what an SMB1 NEGOTIATE with the wildcard would lead to', () => {
    const request = smb1Request(['NT LM 0.12', 'SMB 2.???'])
    const on = bareConnection({
      smb1: smb1({ negotiateRequest: request, negotiateResponse: smb1Response({ dialectIndex: 0 }) }),
    })
    expect(verdictsOf(on)).toEqual(['client: not-observed not-offered-3.1.1', 'server: not-observed offer-not-seen'])
  })

  it('breaks for a client of SMB1 alone', () => {
    expect(verdictsOf(bareConnection({ smb1: smb1() }))[1]).toBe('server: breaks offers-no-3.1.1')
  })
})
