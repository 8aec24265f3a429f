/** Every piece of evidence of every finding in the sample captures, shown in the bytes of its frame. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import type { Finding } from '../../src/audit/finding.ts'
import type { EvidenceField } from '../../src/audit/rule/evidence.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { decidingFields, decidingIn } from '../../src/inspect/deciding.ts'
import { describeMessage } from '../../src/inspect/describe.ts'
import type { Field } from '../../src/inspect/field/field.ts'
import { describeHeaders } from '../../src/inspect/headers.ts'
import { type InspectedFrame, messageAt } from '../../src/inspect/message-at.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { CLIENT_KERBEROS_AP_REQ, CLIENT_NTLM_AUTHENTICATE } from '../dissectors/auth/fixtures.ts'
import * as smb2 from '../dissectors/smb2/fixtures.ts'
import { CLIENT, RST, SERVER, SYN, tcpFrame } from '../support/conversation.ts'
import { sessionSetup } from '../support/messages.ts'

const SAMPLES = fileURLToPath(new URL('../../captures/', import.meta.url))
const samples = readdirSync(SAMPLES).filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))

/**
 * For each field of evidence, the fields of frames that the samples show for it: of the messages, or of the TCP header. A rule that cites another
 * field, or a field that is looked for elsewhere, shows here.
 */
const SHOWN: Readonly<Record<EvidenceField, readonly string[]>> = {
  Authenticator: ['etype'],
  AvFlags: ['AvPairs'],
  Capabilities: ['Capabilities'],
  ChallengeResponses: [
    'LmChallengeResponseFields NtChallengeResponseFields LmChallengeResponse NtChallengeResponse',
    'OEMPasswordLen UnicodePasswordLen OEMPassword UnicodePassword',
    'PasswordLength AccountPassword',
  ],
  Cipher: ['CipherCount Cipher', 'NegotiateContextCount'],
  Command: ['Protocol Command', 'ProtocolId Command'],
  Data: ['DataLength', 'DataLength Data', 'DataLength DataLengthHigh Data', 'Length Data'],
  DialectIndex: ['DialectIndex'],
  DialectRevision: ['DialectRevision'],
  Dialects: ['Dialect', 'DialectString'],
  EmptyCredentials: ['LmChallengeResponseFields NtChallengeResponseFields UserNameFields'],
  KerberosError: ['error-code'],
  Mechanisms: ['MechType'],
  NtChallengeResponse: ['NtChallengeResponseFields NtChallengeResponse'],
  Password: [
    'OEMPasswordLen UnicodePasswordLen OEMPassword',
    'OEMPasswordLen UnicodePasswordLen UnicodePassword',
    'PasswordLength AccountPassword',
  ],
  NativeOS: ['NativeOS NativeLanMan'],
  OsVersion: ['Version'],
  PathName: ['Path', 'PathName'],
  RequestSignature: ['Flags Signature', 'Flags2 SecurityFeatures'],
  ResponseSignature: ['Flags Signature', 'Flags2 SecurityFeatures'],
  SecurityMode: ['SecurityMode'],
  SessionFlags: ['Action', 'SessionFlags'],
  SessionId: ['SessionId'],
  Status: ['Status'],
  TargetName: ['MsvAvTargetName'],
  TcpFlags: ['Source address Destination address Source port Destination port Flags'],
  // No sample is cited for these: see below.
  Endpoints: [],
  Mic: [],
  Netname: [],
  Ticket: ['realm sname etype'],
  Timestamp: ['MsvAvTimestamp'],
}

interface Cited {
  sample: string
  rule: string
  item: Finding['evidence'][number]
  fields: Field[]
}

async function citedIn(sample: string): Promise<Cited[]> {
  const path = join(SAMPLES, sample)
  const tracker = new Tracker(path)
  const ledger = tracker.finish(await readCapture(path, tracker))
  const frames = new Map<number, InspectedFrame | null>()
  const cited: Cited[] = []
  for (const { rule, evidence } of audit(ledger, { policy: defaultPolicy(createNetworks()) })) {
    for (const item of evidence) {
      if (!frames.has(item.frame)) frames.set(item.frame, await messageAt(path, item))
      const frame = frames.get(item.frame)
      cited.push({ sample, rule, item, fields: frame == null ? [] : decidingIn(item.field, frame).fields })
    }
  }
  return cited
}

describe('the evidence of all samples', () => {
  const all: Cited[] = []

  beforeAll(async () => {
    for (const sample of samples) all.push(...(await citedIn(sample)))
  })

  it('leads to fields that decide, each of them with bytes', () => {
    const without = all.filter(({ fields }) => fields.length === 0 || fields.some(({ start, end }) => start >= end))
    expect(
      without.map(({ sample, rule, item }) => `${sample} ${rule} frame ${item.frame} ${item.field}: ${item.what}`),
    ).toEqual([])
  })

  it('leads to the same fields wherever it is the same', () => {
    const shown: Record<string, string[]> = Object.fromEntries(Object.keys(SHOWN).map((field) => [field, []]))
    for (const { item, fields } of all) {
      const names = [...new Set(fields.map(({ name }) => name))].join(' ')
      if (!shown[item.field]!.includes(names)) shown[item.field]!.push(names)
    }
    for (const list of Object.values(shown)) list.sort()
    expect(shown).toEqual(SHOWN)
  })
})

function text(fields: readonly Field[]): string[] {
  return fields.map(({ name, value }) => `${name} ${value}`)
}

function names(fields: readonly Field[]): string[] {
  return fields.map(({ name }) => name)
}

describe('decidingFields', () => {
  it('finds the flag that makes a guest', () => {
    expect(decidingFields('SessionFlags', describeMessage(smb2.sessionSetupResponseGuest))).toMatchObject([
      { name: 'SessionFlags', value: '0x0001 (IS_GUEST)', start: 66, end: 68 },
    ])
  })

  it('finds policy and dialect of a NEGOTIATE response', () => {
    const fields = describeMessage(smb2.negotiateResponse302)
    expect(decidingFields('SecurityMode', fields)).toMatchObject([{ name: 'SecurityMode', start: 66, end: 68 }])
    expect(text(decidingFields('DialectRevision', fields))).toEqual(['DialectRevision 0x0302 (3.0.2)'])
  })

  it('finds flag and signature of an unsigned message, in the direction that is meant', () => {
    const fields = describeMessage(smb2.treeConnectRequest)
    expect(names(decidingFields('RequestSignature', fields))).toEqual(['Flags', 'Signature'])
    expect(decidingFields('ResponseSignature', fields)).toEqual([])
  })

  it('finds the session that a message is of, where nothing else of it was captured', () => {
    expect(text(decidingFields('SessionId', describeMessage(smb2.treeConnectRequest)))).toHaveLength(1)
  })

  it('finds addresses, ports and flags of a frame without SMB', () => {
    for (const [flags, name] of [
      [SYN, 'SYN'],
      [RST, 'RST'],
    ] as const) {
      const { bytes } = tcpFrame({ from: 'client', seq: 1, ack: 0, flags, payload: new Uint8Array(0) })
      const { fields } = describeHeaders(1, bytes, bytes.length)
      expect(decidingFields('Endpoints', fields)).toEqual(decidingFields('TcpFlags', fields))
      expect(text(decidingFields('TcpFlags', fields))).toEqual([
        `Source address ${CLIENT.ip.join('.')}`,
        `Destination address ${SERVER.ip.join('.')}`,
        `Source port ${CLIENT.port}`,
        `Destination port ${SERVER.port}`,
        expect.stringContaining(`(${name})`),
      ])
    }
  })

  it('finds a ticket by the names that it shows', () => {
    const fields = describeMessage(sessionSetup(CLIENT_KERBEROS_AP_REQ))
    expect(new Set(names(decidingFields('Ticket', fields)))).toEqual(new Set(['realm', 'sname', 'etype']))
  })

  it('finds the MIC of a logon and the flag that promises it', () => {
    const fields = describeMessage(sessionSetup(CLIENT_NTLM_AUTHENTICATE))
    expect(names(decidingFields('Mic', fields))).toEqual(['MIC', 'MsvAvFlags'])
    expect(names(decidingFields('AvFlags', fields))).toEqual(['MsvAvFlags'])
  })

  it('finds the name that the user of the client typed', () => {
    expect(text(decidingFields('Netname', describeMessage(smb2.negotiateRequest311)))).toEqual([
      'NetName win7.test.local',
    ])
  })

  it('finds nothing in a message without the field', () => {
    expect(decidingFields('Password', describeMessage(smb2.negotiateResponse302))).toEqual([])
  })
})
