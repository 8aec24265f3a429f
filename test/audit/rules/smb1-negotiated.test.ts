import { smb1Negotiated } from '../../../src/audit/rules/smb1-negotiated.ts'
import { at, bareConnection, connection, ledger, smb1, smb1Request } from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const MULTI_PROTOCOL = ['PC NETWORK PROGRAM 1.0', 'NT LM 0.12', 'SMB 2.002', 'SMB 2.???']

const request = (...dialects: string[]) => smb1Request(dialects)
const response = (dialectIndex: number, dialect: string | null) => ({
  ...at(5),
  dialectIndex,
  dialect,
  securityMode: 0x03,
  extendedSecurity: true,
})
const selected = (dialects: string[], dialectIndex: number) =>
  smb1({
    negotiateRequest: request(...dialects),
    negotiateResponse: response(dialectIndex, dialects[dialectIndex] ?? null),
  })

describeRule(smb1Negotiated, {
  fires: [
    {
      when: 'the server chooses NT LM 0.12',
      ledger: ledger([bareConnection({ smb1: selected(['LANMAN2.1', 'NT LM 0.12'], 1) })]),
      severity: 'high',
      says: ['10.0.0.10 chose "NT LM 0.12" for 10.0.0.5.'],
      frames: [4, 5],
    },
    {
      when: 'the server chooses index 0',
      ledger: ledger([bareConnection({ smb1: selected(['NT LM 0.12'], 0) })]),
      severity: 'high',
    },
    ...['LANMAN2.1', 'PC NETWORK PROGRAM 1.0', 'MICROSOFT NETWORKS 3.0', 'XENIX CORE', 'LM1.2X002'].map((dialect) => ({
      when: `the server chooses ${dialect}`,
      ledger: ledger([bareConnection({ smb1: selected([dialect, 'NT LM 0.12'], 0) })]),
      severity: 'critical' as const,
      says: [`chose "${dialect}"`],
    })),
    {
      when: 'the client also offered SMB2, and the server is not known to speak it',
      ledger: ledger([bareConnection({ smb1: selected(MULTI_PROTOCOL, 1) })]),
      severity: 'high',
      says: ['10.0.0.10 chose "NT LM 0.12" for 10.0.0.5, though the client offered SMB2.'],
    },
    {
      when: 'the client also offered SMB2, and the server speaks it with another client',
      ledger: ledger([
        bareConnection({ smb1: selected(MULTI_PROTOCOL, 1) }),
        connection({ client: '10.0.0.6', firstFrame: 50 }),
      ]),
      severity: 'critical',
      says: ['though the client offered SMB2 and the same server speaks it elsewhere.'],
    },
    {
      when: 'a server of the same address speaks SMB2 in another capture',
      ledger: ledger([
        bareConnection({ smb1: selected(MULTI_PROTOCOL, 1) }),
        connection({ capture: 'elsewhere.pcap', client: '10.0.0.6' }),
      ]),
      severity: 'high',
    },
    {
      when: 'the server speaks SMB2, but not with what this client offered',
      ledger: ledger([
        bareConnection({ smb1: selected(['NT LM 0.12'], 0) }),
        connection({ client: '10.0.0.6', firstFrame: 50 }),
      ]),
      severity: 'high',
    },
    {
      when: 'the request was not seen, so the chosen dialect has no name',
      ledger: ledger([
        bareConnection({ smb1: smb1({ negotiateRequest: null, negotiateResponse: response(3, null) }) }),
      ]),
      severity: 'high',
      says: ['an SMB1 dialect whose name was not seen'],
    },
    {
      when: 'the list was cut before the chosen dialect',
      ledger: ledger([
        bareConnection({
          smb1: smb1({
            negotiateRequest: smb1Request(['NT LM 0.12'], { dialectsCut: true }),
            negotiateResponse: response(3, null),
          }),
        }),
      ]),
      severity: 'high',
      says: ['an SMB1 dialect whose name was not seen'],
    },
    {
      when: 'the index is behind the end of the list',
      ledger: ledger([bareConnection({ smb1: smb1({ negotiateResponse: response(3, null) }) })]),
      severity: 'high',
      says: ["an SMB1 dialect that is not in the client's list"],
    },
    {
      when: 'SMB1 commands flow midstream',
      ledger: ledger([
        bareConnection({
          state: 'midstream',
          smb1: smb1({
            negotiateRequest: null,
            negotiateResponse: null,
            firstUse: { ...at(9), command: 0x2e },
            firstCommand: { ...at(8), command: 0x2e },
          }),
        }),
      ]),
      severity: 'high',
      says: ['10.0.0.5 and 10.0.0.10 speak SMB1; NEGOTIATE was not seen.'],
      frames: [9],
    },
    {
      when: 'only requests were captured, and the client goes on in SMB1',
      ledger: ledger([
        bareConnection({
          serverSeen: false,
          smb1: smb1({ negotiateResponse: null, firstAnswer: null, firstCommand: { ...at(6), command: 0x73 } }),
        }),
      ]),
      severity: 'high',
      says: ['SMB1 commands pass between', 'none was seen to succeed; the answer to NEGOTIATE was not seen.'],
    },
    {
      when: 'the choice was cut off, and commands follow',
      ledger: ledger([
        bareConnection({
          smb1: smb1({
            negotiateResponse: { ...response(0, null), dialectIndex: null },
            firstUse: { ...at(9), command: 0x75 },
            firstCommand: { ...at(9), command: 0x75 },
          }),
        }),
      ]),
      severity: 'high',
      says: ['speak SMB1; the dialect that the server chose was not captured.'],
    },
    {
      when: 'the server accepts none of the dialects, and then commands all the same',
      ledger: ledger([
        bareConnection({
          smb1: smb1({
            negotiateResponse: response(0xffff, null),
            firstUse: { ...at(9), command: 0x75 },
            firstCommand: { ...at(9), command: 0x75 },
          }),
        }),
      ]),
      severity: 'high',
      says: ['speak SMB1; the server had accepted none of the dialects offered.'],
    },
  ],
  silent: [
    {
      when: 'an SMB1 NEGOTIATE is answered in SMB2',
      ledger: ledger([
        connection({ smb1: smb1({ negotiateRequest: request(...MULTI_PROTOCOL), negotiateResponse: null }) }),
      ]),
    },
    {
      when: 'the server accepts none of the dialects',
      ledger: ledger([bareConnection({ smb1: smb1({ negotiateResponse: response(0xffff, null) }) })]),
    },
    {
      when: 'commands are answered in something else, and all of that was captured',
      ledger: ledger([
        bareConnection({
          smb1: smb1({
            negotiateRequest: null,
            negotiateResponse: null,
            firstAnswer: null,
            firstCommand: { ...at(6), command: 0 },
          }),
        }),
      ]),
    },
    { when: 'nobody answers', ledger: ledger([bareConnection({ smb1: smb1({ negotiateResponse: null }) })]) },
    {
      when: 'after an answer in SMB2 somebody tries an SMB1 command in vain',
      ledger: ledger([
        connection({ smb1: smb1({ negotiateResponse: null, firstCommand: { ...at(7), command: 0x73 } }) }),
      ]),
    },
  ],
})
