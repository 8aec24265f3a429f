/**
 * What variants must give in which something was lost, sent twice or contradicted: the differences from the clean capture, written down from what the
 * packets still show. Everything that is not named here must be as in the clean capture.
 */

type Fields = Record<string, unknown>

export interface Evidence {
  what: string
}

/** Without frame numbers the order of evidence means nothing. */
export function inOrder(evidence: readonly Evidence[]): Evidence[] {
  return [...evidence].sort((x, y) => (x.what < y.what ? -1 : 1))
}

export interface Expectation {
  /** The number of SMB messages, if it differs from the clean capture. */
  smbMessages?: number
  /** Codes, and the frames that each message must name. */
  warnings?: { code: string; frames?: readonly number[] }[]
  /** Fields that differ. */
  connection?: Fields
  session?: Fields
  client?: Fields
  server?: Fields
  /** By rule: fields that differ, or null if the finding is gone. */
  findings?: Record<string, Fields | null>
}

const ALICE = 'The session of EXAMPLE\\alice on 10.77.0.2'
const NOBODY = 'The session on 10.77.0.2 of a user whose name was not seen'
const IN_PART = `${ALICE}, whose setup was captured only in part,`
const UNCAPTURED = 'A session on 10.77.0.2 whose setup was not captured'
const NEITHER = 'neither side requires signing'
const UNKNOWN = 'what the two sides require is not known'
const SERVER_UNKNOWN = 'the client does not require signing, and what the server requires is not known'
const CLIENT_UNKNOWN = 'the server does not require signing, and what the client requires is not known'
const DOUBT = '; whether it is a guest or anonymous session was not seen'
const ANONYMOUS_DOUBT = '; whether it is an anonymous session was not seen'
const GCM = '; AES-128-GCM was negotiated'

const gap = (missedBytes: number, gaps = 1) => ({ gaps, missedBytes })
const whats = (...texts: string[]) => inOrder(texts.map((what) => ({ what })))
const firstOf = (count: number, noun: string) => `not signed: the first of ${count} ${noun}s`
const SERVER_ENABLED = "server's SecurityMode 0x01: signing enabled"
const SERVER_NONE = "server's SecurityMode 0x03: signing none"
const DATA = 'file data in clear text'

/** The unsigned-session finding: who, how many requests and responses, what is known of the policy, and the frame that shows it. */
function unsigned(who: string, [requests, answers]: [number, number], policy: string, proof?: string): Fields {
  return {
    message: `${who} is unsigned (${[requests > 0 && `${requests} requests`, answers > 0 && `${answers} responses`].filter(Boolean).join(' and ')}); ${policy}.`,
    evidence: whats(
      ...(proof === undefined ? [] : [proof]),
      ...(requests > 0 ? [firstOf(requests, 'request')] : []),
      ...(answers > 0 ? [firstOf(answers, 'response')] : []),
    ),
  }
}

/** The unencrypted-session finding of a session whose file data was seen, or was not seen. */
function clear(who: string, messages: number, ability: string, data = true): Fields {
  return {
    severity: data ? 'medium' : 'low',
    message: `${who} ${data ? 'carries file data in clear text' : 'is in clear text'} (${messages} messages)${ability}.`,
    evidence: whats(`not encrypted: the first of ${messages} messages`, ...(data ? [DATA] : [])),
  }
}

/** Without the client's credentials it is unknown whether it is a null session, which seldom has a flag. */
const NO_USER = { user: null, domain: null, workstation: null, auth: 'unknown', anonymous: null }
/** Of a finding about such a session. */
const UNNAMED = {
  user: null,
  subject: {
    kind: 'pair',
    client: '10.77.0.1',
    server: '10.77.0.2',
    port: null,
    domain: null,
    user: null,
    about: null,
  },
}
/** The response's flags. */
const NO_GRANT = { ntStatus: null, guest: null, anonymous: null, encryptData: null }
const NO_SETUP = { ...NO_USER, ...NO_GRANT, status: 'unknown' }
const requests = (unsigned: number) => ({ requests: { signed: 0, unsigned, encrypted: 0, unread: 0 } })
const responses = (unsigned: number) => ({ responses: { signed: 0, unsigned, encrypted: 0, unread: 0 } })
const tree = (path: string | null, shareType: string | null, ntStatus: string | null = 'STATUS_SUCCESS') => ({
  path,
  shareType,
  encryptData: ntStatus === null ? null : false,
  ntStatus,
})
const IPC = '\\\\10.77.0.2\\IPC$'
const FILES = '\\\\10.77.0.2\\files'
const FILES_SMB1 = '\\\\10.77.0.2\\FILES'

const NO_CLIENT_OFFER = { offeredDialects: [], clientSigning: null, clientGuid: null }
const NO_SERVER_CHOICE = {
  dialect: null,
  serverSigning: null,
  cipher: null,
  signingAlgorithm: null,
  preauthIntegrity: null,
  serverGuid: null,
}
const NTLM_UNANSWERED = 'EXAMPLE\\alice used NTLMv2 on 10.77.0.2 (the answer was not seen).'
/** Without the server's list of mechanisms, only the client's target explains NTLM. */
const FALLBACK_BY_ADDRESS = {
  message:
    'EXAMPLE\\alice used NTLMv2 on 10.77.0.2: the client named the server by its address ("cifs/10.77.0.2"), for which Kerberos is not tried.',
  evidence: whats('the server\'s name is "cifs/10.77.0.2"', 'SESSION_SETUP answered with STATUS_SUCCESS'),
}
const SMB1_CHOICE_UNSEEN = '; the answer to NEGOTIATE was not seen.'

const disagrees = (first: number, again: number): Expectation => ({
  warnings: [{ code: 'overlap-disagrees', frames: [first, again] }],
})

/** The effect of a forged NEGOTIATE response that requires signing. */
const SERVER_REQUIRES: Expectation = {
  connection: { serverSigning: 'required' },
  server: { signing: 'required' },
  findings: {
    'signing-not-required': null,
    'unsigned-session': {
      message: `${ALICE} is unsigned (23 requests and 23 responses); the server requires signing, and an unsigned request succeeded.`,
      evidence: whats(
        "server's SecurityMode 0x03: signing required",
        firstOf(23, 'request'),
        firstOf(23, 'response'),
        'unsigned request answered with success',
      ),
    },
  },
}

/** One CREATE request is not counted. */
const createLost = (missedBytes: number): Expectation => ({
  smbMessages: 55,
  connection: gap(missedBytes),
  session: requests(22),
  findings: {
    'unsigned-session': unsigned(ALICE, [22, 23], NEITHER, SERVER_ENABLED),
    'unencrypted-session': clear(ALICE, 45, GCM),
  },
})

/** What others sent incompletely is reported, and does no harm. */
const UNFINISHED: Expectation = { warnings: [{ code: 'ip-fragments' }] }

/** The datagram that lost a fragment, a CREATE response, is the only gap in the stream. */
const DATAGRAM_LOST: Expectation = {
  smbMessages: 55,
  warnings: [{ code: 'ip-fragments' }],
  connection: gap(156),
  session: responses(22),
  findings: {
    'unsigned-session': unsigned(ALICE, [23, 22], NEITHER, SERVER_ENABLED),
    'unencrypted-session': clear(ALICE, 45, GCM),
  },
}
const DATAGRAM_LOST_SMB1: Expectation = {
  smbMessages: 37,
  warnings: [{ code: 'ip-fragments' }],
  connection: gap(107),
  session: responses(13),
  findings: {
    'unsigned-session': unsigned(ALICE, [14, 13], CLIENT_UNKNOWN, SERVER_NONE),
    'unencrypted-session': clear(ALICE, 27, '; SMB1 cannot encrypt'),
  },
}

export const EXPECTED: Record<string, Expectation> = {
  // The first fragmented datagram is the NEGOTIATE request in frame 4, or, as SMB1's is shorter, its response in frame 6.
  'fragments-disagree': disagrees(4, 5),
  'fragments-disagree-smb1': disagrees(6, 7),
  'fragments-disagree-ipv6': disagrees(4, 5),
  'fragments-disagree-in-vxlan': disagrees(4, 5),
  'fragments-disagree-in-vxlan-smb1': disagrees(6, 7),
  'fragments-disagree-in-vxlan-ipv6': disagrees(4, 5),
  'fragments-amid-unfinished': UNFINISHED,
  'fragments-amid-unfinished-smb1': UNFINISHED,
  'fragments-amid-unfinished-ipv6': UNFINISHED,
  'fragment-lost': DATAGRAM_LOST,
  'fragment-lost-in-vxlan': DATAGRAM_LOST,
  'vxlan-fragment-lost': DATAGRAM_LOST,
  'fragment-lost-smb1': DATAGRAM_LOST_SMB1,
  'fragment-lost-in-vxlan-smb1': DATAGRAM_LOST_SMB1,
  'vxlan-fragment-lost-smb1': DATAGRAM_LOST_SMB1,

  'disagrees-behind': disagrees(6, 7),
  'disagrees-later': disagrees(6, 10),
  'disagrees-in-part': disagrees(6, 7),
  'disagrees-behind-hole': disagrees(6, 7),
  'disagrees-longer-behind-hole': disagrees(6, 7),
  'disagrees-fills-hole': disagrees(6, 7),
  'disagrees-in-ipv6': disagrees(6, 7),
  'disagrees-smb1': disagrees(6, 7),
  // The forged one came first, so it counts as the server's.
  'disagrees-before': { ...disagrees(6, 7), ...SERVER_REQUIRES },
  'fragments-forged-first': { ...disagrees(8, 9), ...SERVER_REQUIRES },

  // The client's requests show that it authenticates and what it asks for, but not the outcome.
  'client-only': {
    smbMessages: 28,
    connection: NO_SERVER_CHOICE,
    session: {
      ...responses(0),
      ...NO_GRANT,
      status: 'unknown',
      trees: [tree(IPC, null, null), tree(FILES, null, null)],
    },
    client: { dialects: [] },
    server: { names: [], dialects: [], signing: null },
    findings: {
      'signing-not-required': null,
      'ntlm-auth': { message: NTLM_UNANSWERED, evidence: whats('AUTHENTICATE, NT response 230 bytes') },
      'ntlm-fallback': null,
      'unsigned-session': unsigned(IN_PART, [23, 0], `${SERVER_UNKNOWN}${DOUBT}`),
      'unencrypted-session': clear(IN_PART, 23, '', false),
    },
  },
  'server-only': {
    smbMessages: 28,
    connection: NO_CLIENT_OFFER,
    session: { ...NO_USER, ...requests(0), trees: [tree(null, 'pipe'), tree(null, 'disk')] },
    client: { names: [], clientSigning: null },
    findings: {
      'ntlm-auth': null,
      'ntlm-fallback': null,
      'unsigned-session': {
        ...unsigned(NOBODY, [0, 23], `${CLIENT_UNKNOWN}${ANONYMOUS_DOUBT}`, SERVER_ENABLED),
        severity: 'medium',
        ...UNNAMED,
      },
      'unencrypted-session': { ...clear(NOBODY, 23, GCM), ...UNNAMED },
    },
  },
  // An SMB1 request is known to be unsigned only if its response is there to compare with.
  'client-only-smb1': {
    smbMessages: 19,
    connection: { dialect: null, serverSigning: null },
    session: {
      ...requests(0),
      ...responses(0),
      ...NO_GRANT,
      status: 'pending',
      trees: [tree(IPC, null, null), tree(FILES_SMB1, null, null)],
    },
    client: { dialects: [] },
    server: { names: [], os: null, dialects: [], signing: null },
    findings: {
      'smb1-negotiated': {
        message: `SMB1 commands pass between 10.77.0.1 and 10.77.0.2, and none was seen to succeed${SMB1_CHOICE_UNSEEN}`,
        evidence: whats('NEGOTIATE lists "NT LANMAN 1.0", "NT LM 0.12"', 'SMB1 command 0x73'),
      },
      'ntlm-auth': { message: NTLM_UNANSWERED, evidence: whats('AUTHENTICATE, NT response 230 bytes') },
      'ntlm-fallback': null,
      'signing-not-required': null,
      'unsigned-session': null,
      'unencrypted-session': null,
    },
  },
  'server-only-smb1': {
    smbMessages: 19,
    connection: { offeredDialects: [], dialect: null, clientSigning: null },
    session: { ...NO_USER, ...requests(0), trees: [tree(null, 'pipe'), tree(null, 'disk')] },
    client: { names: [], os: null, dialects: [], clientSigning: null },
    server: { dialects: [] },
    findings: {
      'smb1-negotiated': {
        message: '10.77.0.2 chose an SMB1 dialect whose name was not seen for 10.77.0.1.',
        evidence: whats('DialectIndex 0', 'SMB1 command 0x73'),
      },
      'ntlm-auth': null,
      'ntlm-fallback': null,
      'unsigned-session': {
        ...unsigned(NOBODY, [0, 14], `${CLIENT_UNKNOWN}${ANONYMOUS_DOUBT}`, SERVER_NONE),
        severity: 'medium',
        ...UNNAMED,
      },
      'unencrypted-session': { ...clear(NOBODY, 14, '; SMB1 cannot encrypt'), ...UNNAMED },
    },
  },

  'no-handshake': { connection: { state: 'midstream' } },
  'no-handshake-smb1': { connection: { state: 'midstream' } },
  'no-setup': {
    smbMessages: 50,
    connection: { ...NO_CLIENT_OFFER, ...NO_SERVER_CHOICE, state: 'midstream' },
    session: NO_SETUP,
    client: { names: [], dialects: [], clientSigning: null },
    server: { names: [], dialects: [], signing: null },
    findings: {
      'ntlm-auth': null,
      'ntlm-fallback': null,
      'signing-not-required': null,
      'unsigned-session': {
        ...unsigned(UNCAPTURED, [23, 23], `${UNKNOWN}${DOUBT}`),
        severity: 'medium',
        ...UNNAMED,
      },
      'unencrypted-session': { ...clear(UNCAPTURED, 46, ''), ...UNNAMED },
    },
  },
  // Data is read, but from a share whose name and type were not seen: it may be a pipe.
  'no-trees': {
    smbMessages: 42,
    connection: { ...NO_CLIENT_OFFER, ...NO_SERVER_CHOICE, state: 'midstream' },
    session: { ...NO_SETUP, ...requests(21), ...responses(21), trees: [] },
    client: { names: [], dialects: [], clientSigning: null },
    server: { names: [], dialects: [], signing: null },
    findings: {
      'ntlm-auth': null,
      'ntlm-fallback': null,
      'signing-not-required': null,
      'unsigned-session': {
        ...unsigned(UNCAPTURED, [21, 21], `${UNKNOWN}${DOUBT}`),
        severity: 'medium',
        ...UNNAMED,
      },
      'unencrypted-session': { ...clear(UNCAPTURED, 42, '', false), ...UNNAMED },
    },
  },

  // The header of the response is enough.
  'segment-lost': { connection: gap(1448) },
  'message-lost': createLost(144),
  // The part of the header that is there shows that it is one; the missing part said whose it is.
  'header-lost': { ...createLost(40), smbMessages: 56 },
  'prefix-lost': createLost(20),
  // SESSION_SETUP repeats that this client does not require signing.
  'negotiate-request-lost': {
    smbMessages: 55,
    connection: { ...NO_CLIENT_OFFER, ...gap(230) },
    client: { clientSigning: null },
  },
  'negotiate-answer-lost': {
    smbMessages: 55,
    connection: { ...NO_SERVER_CHOICE, ...gap(288) },
    client: { dialects: [] },
    server: { dialects: [], signing: null },
    findings: {
      'signing-not-required': null,
      'ntlm-fallback': FALLBACK_BY_ADDRESS,
      'unsigned-session': unsigned(ALICE, [23, 23], SERVER_UNKNOWN),
      'unencrypted-session': clear(ALICE, 46, ''),
    },
  },
  'negotiate-lost': {
    smbMessages: 54,
    connection: { ...NO_CLIENT_OFFER, ...NO_SERVER_CHOICE, ...gap(518, 2) },
    client: { dialects: [], clientSigning: null },
    server: { dialects: [], signing: null },
    findings: {
      'signing-not-required': null,
      'ntlm-fallback': FALLBACK_BY_ADDRESS,
      'unsigned-session': unsigned(ALICE, [23, 23], SERVER_UNKNOWN),
      'unencrypted-session': clear(ALICE, 46, ''),
    },
  },
  'negotiate-answer-lost-smb1': {
    smbMessages: 37,
    connection: { dialect: null, serverSigning: null, ...gap(163) },
    client: { dialects: [] },
    server: { dialects: [], signing: null },
    findings: {
      'smb1-negotiated': {
        message: `10.77.0.1 and 10.77.0.2 speak SMB1${SMB1_CHOICE_UNSEEN}`,
        evidence: whats('NEGOTIATE lists "NT LANMAN 1.0", "NT LM 0.12"', 'SMB1 command 0x73'),
      },
      'signing-not-required': null,
      'unsigned-session': unsigned(ALICE, [14, 14], UNKNOWN),
    },
  },
  'challenge-lost': { smbMessages: 55, connection: gap(251), server: { names: [] } },
  // The challenge shows that it is NTLM; only the lost message showed which version.
  'authenticate-lost': {
    smbMessages: 55,
    connection: gap(520),
    session: NO_USER,
    client: { names: [] },
    findings: {
      'ntlm-auth': null,
      'ntlm-fallback': null,
      'unsigned-session': {
        ...unsigned(NOBODY, [23, 23], `${NEITHER}${ANONYMOUS_DOUBT}`, SERVER_ENABLED),
        severity: 'medium',
        ...UNNAMED,
      },
      'unencrypted-session': { ...clear(NOBODY, 46, GCM), ...UNNAMED },
    },
  },
  'setup-answer-lost': {
    smbMessages: 55,
    connection: gap(105),
    session: { ...NO_GRANT, status: 'unknown' },
    findings: {
      'ntlm-auth': { message: NTLM_UNANSWERED, evidence: whats('AUTHENTICATE, NT response 230 bytes') },
      'ntlm-fallback': null,
      'unsigned-session': unsigned(IN_PART, [23, 23], `${NEITHER}${DOUBT}`, SERVER_ENABLED),
      'unencrypted-session': clear(IN_PART, 46, GCM),
    },
  },
  'setup-lost': {
    smbMessages: 52,
    connection: gap(1042, 2),
    session: NO_SETUP,
    client: { names: [] },
    server: { names: [] },
    findings: {
      'ntlm-auth': null,
      'ntlm-fallback': null,
      'unsigned-session': {
        ...unsigned(UNCAPTURED, [23, 23], `${NEITHER}${DOUBT}`, SERVER_ENABLED),
        severity: 'medium',
        ...UNNAMED,
      },
      'unencrypted-session': { ...clear(UNCAPTURED, 46, GCM), ...UNNAMED },
    },
  },
  'tree-request-lost': {
    smbMessages: 55,
    connection: gap(110),
    session: { trees: [tree(IPC, 'pipe'), tree(null, 'disk')] },
  },
  'tree-answer-lost': {
    smbMessages: 55,
    connection: gap(84),
    session: { trees: [tree(IPC, 'pipe'), tree(FILES, null, null)] },
    findings: { 'unencrypted-session': clear(ALICE, 46, GCM, false) },
  },
}

/**
 * Snap lengths. Ethernet, IP and TCP take 66 bytes of a frame, so 30, 62 or 134 bytes of a segment's payload are there. The list has what must still be
 * known. The rest may be known or not, but nothing may be reported that the clean capture does not show.
 */
export interface Known {
  smbMessages?: number
  connection: Fields
  /** Null: the session ids of the messages were cut. */
  session: Fields | null
  findings: string[]
}

const SNAPPED: Record<string, Known> = {
  // All of SMB2's header but tree, session and signature; all of SMB1's but UID and MID.
  'snap-96': { connection: { dialect: null, serverSigning: null }, session: null, findings: [] },
  'snap-96-smb1': { connection: { dialect: null, serverSigning: null }, session: null, findings: ['smb1-negotiated'] },
  // All of SMB2's header but its signature; all of SMB1's, and what the answers to NEGOTIATE and SESSION_SETUP say in their words.
  'snap-128': {
    smbMessages: 56,
    connection: { dialect: null, serverSigning: null },
    session: { sessionId: '0x0000000083c6fa6b' },
    findings: ['unsigned-session', 'unencrypted-session'],
  },
  'snap-128-smb1': {
    smbMessages: 38,
    connection: { serverSigning: 'none' },
    session: { sessionId: '0x000000000000dde4', status: 'established', ntStatus: 'STATUS_SUCCESS' },
    findings: ['smb1-negotiated', 'signing-not-required', 'unsigned-session', 'unencrypted-session'],
  },
  // All of NEGOTIATE but its contexts, all TREE_CONNECTs, the SESSION_SETUP answer; of the logon no names.
  'snap-200': {
    smbMessages: 56,
    connection: {
      dialect: '3.1.1',
      offeredDialects: ['2.0.2', '2.1', '3.0', '3.0.2', '3.1.1'],
      clientSigning: 'enabled',
      serverSigning: 'enabled',
      clientGuid: 'e1a27fbc-32dd-46a3-afaa-5caf4dcb02f3',
      serverGuid: '656c6966-7273-0076-0000-000000000000',
      cipher: null,
      signingAlgorithm: null,
      preauthIntegrity: null,
    },
    session: {
      sessionId: '0x0000000083c6fa6b',
      status: 'established',
      ntStatus: 'STATUS_SUCCESS',
      user: null,
      guest: false,
      ...requests(23),
      ...responses(23),
      trees: [tree(IPC, 'pipe'), tree(FILES, 'disk')],
    },
    findings: ['signing-not-required', 'unsigned-session', 'unencrypted-session'],
  },
  'snap-200-smb1': {
    smbMessages: 38,
    connection: { dialect: 'NT LANMAN 1.0', serverSigning: 'none', clientSigning: null },
    session: {
      sessionId: '0x000000000000dde4',
      status: 'established',
      ntStatus: 'STATUS_SUCCESS',
      user: null,
      guest: false,
      ...requests(14),
      ...responses(14),
      trees: [tree(IPC, 'pipe'), tree(FILES_SMB1, 'disk')],
    },
    findings: ['smb1-negotiated', 'signing-not-required', 'unsigned-session', 'unencrypted-session'],
  },
}

/** What a mirror port cut gives the same as what the capture cut. */
export const KNOWN: Record<string, Known> = {
  ...SNAPPED,
  ...Object.fromEntries(Object.entries(SNAPPED).map(([name, known]) => [name.replace('snap', 'sliced'), known])),
}
