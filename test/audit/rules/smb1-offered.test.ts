import { smb1Offered } from '../../../src/audit/rules/smb1-offered.ts'
import {
  at,
  bareConnection,
  connection,
  ledger,
  negotiateRequest,
  smb1,
  smb1Request,
  smb1Response,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const cut = (...dialects: string[]) =>
  smb1({ negotiateRequest: smb1Request(dialects, { dialectsCut: true }), negotiateResponse: null })
const offered = (...dialects: string[]) => smb1({ negotiateRequest: smb1Request(dialects), negotiateResponse: null })

describeRule(smb1Offered, {
  fires: [
    {
      when: 'the server answers in SMB2',
      ledger: ledger([connection({ smb1: offered('NT LM 0.12', 'SMB 2.???') })]),
      severity: 'low',
      says: ['10.0.0.5 offered SMB1 to 10.0.0.10 ("NT LM 0.12"); the server answered in SMB2 (3.1.1).'],
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
    {
      when: 'the capture was cut inside the list, behind an SMB1 dialect',
      ledger: ledger([connection({ smb1: cut('NT LM 0.12') })]),
      severity: 'low',
      says: ['offered SMB1 to 10.0.0.10 ("NT LM 0.12" and what was not captured); '],
    },
    ...[cut('SMB 2.002'), cut()].map((list) => ({
      when: `the capture was cut before any SMB1 dialect (${list.negotiateRequest?.dialects})`,
      ledger: ledger([connection({ smb1: list })]),
      severity: 'info' as const,
      says: ['of which no SMB1 dialect was captured'],
    })),
    {
      when: 'SMB2 followed, of which no NEGOTIATE was captured',
      ledger: ledger([bareConnection({ smb1: offered('NT LM 0.12'), firstSmb2: at(5) })]),
      severity: 'low',
      says: ['SMB2 followed'],
      frames: [4, 5],
    },
  ],
  silent: [
    { when: 'SMB1 was chosen', ledger: ledger([bareConnection({ smb1: smb1() })]) },
    {
      when: 'what the server chose in SMB1 was cut',
      ledger: ledger([bareConnection({ smb1: smb1({ negotiateResponse: smb1Response({ dialectIndex: null }) }) })]),
    },
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
