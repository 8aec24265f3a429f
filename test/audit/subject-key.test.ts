import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Draft } from '../../src/audit/rule/rule.ts'
import { subjectKey, subjectOf } from '../../src/audit/subject-key.ts'
import { at, connection, session } from '../support/facts.ts'

function draft(overrides: Partial<Draft> = {}): Draft {
  return {
    severity: 'low',
    connection: connection(),
    session: session(),
    at: at(1),
    explain: () => ({ message: '', evidence: [] }),
    ...overrides,
  }
}

const NOTHING = { client: null, server: null, port: null, domain: null, user: null, about: null }

describe('subject key', () => {
  it('gives the subject back, whatever the names are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (domain, user) => {
        const key = subjectKey('pair', draft({ session: session({ domain, user }) }))
        expect(subjectOf('pair', key)).toEqual({
          ...NOTHING,
          kind: 'pair',
          client: '10.0.0.5',
          server: '10.0.0.10',
          domain: domain.toLowerCase() || null,
          user: user.toLowerCase() || null,
        })
      }),
    )
  })

  it('has what the kind names, and nothing else', () => {
    const of = (kind: Draft['subject'] & string, about?: string) =>
      subjectOf(kind, subjectKey(kind, draft(about === undefined ? {} : { about })))
    expect(of('server')).toEqual({ ...NOTHING, kind: 'server', server: '10.0.0.10', port: 445 })
    expect(of('client')).toEqual({ ...NOTHING, kind: 'client', client: '10.0.0.5' })
    expect(of('capture')).toEqual({ ...NOTHING, kind: 'capture' })
    expect(of('network', 'challenge 01 02')).toEqual({ ...NOTHING, kind: 'network', about: 'challenge 01 02' })
  })

  it('names no user of a null session: it may claim any name', () => {
    const claimed = draft({ session: session({ user: 'alice', domain: 'CORP', anonymous: true }) })
    expect(subjectOf('pair', subjectKey('pair', claimed))).toMatchObject({ domain: null, user: null })
  })
})
