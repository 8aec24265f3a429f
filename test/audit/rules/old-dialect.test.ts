import { oldDialect } from '../../../src/audit/rules/old-dialect.ts'
import {
  at,
  bareConnection,
  connection,
  ledger,
  negotiateRequest,
  negotiateResponse,
  smb1,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const settled = (dialect: number, dialects?: number[]) =>
  connection({
    negotiateRequest: dialects === undefined ? null : negotiateRequest({ dialects }),
    negotiateResponse: negotiateResponse({ dialect }),
  })

describeRule(oldDialect, {
  fires: [
    { when: '3.0.2', ledger: ledger([settled(0x0302)]), severity: 'low', says: ['use SMB 3.0.2.'], frames: [5] },
    { when: '3.0', ledger: ledger([settled(0x0300)]), severity: 'low' },
    { when: '2.1', ledger: ledger([settled(0x0210)]), severity: 'medium' },
    { when: '2.0.2', ledger: ledger([settled(0x0202)]), severity: 'medium' },
    { when: 'a beta of SMB2', ledger: ledger([settled(0x0222)]), severity: 'medium' },
    {
      when: 'the server chose less than the client offers',
      ledger: ledger([settled(0x0210, [0x0202, 0x0210, 0x0300, 0x0302, 0x0311])]),
      severity: 'medium',
      says: ['the client offers 3.1.1, the server chose less'],
      frames: [4, 5],
    },
    {
      when: 'the client offers no more',
      ledger: ledger([settled(0x0302, [0x0202, 0x0210, 0x0300, 0x0302])]),
      severity: 'low',
      says: ['the client offers no more'],
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
      says: [/use SMB 2\.1\.$/],
    },
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
