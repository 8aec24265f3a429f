import { describe, expect, it } from 'vitest'
import { sessionRecord } from '../../../src/report/records/session.ts'
import { session, tree } from '../../support/facts.ts'

describe('session record', () => {
  it('turns empty text into null', () => {
    expect(sessionRecord(session({ user: '', domain: '', workstation: '' }))).toMatchObject({
      user: null,
      domain: null,
      workstation: null,
    })
  })

  it.each([
    ['smb2', 0xc000006d, 'STATUS_LOGON_FAILURE'],
    ['smb2', 0xc0001234, '0xC0001234'],
    ['smb1', 0xc000006d, 'STATUS_LOGON_FAILURE'],
    ['smb1', 0x00020002, 'ERRSRV/ERRbadpw'],
    ['smb2', 0x00020002, '0x00020002'],
    ['smb2', null, null],
  ] as const)('%s status %s is %s', (family, ntStatus, name) => {
    expect(sessionRecord(session({ family, ntStatus })).ntStatus).toBe(name)
  })

  it('lists tree connects, with null for what was not seen', () => {
    const trees = [tree(), tree({ path: null, shareType: null, ntStatus: null })]
    expect(sessionRecord(session({ trees })).trees).toEqual([
      { path: '\\\\files\\team', shareType: 'disk', encryptData: false, ntStatus: 'STATUS_SUCCESS', frame: 12 },
      { path: null, shareType: null, encryptData: false, ntStatus: null, frame: 12 },
    ])
  })
})
