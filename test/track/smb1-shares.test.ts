/** SMB1 without user logons: share-level security and the core protocol, and empty passwords. */
import { describe, expect, it } from 'vitest'
import type { Turn } from '../support/conversation.ts'
import { ascii, concat } from '../support/der-builder.ts'
import {
  negotiate,
  negotiateAnswer,
  setup,
  setupAnswer,
  smb1,
  treeConnectAndx,
  treeConnectAndxAnswer,
  treeConnectBytes,
} from '../support/smb1.ts'
import { client, server, trackedTurns } from '../support/tracked.ts'

const PATH = '\\\\SRV\\C'
const NUL = Uint8Array.of(0)
const SHARE_PLAIN = 0x00
const SHARE_RESPONSES = 0x02
const USER_PLAIN = 0x01
const USER_RESPONSES = 0x03
const response24 = Uint8Array.from({ length: 24 }, (_, i) => i + 1)

const negotiated = (mode: number): Turn[] => [client(negotiate('NT LM 0.12')), server(negotiateAnswer(mode))]
const logon = (o: Parameters<typeof setup>[0] = {}, uid = 100): Turn[] => [
  client(setup({ mid: 1, ...o })),
  server(setupAnswer({ mid: 1, uid })),
]
const connect = (password: Uint8Array, { uid = 100, status = 0, answered = true } = {}): Turn[] => [
  client(treeConnectAndx(PATH, password, { uid, mid: 2 })),
  ...(answered ? [server(treeConnectAndxAnswer({ uid, tid: 7, mid: 2, status }))] : []),
]

describe('a share with a password', () => {
  it.each([
    ['in clear text', SHARE_PLAIN, concat(ascii('secret'), NUL), 'plaintext'],
    ['in clear text, as long as a response', SHARE_PLAIN, concat(ascii('a'.repeat(23)), NUL), 'plaintext'],
    ['in clear text, though a response was asked for', SHARE_RESPONSES, concat(ascii('secret'), NUL), 'plaintext'],
    ['as a response', SHARE_RESPONSES, response24, 'lm'],
  ])('%s is a logon of the session, and what it proves', (_, mode, password, auth) => {
    const { sessions } = trackedTurns([...negotiated(mode), ...logon({ user: 'GUEST' }), ...connect(password)])
    expect(sessions).toMatchObject([
      {
        user: 'GUEST',
        auth,
        status: 'established',
        anonymous: false,
        logons: [
          { purpose: 'first' },
          { purpose: 'share', auth, share: PATH, user: null, ntStatus: 0, answered: { frame: 8 } },
        ],
        trees: [{ path: PATH, shareType: 'disk', ntStatus: 0 }],
      },
    ])
  })

  it('is one with UID 0 without a session setup', () => {
    const { sessions } = trackedTurns([
      ...negotiated(SHARE_PLAIN),
      ...connect(ascii('secret'), { uid: 0 }),
      client(smb1({ command: 0x2e, tid: 7, mid: 3 })),
      server(smb1({ command: 0x2e, tid: 7, mid: 3, response: true })),
    ])
    expect(sessions).toMatchObject([
      {
        sessionId: '0x0000000000000000',
        user: null,
        auth: 'plaintext',
        status: 'established',
        anonymous: false,
        trees: [{ path: PATH }],
        requests: { unsigned: 1 },
        responses: { unsigned: 1 },
      },
    ])
  })

  it.each([
    ['refused', { status: 0xc000006d }, 'failed', 0xc000006d],
    ['not answered', { answered: false }, 'pending', null],
  ])('that was sent is a fact where it was %s', (_, o, status, ntStatus) => {
    const { sessions } = trackedTurns([...negotiated(SHARE_PLAIN), ...connect(ascii('secret'), { uid: 0, ...o })])
    expect(sessions).toMatchObject([{ auth: 'plaintext', status, logons: [{ auth: 'plaintext', ntStatus }] }])
  })

  it('does not turn the setup before it into a null session', () => {
    const { sessions } = trackedTurns([...negotiated(SHARE_PLAIN), ...logon(), ...connect(ascii('secret'))])
    expect(sessions).toMatchObject([{ auth: 'plaintext', anonymous: false }])
  })

  it('does not change the session of a user', () => {
    const { sessions } = trackedTurns([...negotiated(USER_RESPONSES), ...logon(), ...connect(response24)])
    expect(sessions).toMatchObject([{ auth: 'anonymous', anonymous: true, logons: [{}, { purpose: 'share' }] }])
  })
})

describe('a share without a password', () => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['a NUL', NUL],
    ['two', Uint8Array.of(0, 0)],
  ])('needs no logon: %s', (_, password) => {
    const { sessions } = trackedTurns([...negotiated(USER_RESPONSES), ...logon({ user: 'bob' }), ...connect(password)])
    expect(sessions).toMatchObject([{ logons: [{ purpose: 'first' }], trees: [{ path: PATH }] }])
  })

  it('is open to everybody if there is no session setup either', () => {
    const { sessions } = trackedTurns([...negotiated(SHARE_PLAIN), ...connect(NUL, { uid: 0 })])
    expect(sessions).toMatchObject([{ auth: 'anonymous', anonymous: true, status: 'established', logons: [] }])
  })

  it('that was refused without a session is not reported', () => {
    const { sessions } = trackedTurns([...negotiated(USER_RESPONSES), ...connect(NUL, { uid: 0, status: 0xc0000022 })])
    expect(sessions).toEqual([])
  })
})

describe('the core protocol', () => {
  const core = [
    client(negotiate('PC NETWORK PROGRAM 1.0')),
    server(smb1({ command: 0x72, response: true, words: Uint8Array.of(0, 0) })),
  ]
  const request = (password: Uint8Array) =>
    client(smb1({ command: 0x70, mid: 2, flags2: 0, bytes: treeConnectBytes(PATH, password, 'A:') }))
  const answer = (status = 0) =>
    server(
      smb1({
        command: 0x70,
        response: true,
        mid: 2,
        flags2: 0,
        status,
        words: status === 0 ? Uint8Array.of(0, 16, 9, 0) : new Uint8Array(0),
      }),
    )

  it('shows the path and the password of TREE_CONNECT', () => {
    const { sessions } = trackedTurns([...core, request(ascii('secret')), answer()])
    expect(sessions).toMatchObject([
      {
        auth: 'plaintext',
        status: 'established',
        logons: [{ purpose: 'share', auth: 'plaintext', share: PATH }],
        trees: [{ path: PATH, shareType: 'disk' }],
      },
    ])
  })

  it('treats 24 bytes as a password too: it has no other responses', () => {
    const { sessions } = trackedTurns([...core, request(response24), answer()])
    expect(sessions).toMatchObject([{ auth: 'plaintext' }])
  })

  it('keeps the DOS error of a refusal', () => {
    const { sessions } = trackedTurns([...core, request(ascii('secret')), answer(0x00430001)])
    expect(sessions).toMatchObject([{ status: 'failed', ntStatus: 0x00430001, trees: [{ ntStatus: 0x00430001 }] }])
  })
})

describe('a session setup with an empty password', () => {
  it.each([
    ['one NUL', USER_PLAIN, { oem: NUL }],
    ['two, as UTF-16', USER_PLAIN, { unicode: Uint8Array.of(0, 0) }],
    ['one and two', USER_PLAIN, { oem: NUL, unicode: Uint8Array.of(0, 0) }],
    ['a field of NULs', USER_PLAIN, { oem: new Uint8Array(24) }],
    ['one NUL, where a response was asked for', USER_RESPONSES, { oem: NUL }],
    ['no password', USER_PLAIN, {}],
  ])('of a named user sends none: %s', (_, mode, passwords) => {
    const { sessions } = trackedTurns([...negotiated(mode), ...logon({ user: 'bob', ...passwords })])
    expect(sessions).toMatchObject([
      { user: 'bob', auth: 'unknown', anonymous: false, logons: [{ ntlm: { authenticate: { kind: 'blank' } } }] },
    ])
  })

  it.each([
    ['one NUL', { oem: NUL }],
    ['two, as UTF-16', { unicode: Uint8Array.of(0, 0) }],
  ])('and an empty name is a null session: %s', (_, passwords) => {
    const { sessions } = trackedTurns([...negotiated(USER_PLAIN), ...logon(passwords)])
    expect(sessions).toMatchObject([{ user: '', auth: 'anonymous', anonymous: true }])
  })

  it('differs from a password of one character', () => {
    const { sessions } = trackedTurns([...negotiated(USER_PLAIN), ...logon({ user: 'bob', oem: ascii('x') })])
    expect(sessions).toMatchObject([{ auth: 'plaintext' }])
  })
})

describe("an SMB1 client's signing policy", () => {
  const says = (flags2: number) =>
    trackedTurns([
      client(smb1({ command: 0x72, flags2: 0xc853, bytes: concat(Uint8Array.of(2), ascii('NT LM 0.12'), NUL) })),
      server(negotiateAnswer(USER_RESPONSES)),
      ...logon({ user: 'bob', flags2: 0x4000 | flags2 }),
    ])

  it.each([
    [0x0000, 'none'],
    [0x0004, 'enabled'],
    [0x0014, 'required'],
    [0x0010, 'required'],
  ])('is Flags2 of its session setup, %i', (flags2, mode) => {
    expect(says(flags2)).toMatchObject({
      connections: [{ smb1: { clientSigning: mode } }],
      sessions: [{ setupSigning: mode }],
    })
  })

  it('does not follow from the negotiate alone', () => {
    expect(trackedTurns(negotiated(USER_PLAIN)).connections).toMatchObject([{ smb1: { clientSigning: null } }])
  })
})
