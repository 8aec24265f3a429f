import { anonymousSession } from '../../../src/audit/rules/anonymous-session.ts'
import { at, clearSession, connection, ledger, STATUS_ACCESS_DENIED, session, tree } from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const ipc = tree({ path: '\\\\files\\IPC$', shareType: 'pipe' })
const anonymous = (overrides: Parameters<typeof session>[0] = {}) =>
  clearSession({ auth: 'anonymous', trees: [ipc], ...overrides })

describeRule(anonymousSession, {
  fires: [
    {
      when: 'it connects to IPC$',
      ledger: ledger([connection()], [anonymous()]),
      severity: 'medium',
      says: ['10.0.0.10 granted 10.0.0.5 a session without credentials.'],
      frames: [8, 9, 12],
      user: null,
    },
    {
      when: 'what it connects to was not seen',
      ledger: ledger([connection()], [anonymous({ trees: [] })]),
      severity: 'medium',
    },
    {
      when: 'it connects to a disk share',
      ledger: ledger([connection()], [anonymous({ trees: [ipc, tree({ ...at(16), path: '\\\\files\\public' })] })]),
      severity: 'high',
      says: ['let it connect to \\\\files\\public'],
      frames: [8, 9, 16],
    },
    {
      when: 'it connects to a share of unknown type that is not IPC$',
      ledger: ledger([connection()], [anonymous({ trees: [tree({ path: '\\\\files\\public', shareType: null })] })]),
      severity: 'high',
    },
    {
      when: 'everything is denied',
      ledger: ledger(
        [connection()],
        [anonymous({ trees: [{ ...ipc, ntStatus: STATUS_ACCESS_DENIED }, tree({ ntStatus: STATUS_ACCESS_DENIED })] })],
      ),
      severity: 'low',
      says: ['denied it every share'],
    },
    {
      when: 'everything is denied in the words of SMB1',
      ledger: ledger([connection()], [anonymous({ family: 'smb1', trees: [tree({ ntStatus: 0x00050001 })] })]),
      severity: 'low',
      says: ['denied it every share'],
    },
    {
      when: 'it is encrypted all the same',
      ledger: ledger([connection()], [session({ auth: 'anonymous', anonymous: true })]),
      severity: 'medium',
      says: [/a session without credentials\.$/],
    },
    {
      when: 'one share is denied and another was not kept',
      ledger: ledger(
        [connection()],
        [anonymous({ trees: [{ ...ipc, ntStatus: STATUS_ACCESS_DENIED }], treesNotKept: 1 })],
      ),
      severity: 'medium',
    },
    {
      when: 'a disk share is denied, IPC$ is not',
      ledger: ledger([connection()], [anonymous({ trees: [ipc, tree({ ntStatus: STATUS_ACCESS_DENIED })] })]),
      severity: 'medium',
    },
    {
      when: 'the server flags it, with any credentials',
      ledger: ledger([connection()], [clearSession({ auth: 'unknown', anonymous: true, trees: [] })]),
      severity: 'medium',
      frames: [9],
    },
  ],
  silent: [
    { when: 'the server flags it as guest', ledger: ledger([connection()], [anonymous({ guest: true })]) },
    {
      when: 'it was refused',
      ledger: ledger([connection()], [session({ auth: 'anonymous', anonymous: false, status: 'failed' })]),
    },
  ],
})
