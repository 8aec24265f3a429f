import { smb1Offered } from '../../../src/audit/rules/smb1-offered.ts'
import { at, bareConnection, connection, ledger, negotiateRequest, smb1 } from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const offered = (...dialects: string[]) =>
  smb1({ negotiateRequest: { ...at(4), dialects, signing: 'enabled' }, negotiateResponse: null })

describeRule(smb1Offered, {
  fires: [
    {
      when: 'the server answers in SMB2',
      ledger: ledger([connection({ smb1: offered('NT LM 0.12', 'SMB 2.???') })]),
      severity: 'low',
      says: ['SMB1 offered ("NT LM 0.12")', 'the server answered in SMB2 (3.1.1)'],
      frames: [4, 5],
    },
    {
      when: 'the capture ends after the client went on in SMB2',
      ledger: ledger([
        bareConnection({ smb1: offered('NT LM 0.12', 'SMB 2.???'), negotiateRequest: negotiateRequest(at(6)) }),
      ]),
      severity: 'low',
      frames: [4, 6],
    },
    {
      when: 'the server accepts none of it',
      ledger: ledger([
        bareConnection({
          smb1: {
            ...offered('NT LM 0.12'),
            negotiateResponse: {
              ...at(5),
              dialectIndex: 0xffff,
              dialect: null,
              securityMode: null,
              extendedSecurity: false,
            },
          },
        }),
      ]),
      severity: 'info',
      says: ['the server accepted none of it'],
      frames: [4, 5],
    },
    {
      when: 'the server closes the connection',
      ledger: ledger([bareConnection({ smb1: offered('NT LM 0.12'), end: { by: 'server', how: 'rst', at: at(5) } })]),
      severity: 'info',
      says: ['the server closed the connection'],
    },
    {
      when: 'no answer was seen',
      ledger: ledger([bareConnection({ smb1: offered('NT LM 0.12') })]),
      severity: 'info',
      says: ['no answer was seen'],
    },
    {
      when: 'only SMB2 dialects are listed, in the old form',
      ledger: ledger([connection({ smb1: offered('SMB 2.002', 'SMB 2.???') })]),
      severity: 'info',
      says: ['lists SMB2 dialects only'],
    },
  ],
  silent: [
    { when: 'SMB1 was chosen', ledger: ledger([bareConnection({ smb1: smb1() })]) },
    {
      when: 'SMB1 is in use',
      ledger: ledger([bareConnection({ smb1: { ...offered('NT LM 0.12'), firstUse: { ...at(7), command: 0x73 } } })]),
    },
    {
      when: 'the negotiate was not seen',
      ledger: ledger([bareConnection({ smb1: smb1({ negotiateRequest: null, negotiateResponse: null }) })]),
    },
  ],
})
