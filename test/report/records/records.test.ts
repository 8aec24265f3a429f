import { describe, expect, it } from 'vitest'
import type { MessageRow } from '../../../src/ledger/smb-message.ts'
import {
  connectionRecord,
  findingRecord,
  messageRecord,
  type ScanRecord,
  scanRecords,
  sessionRecord,
  summaryRecord,
} from '../../../src/report/records/records.ts'
import {
  at,
  bareConnection,
  capture,
  connection,
  ledger,
  negotiateRequest,
  negotiateResponse,
  session,
  smb1,
  smb1Request,
  tree,
} from '../../support/facts.ts'
import { finding, NETWORKS, report, rule } from '../../support/findings.ts'
import { schemaErrors } from '../../support/schema.ts'

describe('connection record', () => {
  it('says what was offered and agreed', () => {
    expect(connectionRecord(connection(), NETWORKS)).toMatchObject({
      type: 'connection',
      offeredDialects: ['2.0.2', '2.1', '3.0', '3.0.2', '3.1.1'],
      dialect: '3.1.1',
      clientSigning: 'required',
      serverSigning: 'required',
      cipher: 'AES-128-GCM',
      signingAlgorithm: 'AES-GMAC',
      preauthIntegrity: 'SHA-512',
      direction: 'internal',
      firstTime: '2024-05-01T00:00:00.001000Z',
    })
  })

  it('has null, not a default, for a negotiate that was not seen', () => {
    expect(connectionRecord(bareConnection({ state: 'midstream' }), NETWORKS)).toMatchObject({
      offeredDialects: [],
      dialect: null,
      clientSigning: null,
      serverSigning: null,
      cipher: null,
      signingAlgorithm: null,
      preauthIntegrity: null,
      clientGuid: null,
      serverGuid: null,
    })
  })

  it('names an SMB1 dialect as the client offered it', () => {
    const facts = bareConnection({ smb1: smb1() })
    expect(connectionRecord(facts, NETWORKS)).toMatchObject({
      offeredDialects: ['LANMAN2.1', 'NT LM 0.12'],
      dialect: 'NT LM 0.12',
      clientSigning: 'required',
      serverSigning: 'required',
      signingAlgorithm: null,
    })
  })

  it('puts the SMB2 answer before the SMB1 offer that led to it', () => {
    const offer = smb1Request(['NT LM 0.12', 'SMB 2.???'])
    const facts = connection({ smb1: smb1({ negotiateRequest: offer, negotiateResponse: null }) })
    const record = connectionRecord(facts, NETWORKS)
    expect(record.dialect).toBe('3.1.1')
    expect(record.clientSigning).toBe('required')
    expect(record.offeredDialects).toEqual(['2.0.2', '2.1', '3.0', '3.0.2', '3.1.1', 'NT LM 0.12', 'SMB 2.???'])
  })

  it('says whether the list of dialects was cut', () => {
    const cut = (facts: Parameters<typeof connection>[0]) =>
      connectionRecord(connection(facts), NETWORKS).offeredDialectsCut
    expect(cut({})).toBe(false)
    expect(cut({ negotiateRequest: negotiateRequest({ dialectsCut: true }) })).toBe(true)
    expect(cut({ smb1: smb1({ negotiateRequest: smb1Request([], { dialectsCut: true }) }) })).toBe(true)
  })

  it("takes an SMB1 client's word of signing from its session setup", () => {
    const signing = (facts: Parameters<typeof bareConnection>[0]) =>
      connectionRecord(bareConnection(facts), NETWORKS).clientSigning
    expect(signing({ smb1: smb1({ clientSigning: 'enabled' }) })).toBe('enabled')
    expect(signing({ smb1: smb1({ clientSigning: 'none' }) })).toBeNull()
    expect(signing({ smb1: smb1({ clientSigning: null }) })).toBeNull()
    // An SMB1 NEGOTIATE that led to SMB2: there SecurityMode tells, and it was cut.
    const unread = negotiateRequest({ securityMode: null })
    expect(signing({ smb1: smb1({ clientSigning: null }), negotiateRequest: unread })).toBeNull()
  })

  it.each([
    ['3.1.1 without a cipher in common', { dialect: 0x0311, cipher: 0 }, {}, null],
    ['3.1.1 without a cipher context', { dialect: 0x0311, cipher: null }, {}, null],
    ['3.1.1 with a cipher of nobody’s', { dialect: 0x0311, cipher: 0x77 }, {}, '0x0077'],
    [
      '3.0.2 with both capabilities',
      { dialect: 0x0302, cipher: null, capabilities: 0x40 },
      { capabilities: 0x40 },
      'AES-128-CCM',
    ],
    ['3.0.2 without the client’s', { dialect: 0x0302, cipher: null, capabilities: 0x40 }, { capabilities: 0 }, null],
    ['2.1 with a capability that means nothing there', { dialect: 0x0210, cipher: null, capabilities: 0x40 }, {}, null],
  ])('cipher: %s', (_name, response, request, cipher) => {
    const facts = connection({
      negotiateRequest: negotiateRequest(request),
      negotiateResponse: negotiateResponse(response),
    })
    expect(connectionRecord(facts, NETWORKS).cipher).toBe(cipher)
  })

  it.each([
    [{ dialect: 0x0202 }, 'HMAC-SHA256'],
    [{ dialect: 0x0302 }, 'AES-CMAC'],
    [{ dialect: 0x0311, signingAlgorithm: null }, 'AES-CMAC'],
    [{ dialect: 0x0311, signingAlgorithm: 2 }, 'AES-GMAC'],
    [{ dialect: 0x0311, signingAlgorithm: null, contextsCut: true }, null],
    [{ dialect: 0x0311, signingAlgorithm: 2, contextsCut: true }, 'AES-GMAC'],
  ])('signing algorithm of %j is %s', (response, algorithm) => {
    const facts = connection({ negotiateResponse: negotiateResponse(response) })
    expect(connectionRecord(facts, NETWORKS).signingAlgorithm).toBe(algorithm)
  })
})

describe('session record', () => {
  it('turns the empty into null', () => {
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

  it('keeps trees with what is known of them', () => {
    const trees = [tree(), tree({ path: null, shareType: null, ntStatus: null })]
    expect(sessionRecord(session({ trees })).trees).toEqual([
      { path: '\\\\files\\team', shareType: 'disk', encryptData: false, ntStatus: 'STATUS_SUCCESS', frame: 12 },
      { path: null, shareType: null, encryptData: false, ntStatus: null, frame: 12 },
    ])
  })
})

describe('finding record', () => {
  it('adds what its rule says every time', () => {
    expect(findingRecord(finding(), rule())).toMatchObject({
      guide: 'Require SMB signing',
      remediation: { setting: 'Require signing on the server.' },
      evidence: [{ frame: 14, time: '2024-05-01T00:00:00.014000Z' }],
    })
  })
})

describe('message record', () => {
  const row: MessageRow = {
    frame: 9,
    time: at(9).time,
    client: { ip: '10.0.0.5', port: 50_000 },
    server: { ip: '2001:db8::9', port: 445 },
    family: 'smb2',
    command: 1,
    response: true,
    signed: false,
    status: 0xc0000016,
    sessionIdLow: 0x80000001,
    sessionIdHigh: 0x400,
    treeId: 0,
    length: 200,
  }

  it('says which capture something is of only where several share its path', () => {
    const [one, other] = ['1111111111111111', '2222222222222222'].map((captureId) => connection({ captureId }))
    const captures = [one!, other!].map(({ captureId }) => capture({ captureId }))
    const both = ledger([one!, other!], [session({ on: one! }), session({ on: other! })], captures)
    const findings = [finding({ captureId: one!.captureId })]
    const records = [...scanRecords(report({ ledger: both, findings }))]
    const named = records.flatMap((r) => ('captureId' in r ? [[r.type, r.captureId]] : []))
    expect(named).toEqual([
      ...['capture', 'connection', 'session'].flatMap((type) => [
        [type, one!.captureId],
        [type, other!.captureId],
      ]),
      ['finding', one!.captureId],
    ])
    for (const record of records) expect(schemaErrors('scanRecord', record)).toEqual([])
    const alone = [...scanRecords(report({ ledger: ledger([one!], [session({ on: one! })]), findings }))]
    expect(alone.filter((r) => 'captureId' in r).map((r) => r.type)).toEqual(['capture'])
  })

  it('writes ids and statuses at their full width', () => {
    expect(messageRecord(row)).toMatchObject({ status: '0xc0000016', sessionId: '0x0000040080000001', treeId: 0 })
  })

  it('has null for what the header does not carry', () => {
    const bare = {
      command: null,
      response: null,
      signed: null,
      status: null,
      sessionIdLow: null,
      sessionIdHigh: null,
      treeId: null,
    }
    expect(messageRecord({ ...row, ...bare, length: null, family: 'compressed' })).toMatchObject({
      length: null,
      sessionId: null,
      status: null,
      treeId: null,
    })
  })
})

describe('scan records', () => {
  it('come captures first, summary last', () => {
    const one = connection()
    const facts = ledger([one], [session({ on: one })])
    const types = [...scanRecords(report({ ledger: facts, findings: [finding()] }))].map((r: ScanRecord) => r.type)
    expect(types).toEqual(['capture', 'connection', 'session', 'host', 'host', 'finding', 'summary'])
  })

  it('the summary counts everything', () => {
    const facts = ledger(
      [connection()],
      [],
      [capture(), capture({ path: 'b.pcap', packets: 5, bytes: 1, smbMessages: 2 })],
    )
    const findings = [finding(), finding({ severity: 'low' }), finding({ severity: 'low' })]
    expect(summaryRecord(report({ ledger: facts, findings, findingsHidden: 4 }))).toEqual({
      type: 'summary',
      captures: 2,
      inputsUnread: 0,
      packets: 105,
      bytes: 20_001,
      smbMessages: 82,
      connections: 1,
      sessions: 0,
      findings: { critical: 0, high: 1, medium: 0, low: 2, info: 0 },
      findingsHidden: 4,
      limits: {},
      durationMs: 12,
    })
  })
})
