import { oldDialect } from '../../../src/audit/rules/old-dialect.ts'
import {
  at,
  bareConnection,
  connection,
  ledger,
  negotiateRequest,
  negotiateResponse,
  smb1,
  smb1Request,
} from '../../support/facts.ts'
import { describeRule, policyWith } from '../../support/rules.ts'

const settled = (dialect: number, dialects?: number[]) =>
  connection({
    negotiateRequest: dialects === undefined ? null : negotiateRequest({ dialects }),
    negotiateResponse: negotiateResponse({ dialect }),
  })

describeRule(oldDialect, {
  fires: [
    {
      when: '3.0.2',
      ledger: ledger([settled(0x0302)]),
      severity: 'low',
      says: ['10.0.0.10 chose SMB 3.0.2 for 10.0.0.5; what the client offered was not seen.'],
      frames: [5],
    },
    { when: '3.0', ledger: ledger([settled(0x0300)]), severity: 'low' },
    { when: '2.1', ledger: ledger([settled(0x0210)]), severity: 'medium' },
    {
      when: '2.1, where the policy asks for 3.0',
      ledger: ledger([settled(0x0210)]),
      policy: policyWith({ minimumDialect: 0x0300 }),
      severity: 'medium',
    },
    { when: '2.0.2', ledger: ledger([settled(0x0202)]), severity: 'medium' },
    { when: 'a beta of SMB2', ledger: ledger([settled(0x0222)]), severity: 'medium' },
    {
      when: 'the server chose less than the client offers',
      ledger: ledger([settled(0x0210, [0x0202, 0x0210, 0x0300, 0x0302, 0x0311])]),
      severity: 'medium',
      says: ['chose SMB 2.1 for 10.0.0.5; the client offered up to 3.1.1.'],
      frames: [4, 5],
    },
    {
      when: 'the client offers no more',
      ledger: ledger([settled(0x0302, [0x0202, 0x0210, 0x0300, 0x0302])]),
      severity: 'low',
      says: ['the client offered no more.'],
    },
    {
      when: 'what more the client offers was cut',
      ledger: ledger([
        connection({
          negotiateRequest: negotiateRequest({ dialects: [0x0202, 0x0210], dialectsCut: true }),
          negotiateResponse: negotiateResponse({ dialect: 0x0210 }),
        }),
      ]),
      severity: 'medium',
      says: ['what more the client offered was not captured.'],
    },
    ...(
      [
        [['NT LM 0.12', 'SMB 2.002', 'SMB 2.???'], false, 'the client offered more, as "SMB 2.???".'],
        [['NT LM 0.12', 'SMB 2.002'], false, 'the client offered no more.'],
        [['NT LM 0.12', 'SMB 2.002'], true, 'what more the client offered was not captured.'],
        [['NT LM 0.12'], false, 'what the client offered was not seen.'],
      ] as const
    ).map(([dialects, dialectsCut, says]) => ({
      when: `the client offered ${dialects.join(', ')}${dialectsCut ? ' ...' : ''} in SMB1, and that led to 2.0.2 at once`,
      ledger: ledger([
        connection({
          smb1: smb1({ negotiateRequest: smb1Request([...dialects], { dialectsCut }), negotiateResponse: null }),
          negotiateRequest: null,
          negotiateResponse: negotiateResponse({ dialect: 0x0202 }),
        }),
      ]),
      severity: 'medium' as const,
      says: [says],
      frames: [5],
    })),
    {
      when: 'the client was led here by an SMB1 NEGOTIATE',
      ledger: ledger([
        connection({
          smb1: smb1({ negotiateResponse: null }),
          negotiateResponse: negotiateResponse({ dialect: 0x0202 }),
        }),
      ]),
      severity: 'medium',
    },
  ],
  silent: [
    {
      when: 'the policy allows 3.0',
      ledger: ledger([settled(0x0300), settled(0x0302)]),
      policy: policyWith({ minimumDialect: 0x0300 }),
    },
    { when: 'the dialect is 3.1.1', ledger: ledger([settled(0x0311)]) },
    { when: 'the answer was not seen', ledger: ledger([bareConnection({ negotiateRequest: negotiateRequest() })]) },
    {
      when: 'the connection begins before the capture, with encrypted messages',
      ledger: ledger([bareConnection({ state: 'midstream', firstTransform: at(1) })]),
    },
    { when: 'SMB1 was chosen', ledger: ledger([bareConnection({ smb1: smb1() })]) },
    { when: 'the answer announces another NEGOTIATE', ledger: ledger([settled(0x02ff)]) },
    { when: 'the answer names no dialect that there is', ledger: ledger([settled(0xbeef)]) },
  ],
})
