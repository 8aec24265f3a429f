import { describe, expect, it } from 'vitest'
import { agreesToCipher, offersCipher, RoleTally } from '../../../src/report/hosts/role-tally.ts'
import {
  clearSession,
  connection,
  logon,
  negotiateRequest,
  negotiateResponse,
  session,
  tree,
} from '../../support/facts.ts'

describe('offersCipher', () => {
  it.each([
    ['3.1.1 with ciphers', negotiateRequest({ ciphers: [2] }), true],
    ['3.1.1 without', negotiateRequest({ dialects: [0x0311], ciphers: null }), false],
    ['3.0 with the capability', negotiateRequest({ dialects: [0x0300], ciphers: null, capabilities: 0x40 }), true],
    [
      '2.1 with the capability, which means nothing',
      negotiateRequest({ dialects: [0x0210], ciphers: null, capabilities: 0x40 }),
      false,
    ],
    ['contexts that were cut', negotiateRequest({ dialects: [0x0311], ciphers: null, contextsCut: true }), null],
    ['a list that was cut', negotiateRequest({ dialects: [0x0210], ciphers: null, dialectsCut: true }), null],
    ['no request', null, null],
  ])('%s', (_, request, offers) => {
    expect(offersCipher(request)).toBe(offers)
  })
})

describe('agreesToCipher', () => {
  it.each([
    ['a cipher was chosen', {}, {}, true],
    ['none was chosen, though offered', {}, { cipher: null }, false],
    ['an older dialect was chosen', {}, { dialect: 0x0210, cipher: null, capabilities: 0 }, false],
    ['none was offered', { dialects: [0x0210], ciphers: null }, { dialect: 0x0210, cipher: null }, null],
    ['the answer was cut', {}, { cipher: null, contextsCut: true }, null],
  ])('%s', (_, request, response, agrees) => {
    const on = connection({
      negotiateRequest: negotiateRequest(request),
      negotiateResponse: negotiateResponse(response),
    })
    expect(agreesToCipher(on)).toBe(agrees)
  })

  it('is not known without a response', () => {
    expect(agreesToCipher(connection({ negotiateResponse: null }))).toBeNull()
  })
})

describe('a role', () => {
  it('counts what was stated, required and observed', () => {
    const role = new RoleTally()
    role.addConnection('3.1.1', 'required', true, 'a')
    role.addConnection('2.1', 'enabled', false, 'b')
    role.addConnection(null, null, null, null)
    role.addSession(session())
    role.addSession(clearSession({ guest: true, trees: [tree({ encryptData: true }), tree({ encryptData: true })] }))
    role.addSession(session({ auth: 'anonymous', encryptData: false, logons: [logon({ auth: 'anonymous' }), logon()] }))
    expect(role.record()).toEqual({
      connections: 3,
      sessions: 3,
      offeredDialects: [],
      dialects: ['2.1', '3.1.1'],
      signing: { none: 0, enabled: 1, required: 1 },
      encryption: { offered: 1, notOffered: 1, required: 1, requiredForShares: 1 },
      protection: { refused: 0, unanswered: 0, encrypted: 2, signed: 0, partly: 0, clear: 1, unseen: 0 },
      logons: { kerberos: 3, anonymous: 1 },
      guestSessions: 1,
      nullSessions: 1,
      guids: ['a', 'b'],
      moreGuids: false,
    })
  })

  it('keeps four GUIDs and 24 dialects, whatever comes, and no GUID of zeros', () => {
    const role = new RoleTally()
    for (let i = 0; i < 100; i++) {
      role.addConnection(`dialect ${i}`, null, null, `guid ${i % 6}`)
      role.addOffers([`offer ${i}`])
    }
    role.addConnection(null, null, null, '00000000-0000-0000-0000-000000000000')
    const { guids, moreGuids, dialects, offeredDialects } = role.record()
    expect(guids).toEqual(['guid 0', 'guid 1', 'guid 2', 'guid 3'])
    expect(moreGuids).toBe(true)
    expect([dialects.length, offeredDialects.length]).toEqual([24, 24])
  })
})
