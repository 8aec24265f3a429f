/**
 * Facts of each table with every field filled: nothing is null, and no list is empty. A field that is added to the facts must be added here, or the
 * types do not hold. Tests use them to check that a field is not forgotten.
 */
import type { LogonFacts } from '../../src/ledger/logon-facts.ts'
import type { ConnectionFacts } from '../../src/ledger/smb-facts.ts'
import type { TableName, Tables } from '../../src/ledger/tables.ts'
import { at, counts } from './facts.ts'

export type Complete<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer E)[]
    ? [Complete<E>, ...Complete<E>[]]
    : { [K in keyof T]-?: Complete<NonNullable<T[K]>> }

const version = { major: 10, minor: 0, build: 19_045 }

const completeLogon: Complete<LogonFacts> = {
  ...at(6),
  purpose: 'first',
  auth: 'ntlmv2',
  share: '\\\\files\\team',
  offered: ['1.3.6.1.4.1.311.2.2.10'],
  offeredCut: false,
  ntlm: {
    negotiate: { ...at(6), flags: 1, version },
    challenge: {
      ...at(7),
      flags: 1,
      serverChallenge: '0011223344556677',
      version,
      nbComputer: 'FILES',
      nbDomain: 'CORP',
      dnsComputer: 'files.corp.example',
      dnsDomain: 'corp.example',
      hasTimestamp: true,
    },
    authenticate: {
      ...at(8),
      flags: 1,
      version,
      lmLength: 24,
      ntLength: 350,
      kind: 'ntlmv2',
      user: 'alice',
      domain: 'CORP',
      workstation: 'PC1',
      ntProof: '00112233445566778899aabbccddeeff',
      micPresent: true,
      avFlags: 2,
      targetName: 'cifs/files',
      channelBindings: 'zero',
      avPairsCut: false,
    },
  },
  kerberos: {
    proxied: { ...at(6), realm: 'CORP.EXAMPLE' },
    apReq: {
      ...at(6),
      realm: 'CORP.EXAMPLE',
      serverName: 'cifs/files',
      ticketEtype: 18,
      authenticatorEtype: 18,
      mutualRequired: true,
      userToUser: false,
    },
    apRep: { ...at(7), etype: 18 },
    error: { ...at(7), code: 41, realm: 'CORP.EXAMPLE', serverName: 'cifs/files' },
  },
  user: 'alice',
  domain: 'CORP',
  workstation: 'PC1',
  ntStatus: 0,
  answered: at(9),
  guest: false,
  anonymous: false,
}

const completeConnection: Complete<ConnectionFacts> = {
  id: 'connection',
  capture: 'office.pcap',
  captureId: '00112233445566ff',
  client: { ip: '10.0.0.5', port: 50_000 },
  server: { ip: '10.0.0.10', port: 445 },
  transport: 'direct-tcp',
  firstFrame: 1,
  lastFrame: 100,
  firstTime: at(1).time,
  lastTime: at(100).time,
  state: 'established',
  gaps: 1,
  missedBytes: 1,
  serverSeen: true,
  unread: 1,
  smb1: {
    negotiateRequest: { ...at(4), dialects: ['NT LM 0.12'], dialectsCut: false },
    negotiateResponse: { ...at(5), dialectIndex: 0, dialect: 'NT LM 0.12', securityMode: 15, extendedSecurity: true },
    clientSigning: 'required',
    firstAnswer: { ...at(5), command: 0x72 },
    firstUse: { ...at(7), command: 0x73 },
    firstCommand: { ...at(6), command: 0x73 },
  },
  negotiateRequest: {
    ...at(4),
    dialects: [0x0311],
    dialectsCut: false,
    securityMode: 3,
    capabilities: 0x7f,
    clientGuid: '6b1f2c7e-1d3a-4f0e-9b57-0c2f4a8d9e11',
    ciphers: [2],
    signingAlgorithms: [2],
    hashAlgorithms: [1],
    compressionAlgorithms: [1],
    netname: 'files',
    contextsCut: false,
  },
  negotiateResponse: {
    ...at(5),
    dialect: 0x0311,
    securityMode: 3,
    capabilities: 0x2f,
    serverGuid: '0d7c5b1a-8e44-4c39-a1f6-52b9e0d3c7f8',
    cipher: 2,
    signingAlgorithm: 2,
    hashAlgorithm: 1,
    compressionAlgorithms: [1],
    contextsCut: false,
    mechanisms: ['1.3.6.1.4.1.311.2.2.10'],
    mechanismsCut: false,
  },
  validateNegotiate: {
    request: {
      ...at(10),
      capabilities: 1,
      clientGuid: '6b1f2c7e-1d3a-4f0e-9b57-0c2f4a8d9e11',
      securityMode: 3,
      dialects: [0x0300],
    },
    response: {
      ...at(11),
      status: 0,
      capabilities: 1,
      serverGuid: '0d7c5b1a-8e44-4c39-a1f6-52b9e0d3c7f8',
      securityMode: 3,
      dialect: 0x0300,
    },
  },
  firstSmb2: at(4),
  firstTransform: at(11),
  end: { by: 'client', how: 'fin', at: at(100) },
}

/** An entry of each table. */
export const COMPLETE: { [N in TableName]: Complete<Tables[N]> } = {
  connections: completeConnection,
  sessions: {
    id: 'session',
    connection: 'connection',
    connections: ['connection'],
    capture: 'office.pcap',
    captureId: '00112233445566ff',
    family: 'smb2',
    sessionId: '0x0000040000000001',
    user: 'alice',
    domain: 'CORP',
    workstation: 'PC1',
    auth: 'ntlmv2',
    logons: [completeLogon],
    guest: false,
    anonymous: false,
    encryptData: true,
    status: 'established',
    ntStatus: 0,
    decided: at(9),
    setupSigning: 'required',
    requests: counts(),
    responses: counts(),
    firstUnsigned: { request: at(12), response: at(13) },
    firstSigned: { request: at(12), response: at(13) },
    firstSignature: { request: at(12), response: at(9) },
    firstEncrypted: at(14),
    firstUnread: at(15),
    firstClearData: at(16),
    unsignedAccepted: at(17),
    nativeOs: { client: 'Windows', server: 'Samba' },
    trees: [{ ...at(12), path: '\\\\files\\team', shareType: 'disk', encryptData: false, ntStatus: 0 }],
    treesNotKept: 0,
    logoff: at(99),
    firstFrame: 6,
    lastFrame: 100,
    firstTime: at(6).time,
    lastTime: at(100).time,
  },
}
