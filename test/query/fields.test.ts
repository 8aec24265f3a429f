import { describe, expect, it } from 'vitest'
import { compileQuery } from '../../src/query/compile.ts'
import { FINDING_FIELDS } from '../../src/query/fields/findings.ts'
import { HOST_FIELDS } from '../../src/query/fields/hosts.ts'
import { MESSAGE_FIELDS } from '../../src/query/fields/messages.ts'
import { SESSION_FIELDS } from '../../src/query/fields/sessions.ts'
import type { QueryField } from '../../src/query/language/field.ts'
import type { FindingRow } from '../../src/rows/finding-row.ts'
import type { HostRow } from '../../src/rows/host-row.ts'
import type { MessageRow } from '../../src/rows/message-row.ts'

type Fields = readonly QueryField<never>[]
const VIEWS: Record<string, Fields> = {
  Findings: FINDING_FIELDS,
  Sessions: SESSION_FIELDS,
  Hosts: HOST_FIELDS,
  Frames: MESSAGE_FIELDS,
}

describe.each(Object.entries(VIEWS))('%s', (_, fields) => {
  it('has keys and aliases that differ', () => {
    const names = fields.flatMap(({ key, aliases = [] }) => [key, ...aliases])
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z]{2,}$/)
  })
})

const TIME = Date.UTC(2024, 4, 1, 10, 42) * 1000
const FINDING: FindingRow = {
  id: 'f1',
  capture: 'a.pcap',
  severity: 'medium',
  rule: 'ntlm-auth',
  title: 'NTLM',
  message: 'alice used it',
  client: null,
  server: '10.0.0.1',
  serverPort: 445,
  user: 'alice',
  count: 3,
  frame: 7,
  firstTime: TIME,
  lastTime: TIME,
  connection: null,
  session: 's1',
}
const HOST: HostRow = {
  ip: 'fe80::1',
  internal: true,
  names: ['DC01', 'dc01.corp.example'],
  os: 'Windows 10',
  support: 'ended',
  supportEnd: '2025-10-14',
  roles: ['server'],
  dialects: ['2.1', '3.1.1'],
  signing: 'none',
  clientSigning: null,
  clientAuth: ['kerberos'],
  serverAuth: ['ntlmv2'],
  guestSessions: 1,
  nullSessions: 0,
  connections: 4,
  sessions: 2,
  firstTime: TIME,
  lastTime: TIME,
  worst: null,
  findings: 0,
}
const FRAME: MessageRow = {
  capture: 'a.pcap',
  number: 0,
  frame: 9,
  time: TIME,
  client: '10.0.0.5',
  clientPort: 50_000,
  server: '10.0.0.1',
  serverPort: 445,
  family: 'smb2',
  command: 'SESSION_SETUP',
  response: true,
  signed: false,
  status: 'STATUS_SUCCESS',
  sessionId: '0x0000000000000001',
  treeId: null,
  length: 120,
}

describe('keys', () => {
  it.each([
    'rule:ntlm-auth',
    'rule:ntlm',
    'title:ntlm',
    'msg:alice',
    'client:none',
    'server:10.0.0.1:445',
    '10.0.0.1:445',
    'host:10.0.0.1',
    'count:3',
    'frame:7',
    'time:10:42',
    'last:2024',
    'id:f1',
    'connection:none',
    'session:s1',
    'medium',
    '-f1',
    'port:445',
    'user:alice',
  ])('of findings: %s', (text) =>
    expect(compileQuery(text, FINDING_FIELDS)).toSatisfy((q) => q.error === null && q.matches(FINDING)),
  )

  it.each([
    'ip:fe80::/10',
    'host:fe80::1',
    'internal:yes',
    'name:dc01',
    'dc01',
    'name:*.corp.example',
    'os:"windows 10"',
    'role:server',
    '-role:client',
    'dialect:<3',
    'dialect:3.1.1',
    'signing:none',
    'clientsigning:unknown',
    'connections:>3',
    'sessions:2',
    'severity:none',
    'findings:0',
    'first:2024-05',
  ])('of hosts: %s', (text) =>
    expect(compileQuery(text, HOST_FIELDS)).toSatisfy((q) => q.error === null && q.matches(HOST)),
  )

  it.each([
    'frame:1..9',
    'time:2024-05-01',
    'client:10.0.0.5:50000',
    'server::445',
    'ip:10.0.0.1',
    'family:smb',
    'cmd:session_setup',
    'response:yes',
    'signed:no',
    'status:success',
    'session:0x*1',
    'tree:none',
    'len:>100',
    'port:445',
    'clientport:>1023',
  ])('of frames: %s', (text) =>
    expect(compileQuery(text, MESSAGE_FIELDS)).toSatisfy((q) => q.error === null && q.matches(FRAME)),
  )
})
