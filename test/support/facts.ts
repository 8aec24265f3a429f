/**
 * Ledger facts for tests. The defaults describe SMB as it should be, and no rule reports anything: an internal connection at 3.1.1, signing
 * required by both sides, one Kerberos session that is encrypted. A test states only what is different in its case.
 */

import type { CaptureFacts } from '../../src/ledger/capture-facts.ts'
import type { FrameRef } from '../../src/ledger/frame-ref.ts'
import { emptyLedger, type PlainLedger } from '../../src/ledger/ledger.ts'
import type { AuthKind, KerberosFacts, LogonFacts, NtlmFacts } from '../../src/ledger/logon-facts.ts'
import type {
  ConnectionFacts,
  MessageCounts,
  SessionFacts,
  Smb1Facts,
  Smb2NegotiateRequestFacts,
  Smb2NegotiateResponseFacts,
  TreeFacts,
} from '../../src/ledger/smb-facts.ts'

/** Every kind of authentication. */
export const AUTHS: AuthKind[] = [
  'ntlmv1',
  'ntlmv2',
  'ntlm-local',
  'lm',
  'plaintext',
  'kerberos',
  'negoex',
  'anonymous',
  'unknown',
]

/** 2024-05-01T00:00:00Z, the time of frame 0; each frame comes a millisecond later. */
export const EPOCH = 1_714_521_600_000_000

export const CAPTURE = 'office.pcap'
export const CAPTURE_ID = '00112233445566ff'
export const STATUS_SUCCESS = 0
export const STATUS_LOGON_FAILURE = 0xc000006d
export const STATUS_ACCESS_DENIED = 0xc0000022

export const OID_NTLMSSP = '1.3.6.1.4.1.311.2.2.10'
export const OID_KERBEROS = '1.2.840.113554.1.2.2'

export function at(frame: number): FrameRef {
  return { frame, time: EPOCH + frame * 1000 }
}

export function negotiateRequest(overrides: Partial<Smb2NegotiateRequestFacts> = {}): Smb2NegotiateRequestFacts {
  return {
    ...at(4),
    dialects: [0x0202, 0x0210, 0x0300, 0x0302, 0x0311],
    dialectsCut: false,
    securityMode: 0x03,
    capabilities: 0x7f,
    clientGuid: '6b1f2c7e-1d3a-4f0e-9b57-0c2f4a8d9e11',
    ciphers: [2, 1],
    signingAlgorithms: [2, 1],
    hashAlgorithms: [1],
    compressionAlgorithms: null,
    netname: null,
    contextsCut: false,
    ...overrides,
  }
}

export function negotiateResponse(overrides: Partial<Smb2NegotiateResponseFacts> = {}): Smb2NegotiateResponseFacts {
  return {
    ...at(5),
    dialect: 0x0311,
    securityMode: 0x03,
    capabilities: 0x2f,
    serverGuid: '0d7c5b1a-8e44-4c39-a1f6-52b9e0d3c7f8',
    cipher: 2,
    signingAlgorithm: 2,
    hashAlgorithm: 1,
    compressionAlgorithms: null,
    contextsCut: false,
    mechanisms: [OID_KERBEROS, OID_NTLMSSP],
    mechanismsCut: false,
    ...overrides,
  }
}

type ConnectionOverrides = Partial<Omit<ConnectionFacts, 'client' | 'server'>> & {
  client?: Partial<ConnectionFacts['client']> | string
  server?: Partial<ConnectionFacts['server']> | string
}

/** `client` and `server` may be an address alone. The id follows from the endpoints unless one is given. */
export function connection(overrides: ConnectionOverrides = {}): ConnectionFacts {
  const { client, server, ...rest } = overrides
  const base: Omit<ConnectionFacts, 'id'> = {
    capture: CAPTURE,
    captureId: CAPTURE_ID,
    client: { ip: '10.0.0.5', port: 50_000, ...(typeof client === 'string' ? { ip: client } : client) },
    server: { ip: '10.0.0.10', port: 445, ...(typeof server === 'string' ? { ip: server } : server) },
    transport: 'direct-tcp',
    firstFrame: 1,
    lastFrame: 100,
    firstTime: at(rest.firstFrame ?? 1).time,
    lastTime: at(rest.lastFrame ?? 100).time,
    state: 'established',
    gaps: 0,
    missedBytes: 0,
    serverSeen: true,
    unread: 0,
    smb1: null,
    negotiateRequest: negotiateRequest(),
    negotiateResponse: negotiateResponse(),
    validateNegotiate: null,
    firstSmb2: rest.negotiateRequest === null && rest.negotiateResponse === null ? null : at(4),
    firstTransform: null,
    end: null,
    ...rest,
  }
  return {
    id: `${base.capture} ${base.client.ip}:${base.client.port} ${base.server.ip}:${base.server.port} ${base.firstFrame}`,
    ...base,
  }
}

/** The facts of a connection that was not answered, or whose start was not captured: no negotiate in either direction. */
export function bareConnection(overrides: ConnectionOverrides = {}): ConnectionFacts {
  return connection({ negotiateRequest: null, negotiateResponse: null, ...overrides })
}

/** An SMB1 negotiate that chose NT LM 0.12, with a server that requires signing. */
export function smb1(overrides: Partial<Smb1Facts> = {}): Smb1Facts {
  return {
    negotiateRequest: smb1Request(['LANMAN2.1', 'NT LM 0.12']),
    negotiateResponse: smb1Response(),
    clientSigning: 'required',
    firstAnswer: { ...at(5), command: 0x72 },
    firstUse: null,
    firstCommand: null,
    ...overrides,
  }
}

type Smb1Request = NonNullable<Smb1Facts['negotiateRequest']>

/** An SMB1 NEGOTIATE request with this list. */
export function smb1Request(dialects: string[], overrides: Partial<Smb1Request> = {}): Smb1Request {
  return { ...at(4), dialects, dialectsCut: false, ...overrides }
}

type Smb1Response = NonNullable<Smb1Facts['negotiateResponse']>

/** Its response: NT LM 0.12, signing required. */
export function smb1Response(overrides: Partial<Smb1Response> = {}): Smb1Response {
  return { ...at(5), dialectIndex: 1, dialect: 'NT LM 0.12', securityMode: 0x0f, extendedSecurity: true, ...overrides }
}

export function counts(overrides: Partial<MessageCounts> = {}): MessageCounts {
  return { signed: 0, unsigned: 0, encrypted: 0, unread: 0, ...overrides }
}

export function tree(overrides: Partial<TreeFacts> = {}): TreeFacts {
  return {
    ...at(12),
    path: '\\\\files\\team',
    shareType: 'disk',
    encryptData: false,
    ntStatus: STATUS_SUCCESS,
    ...overrides,
  }
}

type Authenticate = NonNullable<NtlmFacts['authenticate']>

/** The AUTHENTICATE of an NTLMv2 logon, with its NEGOTIATE and CHALLENGE unseen unless given. */
export function ntlm(overrides: Partial<Authenticate> = {}, rest: Partial<NtlmFacts> = {}): NtlmFacts {
  return {
    negotiate: null,
    challenge: null,
    authenticate: {
      ...at(8),
      flags: 0xe2888215,
      version: { major: 10, minor: 0, build: 19_045 },
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
      ...overrides,
    },
    ...rest,
  }
}

/** The CHALLENGE of a Windows server of the domain CORP. */
export function ntlmChallenge(
  overrides: Partial<NonNullable<NtlmFacts['challenge']>> = {},
): NonNullable<NtlmFacts['challenge']> {
  return {
    ...at(7),
    flags: 0xe2898215,
    serverChallenge: '0011223344556677',
    version: null,
    nbComputer: 'FILES',
    nbDomain: 'CORP',
    dnsComputer: 'files.corp.example',
    dnsDomain: 'corp.example',
    hasTimestamp: true,
    ...overrides,
  }
}

export function kerberos(overrides: Partial<KerberosFacts> = {}): KerberosFacts {
  return {
    proxied: null,
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
    error: null,
    ...overrides,
  }
}

/** One authentication. Its NTLM messages or Kerberos ticket follow from `auth` unless given. */
export function logon(overrides: Partial<LogonFacts> = {}): LogonFacts {
  const auth = overrides.auth ?? 'kerberos'
  return {
    ...at(6),
    purpose: 'first',
    auth,
    share: null,
    offered: auth === 'kerberos' ? [OID_KERBEROS, OID_NTLMSSP] : [OID_NTLMSSP],
    offeredCut: false,
    ntlm: ntlmOf(auth),
    kerberos: auth === 'kerberos' ? kerberos() : null,
    user: auth === 'anonymous' ? null : 'alice',
    domain: auth === 'anonymous' ? null : 'CORP',
    workstation: null,
    ntStatus: STATUS_SUCCESS,
    answered: at(9),
    guest: null,
    anonymous: null,
    ...overrides,
  }
}

function ntlmOf(auth: AuthKind): NtlmFacts | null {
  switch (auth) {
    case 'ntlmv2':
      return ntlm()
    case 'ntlmv1':
      return ntlm({ kind: 'ntlmv1', lmLength: 0, ntLength: 24, ntProof: null, micPresent: false, avFlags: null })
    case 'lm':
      return ntlm({ kind: 'lm', lmLength: 24, ntLength: 0, ntProof: null, micPresent: false, avFlags: null })
    case 'anonymous':
      return ntlm({ kind: 'anonymous', lmLength: 1, ntLength: 0, user: '', domain: '', ntProof: null, avFlags: null })
    default:
      return null
  }
}

type SessionOverrides = Partial<Omit<SessionFacts, 'connection'>> & {
  /** The connection that set it up. */
  on?: ConnectionFacts
}

export function session(overrides: SessionOverrides = {}): SessionFacts {
  const { on = connection(), ...rest } = overrides
  const auth = rest.auth ?? 'kerberos'
  // Without the response it is unknown what was granted.
  const granted = rest.status !== 'unknown' && rest.status !== 'pending'
  const anonymous = rest.anonymous ?? auth === 'anonymous'
  const user = rest.user !== undefined ? rest.user : anonymous ? null : 'alice'
  const domain = rest.domain !== undefined ? rest.domain : anonymous ? null : 'CORP'
  const ntStatus = rest.ntStatus !== undefined ? rest.ntStatus : STATUS_SUCCESS
  const base: Omit<SessionFacts, 'id'> = {
    connection: on.id,
    connections: [on.id],
    capture: on.capture,
    captureId: on.captureId,
    family: 'smb2',
    sessionId: '0x0000040000000001',
    user,
    domain,
    workstation: null,
    auth,
    logons: [logon({ auth, user, domain, ntStatus })],
    guest: granted ? false : null,
    anonymous: granted ? anonymous : null,
    encryptData: true,
    status: 'established',
    ntStatus,
    decided: at(9),
    setupSigning: 'required',
    requests: counts({ encrypted: 20 }),
    responses: counts({ encrypted: 20 }),
    firstUnsigned: { request: null, response: null },
    firstSigned: { request: null, response: null },
    firstSignature: { request: null, response: at(9) },
    firstEncrypted: at(11),
    firstUnread: null,
    firstClearData: null,
    unsignedAccepted: null,
    nativeOs: { client: null, server: null },
    trees: [],
    treesNotKept: 0,
    logoff: null,
    firstFrame: 6,
    lastFrame: on.lastFrame,
    firstTime: at(rest.firstFrame ?? 6).time,
    lastTime: on.lastTime,
    ...rest,
  }
  return { id: `${on.id} ${base.sessionId} ${base.firstFrame}`, ...base }
}

/** A session whose messages are neither signed nor encrypted, on one tree. */
export function clearSession(overrides: SessionOverrides = {}): SessionFacts {
  return session({
    encryptData: false,
    setupSigning: 'enabled',
    requests: counts({ unsigned: 20 }),
    responses: counts({ unsigned: 20 }),
    firstUnsigned: { request: at(14), response: at(15) },
    firstEncrypted: null,
    trees: [tree()],
    ...overrides,
  })
}

/** A session whose every message is signed and none encrypted. */
export function signedSession(overrides: SessionOverrides = {}): SessionFacts {
  return session({
    encryptData: false,
    requests: counts({ signed: 20 }),
    responses: counts({ signed: 20 }),
    firstSigned: { request: at(14), response: at(15) },
    firstSignature: { request: at(12), response: at(9) },
    firstEncrypted: null,
    trees: [tree()],
    ...overrides,
  })
}

export function capture(overrides: Partial<CaptureFacts> = {}): CaptureFacts {
  return {
    path: CAPTURE,
    captureId: CAPTURE_ID,
    format: 'pcap',
    compression: null,
    linkTypes: ['ethernet'],
    packets: 100,
    bytes: 20_000,
    smbMessages: 80,
    firstTime: EPOCH,
    lastTime: at(100).time,
    complete: true,
    damaged: overrides.complete === false,
    unreadPackets: [],
    limits: {},
    warnings: [],
    ...overrides,
  }
}

/** A ledger of these facts. Its captures are those that they name, unless given. */
export function ledger(
  connections: ConnectionFacts[],
  sessions: SessionFacts[] = [],
  captures: CaptureFacts[] = [...new Set(connections.map((c) => c.capture))].map((path) => capture({ path })),
): PlainLedger {
  return { ...emptyLedger(), captures, connections, sessions }
}
