import { describe, expect, it } from 'vitest'
import { covers, type ExemptionSubject, exemptionFor, hasEnded } from '../../src/policy/exempt.ts'
import type { Exemption } from '../../src/policy/policy.ts'

const exemption = (parts: Partial<Exemption>): Exemption => ({
  number: 1,
  rules: null,
  client: null,
  server: null,
  user: null,
  share: null,
  reason: 'known',
  until: null,
  ...parts,
})

const subject = (parts: Partial<ExemptionSubject> = {}): ExemptionSubject => ({
  id: 'unsigned-session',
  client: { ip: '10.0.0.5', names: ['ws1'] },
  server: { ip: '10.0.0.10', names: [] },
  user: 'alice',
  domain: 'CORP',
  shares: ['\\\\files\\data'],
  time: 1000,
  ...parts,
})

const host = (wanted: string) => ({ text: wanted, matches: (ip: string) => ip === wanted })
const share = (wanted: string) => ({ text: wanted, matches: (path: string) => path === wanted })
const user = (wanted: string) => ({ text: wanted, matches: (name: string) => name === wanted })

describe('an exemption covers', () => {
  it.each([
    ['rule', { rules: ['unsigned-session'] }],
    ['client', { client: host('10.0.0.5') }],
    ['server', { server: host('10.0.0.10') }],
    ['user', { user: user('alice') }],
    ['share', { share: share('\\\\files\\data') }],
  ])('what matches its %s', (_, parts) => {
    expect(covers(exemption(parts), subject())).toBe(true)
  })

  it.each([
    ['the rule is another', { rules: ['ntlm-auth'] }, {}],
    ['the client is another', { client: host('10.0.0.6') }, {}],
    ['there is no client', { client: host('10.0.0.5') }, { client: null }],
    ['the server is another', { server: host('10.0.0.6') }, {}],
    ['there is no server', { server: host('10.0.0.10') }, { server: null }],
    ['the user was not seen', { user: user('alice') }, { user: null }],
    ['no share was seen', { share: share('\\\\files\\data') }, { shares: [] }],
    [
      'one of two shares is another',
      { share: share('\\\\files\\data') },
      { shares: ['\\\\files\\data', '\\\\files\\x'] },
    ],
    ['only one of two parts matches', { client: host('10.0.0.5'), rules: ['ntlm-auth'] }, {}],
  ])('nothing where %s', (_, parts, seen) => {
    expect(covers(exemption(parts), subject(seen))).toBe(false)
  })
})

it('ends after its last moment, by the time of the packets', () => {
  expect(hasEnded(exemption({ until: 1000 }), 1000)).toBe(false)
  expect(hasEnded(exemption({ until: 1000 }), 1001)).toBe(true)
  expect(hasEnded(exemption({}), 1e15)).toBe(false)
})

it('is passed over for a later one where it has ended', () => {
  const all = [exemption({ number: 1, until: 999 }), exemption({ number: 2, until: 1000 })]
  expect(exemptionFor(all, subject())?.number).toBe(2)
  expect(exemptionFor(all, subject({ time: 1001 }))).toBeNull()
})
