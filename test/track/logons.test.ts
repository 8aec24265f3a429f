/** One logon is one session, even if its responses carry different ids, and the exchanged mechanism is known by its name. */
import { describe, expect, it } from 'vitest'
import { OID_IAKERB, OID_KRB5, OID_KRB5_U2U, OID_NEGOEX, OID_NTLMSSP, OID_SPNEGO } from '../../dissectors/auth/oids.ts'
import { innerToken, parseSecurityBlob } from '../../dissectors/auth/spnego.ts'
import { readable } from '../../dissectors/cursor.ts'
import {
  ANONYMOUS_NTLM_AUTHENTICATE,
  CLIENT_KERBEROS_AP_REQ,
  CLIENT_NTLM_AUTHENTICATE,
  CLIENT_NTLM_NEGOTIATE,
  RAW_NTLM_AUTHENTICATE,
  RAW_NTLM_CHALLENGE,
  RAW_NTLM_NEGOTIATE,
  SERVER_NTLM_CHALLENGE,
  SERVER_OFFER_NEGOEX,
} from '../dissectors/auth/fixtures.ts'
import { smb2, type Turn } from '../support/conversation.ts'
import { application, ascii, concat, context, octetString, oid, sequence } from '../support/der-builder.ts'
import { sessionSetup } from '../support/messages.ts'
import { ntlmMessage, utf16 } from '../support/ntlm-builder.ts'
import { negotiate, negotiateAnswer, setup, setupAnswer, setupBlob, smb1 } from '../support/smb1.ts'
import { client, server, trackedTurns } from '../support/tracked.ts'

const MORE = 0xc0000016
const DELETED = 0xc0000203
const EXPIRED = 0xc000035c

/** SESSION_SETUP of SMB2 with a blob, and its response. */
function request(blob: Uint8Array, sessionId = 0, messageId = 1): Turn {
  return client(withIds(sessionSetup(blob), sessionId, messageId))
}

function answer(status: number, sessionId: number, messageId = 1, blob: Uint8Array = new Uint8Array(0)): Turn {
  const body = concat(Uint8Array.of(9, 0, 0, 0, 72, 0, blob.length & 0xff, blob.length >> 8), blob)
  return server(smb2({ command: 1, response: true, status, sessionId, messageId, body }))
}

function withIds(message: Uint8Array, sessionId: number, messageId: number): Uint8Array {
  const view = new DataView(message.buffer)
  view.setUint32(24, messageId, true)
  view.setUint32(40, sessionId, true)
  return message
}

const use = (sessionId: number, messageId: number, status = 0): Turn[] => [
  client(smb2({ command: 5, sessionId, messageId })),
  server(smb2({ command: 5, sessionId, messageId, response: true, status })),
]

/** A whole NTLM logon whose responses have these ids. Each request has the id of the response before it. */
const ntlm = (first: number, last: number, from = 1): Turn[] => [
  request(CLIENT_NTLM_NEGOTIATE, 0, from),
  answer(MORE, first, from, SERVER_NTLM_CHALLENGE),
  request(CLIENT_NTLM_AUTHENTICATE, first, from + 1),
  answer(0, last, from + 1),
]

const token = (blob: Uint8Array) => innerToken(readable(parseSecurityBlob(blob))).bytes!
const framed = (mechanism: string, inner: Uint8Array) => application(0, oid(mechanism), inner)
const init = (mechanism: string, mechToken: Uint8Array) =>
  framed(OID_SPNEGO, context(0, sequence(context(0, sequence(oid(mechanism))), context(2, octetString(mechToken)))))

describe('a session id that comes late or changes', () => {
  it.each([
    ['comes with the last answer', 0, 7],
    ['is another in the last answer', 5, 7],
  ])('%s', (_, first, last) => {
    const { sessions } = trackedTurns([...ntlm(first, last), ...use(7, 9)])
    expect(sessions).toMatchObject([
      { sessionId: '0x0000000000000007', status: 'established', requests: { unsigned: 1 }, responses: { unsigned: 1 } },
    ])
    expect(sessions[0]!.logons).toMatchObject([{ auth: 'ntlmv2', ntStatus: 0, ntlm: { challenge: {} } }])
  })

  it('belongs to the logon that continues, if several have none', () => {
    const { sessions } = trackedTurns([
      request(CLIENT_NTLM_NEGOTIATE, 0, 1),
      request(CLIENT_NTLM_NEGOTIATE, 0, 2),
      answer(MORE, 0, 2, SERVER_NTLM_CHALLENGE),
      request(CLIENT_NTLM_AUTHENTICATE, 0, 3),
      answer(0, 8, 3),
    ])
    expect(sessions).toMatchObject([
      { status: 'pending', auth: 'unknown' },
      { status: 'established', auth: 'ntlmv2', sessionId: '0x0000000000000008' },
    ])
  })

  it('is another UID in the last response of SMB1', () => {
    const { sessions } = trackedTurns([
      client(setupBlob(RAW_NTLM_NEGOTIATE, { mid: 1 })),
      server(setupAnswer({ mid: 1, uid: 100, status: MORE, blob: RAW_NTLM_CHALLENGE })),
      client(setupBlob(RAW_NTLM_AUTHENTICATE, { mid: 2, uid: 100 })),
      server(setupAnswer({ mid: 2, uid: 101, blob: new Uint8Array(0) })),
      client(smb1({ command: 0x2b, uid: 101, mid: 3 })),
      server(smb1({ command: 0x2b, uid: 101, mid: 3, response: true })),
    ])
    expect(sessions).toMatchObject([
      { sessionId: '0x0000000000000065', status: 'established', requests: { unsigned: 1 } },
    ])
  })

  it('of an established session stays', () => {
    const { sessions } = trackedTurns([
      ...ntlm(5, 5),
      request(CLIENT_NTLM_NEGOTIATE, 5, 10),
      answer(MORE, 6, 10, SERVER_NTLM_CHALLENGE),
      ...use(5, 12),
    ])
    expect(sessions).toMatchObject([{ sessionId: '0x0000000000000005', requests: { unsigned: 1 } }])
  })
})

describe('an id that the server does not know', () => {
  it.each([
    ['nothing else of it was seen', use(9, 20, DELETED)],
    ['only the answer was', [use(9, 20, DELETED)[1]!]],
    ['again and again', [...use(9, 20, DELETED), ...use(9, 21, DELETED)]],
    [
      'in a tree connect',
      [
        ...[3].flatMap((command) => [
          client(smb2({ command, sessionId: 9, messageId: 20 })),
          server(smb2({ command, sessionId: 9, messageId: 20, response: true, status: DELETED })),
        ]),
      ],
    ],
    ['in a setup without credentials', [request(CLIENT_NTLM_NEGOTIATE, 9, 20), answer(DELETED, 9, 20)]],
  ])('makes no session: %s', (_, turns) => {
    const { sessions, connections } = trackedTurns([...turns, ...ntlm(5, 5, 30)])
    expect(sessions).toMatchObject([{ sessionId: '0x0000000000000005', status: 'established' }])
    expect(connections).toHaveLength(1)
  })

  it('leaves a connection that counts among those without a session', () => {
    const { sessions, connections, captures } = trackedTurns(use(9, 20, DELETED), { connections: 1 })
    expect(sessions).toEqual([])
    expect(connections).toHaveLength(1)
    expect(captures[0]!.limits).toEqual({})
  })

  it.each([
    ['is of a session that it knew before', [...use(9, 20), ...use(9, 21, DELETED)]],
    ['is only expired', use(9, 20, EXPIRED)],
    ['is not answered', use(9, 20).slice(0, 1)],
  ])('is a session where it %s', (_, turns) => {
    expect(trackedTurns(turns).sessions).toMatchObject([{ sessionId: '0x0000000000000009', status: 'unknown' }])
  })

  it('with credentials in its request was a logon', () => {
    const { sessions } = trackedTurns([request(CLIENT_KERBEROS_AP_REQ, 9, 20), answer(DELETED, 9, 20)])
    expect(sessions).toMatchObject([{ auth: 'kerberos', status: 'failed', ntStatus: DELETED }])
  })

  it.each([
    ['by NTSTATUS', 0x4000],
    ['by a DOS error', 0],
  ])('is a UID in SMB1, %s', (_, flags2) => {
    const { sessions } = trackedTurns([
      client(negotiate('NT LM 0.12')),
      server(negotiateAnswer(0x03)),
      client(smb1({ command: 0x2b, uid: 55, mid: 1, flags2 })),
      server(smb1({ command: 0x2b, uid: 55, mid: 1, flags2, response: true, status: 0x005b0002 })),
    ])
    expect(sessions).toEqual([])
  })
})

describe('a re-authentication', () => {
  const anonymous: Turn[] = [
    request(CLIENT_NTLM_NEGOTIATE, 5, 40),
    answer(MORE, 5, 40, SERVER_NTLM_CHALLENGE),
    request(ANONYMOUS_NTLM_AUTHENTICATE, 5, 41),
    answer(0, 5, 41),
  ]

  it('as an anonymous user is a separate logon', () => {
    const { sessions } = trackedTurns([...ntlm(5, 5), ...use(5, 9), ...anonymous])
    expect(sessions).toMatchObject([{ auth: 'ntlmv2', anonymous: false }])
    expect(sessions[0]!.logons).toMatchObject([
      { purpose: 'first', auth: 'ntlmv2', anonymous: false, guest: false },
      { purpose: 'reauthentication', auth: 'anonymous', anonymous: true, guest: false, user: '' },
    ])
  })

  it('is recognised even if the response to the first is missing', () => {
    const { sessions } = trackedTurns([...ntlm(5, 5).slice(0, 3), ...use(5, 9), ...anonymous])
    const [session] = sessions
    expect(session).toMatchObject({ auth: 'ntlmv2', logons: [{ auth: 'ntlmv2' }, { auth: 'anonymous', user: '' }] })
    expect(session!.user).not.toBe('')
  })
})

describe('NTLM without a response', () => {
  const LOCAL = 0x4000
  const challenge = (flags: number) => ntlmMessage(2, 48, [], (view) => view.setUint32(20, 0x00008201 | flags, true))
  const authenticate = (flags: number, user = '') =>
    ntlmMessage(3, 72, [{ at: 36, value: utf16(user) }], (view) => view.setUint32(60, 0x00008201 | flags, true))
  const logon = (ofServer: number | null, ofClient: number) =>
    trackedTurns([
      request(RAW_NTLM_NEGOTIATE, 0, 1),
      ...(ofServer === null ? [] : [answer(MORE, 7, 1, challenge(ofServer))]),
      request(authenticate(ofClient), 7, 2),
      answer(0, 7, 2),
    ]).sessions[0]

  it.each([
    ['both sides call it local', LOCAL, LOCAL, 'ntlm-local', false],
    ['neither does', 0, 0, 'anonymous', true],
    ['the client alone does, which is its word', 0, LOCAL, 'anonymous', true],
    ['the server alone does', LOCAL, 0, 'anonymous', true],
    ['what the server said was not seen', null, LOCAL, 'unknown', null],
  ])('%s', (_, ofServer, ofClient, auth, anonymous) => {
    expect(logon(ofServer, ofClient)).toMatchObject({ auth, anonymous, user: '', status: 'established' })
  })
})

describe('an exchange that was seen', () => {
  const apReq = token(CLIENT_KERBEROS_AP_REQ)
  // Without its frame and token id.
  const bare = apReq.subarray(apReq.indexOf(0x6e, 2))
  const negoex = token(SERVER_OFFER_NEGOEX)
  const tgtReq = framed(OID_KRB5_U2U, concat(Uint8Array.of(4, 0), sequence()))
  const proxy = framed(OID_IAKERB, concat(Uint8Array.of(5, 1), sequence(context(1, octetString(ascii('REALM'))))))

  it.each([
    ['a Kerberos token in SPNEGO', CLIENT_KERBEROS_AP_REQ, 'kerberos'],
    ['a Kerberos token alone', apReq, 'kerberos'],
    ['an AP-REQ in SPNEGO', init(OID_KRB5, bare), 'kerberos'],
    ['an AP-REQ alone', bare, 'kerberos'],
    ['an AP-REQ with its token id alone', concat(Uint8Array.of(1, 0), bare), 'kerberos'],
    ['user-to-user in SPNEGO', init(OID_KRB5_U2U, tgtReq), 'kerberos'],
    ['user-to-user alone', tgtReq, 'kerberos'],
    ['IAKERB in SPNEGO', init(OID_IAKERB, proxy), 'kerberos'],
    ['IAKERB alone', proxy, 'kerberos'],
    ['NEGOEX in SPNEGO', init(OID_NEGOEX, negoex), 'negoex'],
    ['NEGOEX in a frame', framed(OID_NEGOEX, negoex), 'negoex'],
    ['NEGOEX alone', negoex, 'negoex'],
  ])('has a name: %s', (_, blob, auth) => {
    const { sessions } = trackedTurns([request(blob, 0, 1), answer(0, 7, 1)])
    expect(sessions).toMatchObject([{ auth, anonymous: false, status: 'established' }])
  })

  it('names the realm that IAKERB asks for', () => {
    const { sessions } = trackedTurns([request(proxy, 0, 1), answer(MORE, 7, 1)])
    expect(sessions[0]!.logons).toMatchObject([{ kerberos: { proxied: { realm: 'REALM' }, apReq: null } }])
  })

  it('is named after the final mechanism, not the one that was tried first', () => {
    const { sessions } = trackedTurns([
      request(init(OID_NEGOEX, negoex), 0, 1),
      answer(MORE, 7, 1, SERVER_NTLM_CHALLENGE),
      request(CLIENT_NTLM_AUTHENTICATE, 7, 2),
      answer(0, 7, 2),
    ])
    expect(sessions).toMatchObject([{ auth: 'ntlmv2' }])
  })
})

describe('a blob in pieces', () => {
  const cuts = (blob: Uint8Array, ...at: number[]) =>
    [0, ...at].map((from, i) => blob.subarray(from, at[i] ?? blob.length))
  const blob = CLIENT_KERBEROS_AP_REQ
  const whole = trackedTurns([request(blob, 0, 1), answer(0, 7, 1)]).sessions[0]!.logons[0]!

  it.each([
    ['two', cuts(blob, 30)],
    ['two, cut inside the list of mechanisms', cuts(blob, 20)],
    ['two, cut inside the ticket', cuts(blob, 200)],
    ['five', cuts(blob, 10, 30, 31, 300)],
  ])('of SMB2 is one logon: %s', (_, pieces) => {
    const { sessions } = trackedTurns(
      pieces.flatMap((piece, i) => [
        request(piece, i === 0 ? 0 : 7, i + 1),
        answer(i === pieces.length - 1 ? 0 : MORE, 7, i + 1),
      ]),
    )
    expect(sessions).toMatchObject([{ auth: 'kerberos', status: 'established' }])
    const { offered, offeredCut, kerberos } = sessions[0]!.logons[0]!
    expect(sessions[0]!.logons).toHaveLength(1)
    expect({ offered, offeredCut }).toEqual({ offered: whole.offered, offeredCut: whole.offeredCut })
    expect(kerberos!.apReq).toMatchObject({ serverName: whole.kerberos!.apReq!.serverName })
  })

  it('of SMB1 is one logon', () => {
    const [first, second] = cuts(CLIENT_NTLM_NEGOTIATE, 30)
    const { sessions } = trackedTurns([
      client(setupBlob(first!, { mid: 1 })),
      server(setupAnswer({ mid: 1, uid: 100, status: MORE, blob: new Uint8Array(0) })),
      client(setupBlob(second!, { mid: 2, uid: 100 })),
      server(setupAnswer({ mid: 2, uid: 100, status: MORE, blob: SERVER_NTLM_CHALLENGE })),
      client(setupBlob(CLIENT_NTLM_AUTHENTICATE, { mid: 3, uid: 100 })),
      server(setupAnswer({ mid: 3, uid: 100, blob: new Uint8Array(0) })),
    ])
    expect(sessions).toMatchObject([{ auth: 'ntlmv2', status: 'established', logons: [{ ntlm: { negotiate: {} } }] }])
  })

  it('of which only the first was captured shows what is offered', () => {
    const { sessions } = trackedTurns([request(cuts(CLIENT_NTLM_NEGOTIATE, 34)[0]!, 0, 1), answer(MORE, 7, 1)])
    expect(sessions[0]!.logons).toMatchObject([{ offered: [OID_NTLMSSP], offeredCut: false }])
  })

  it('is not joined with the beginning of another blob', () => {
    const { sessions } = trackedTurns([request(cuts(blob, 30)[0]!, 0, 1), answer(0xc000006d, 7, 1), ...ntlm(8, 8, 10)])
    expect(sessions).toMatchObject([{ status: 'failed' }, { auth: 'ntlmv2', status: 'established' }])
  })

  it('ends at a limit of pieces, and costs no more', () => {
    const bytes = cuts(blob, ...Array.from({ length: 40 }, (_, i) => i + 1))
    const { sessions } = trackedTurns(
      bytes.flatMap((piece, i) => [request(piece, i === 0 ? 0 : 7, i + 1), answer(MORE, 7, i + 1)]),
    )
    expect(sessions).toHaveLength(1)
  })
})

describe('names', () => {
  it('that were given and empty differ from names that were not seen', () => {
    const { sessions } = trackedTurns([
      client(negotiate('NT LM 0.12')),
      server(negotiateAnswer(0x01)),
      client(setup({ mid: 1, oem: ascii('secret') })),
      server(setupAnswer({ mid: 1, uid: 3 })),
      client(setup({ mid: 2, oem: ascii('secret'), user: ' ' })),
      server(setupAnswer({ mid: 2, uid: 4 })),
    ])
    expect(sessions.map(({ user, domain, workstation }) => [user, domain, workstation])).toEqual([
      ['', 'WG', ''],
      [' ', 'WG', ''],
    ])
    const ticket = trackedTurns([request(CLIENT_KERBEROS_AP_REQ, 0, 1), answer(0, 7, 1)]).sessions
    expect(ticket).toMatchObject([{ user: null, domain: null, workstation: null }])
  })
})
