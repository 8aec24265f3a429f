/** What counts as an SMB1 signature: one that was not sent before. */
import { describe, expect, it } from 'vitest'
import { ascii } from '../../../support/der-builder.ts'
import {
  negotiate,
  negotiateAnswer,
  setup,
  setupAnswer,
  smb1,
  treeConnectAndx,
  treeConnectAndxAnswer,
} from '../../../support/smb1.ts'
import { client, server, trackedTurns } from '../../../support/tracked.ts'

/** Exchanges with these signatures, as request and response, in a session with or without a captured setup. */
function counts(exchanges: [number, number][], { whole = true, tree = 0, from = 3 } = {}) {
  const before = [
    client(negotiate('NT LM 0.12')),
    server(negotiateAnswer(0x0f)),
    client(setup({ mid: 1 })),
    server(setupAnswer({ mid: 1, uid: 100 })),
    client(treeConnectAndx('\\\\S\\IPC$', new Uint8Array(0), { uid: 100, mid: 2, signature: tree })),
    server(treeConnectAndxAnswer({ uid: 100, mid: 2, signature: tree })),
  ]
  const turns = exchanges.flatMap(([request, response], i) => [
    client(smb1({ command: 0x25, uid: 100, mid: from + i, signature: request, flags2: 0x4004 })),
    server(smb1({ command: 0x25, uid: 100, mid: from + i, signature: response, flags2: 0x4004, response: true })),
  ])
  const [session] = trackedTurns([...(whole ? before : []), ...turns]).sessions
  const { requests, responses } = session!
  return [requests.signed, requests.unsigned, responses.signed, responses.unsigned]
}

describe('SMB1 signatures', () => {
  it('count if each is new', () => {
    expect(
      counts([
        [11, 12],
        [13, 14],
        [15, 16],
      ]),
    ).toEqual([3, 0, 3, 0])
  })

  it.each<[string, [number, number][]]>([
    [
      'answers that echo their requests',
      [
        [11, 11],
        [13, 13],
        [15, 15],
      ],
    ],
    [
      'answers that echo the request before',
      [
        [11, 0],
        [13, 11],
        [15, 13],
      ],
    ],
    [
      'answers that echo the first request',
      [
        [11, 11],
        [13, 11],
        [15, 11],
      ],
    ],
    [
      'requests and answers with one signature each',
      [
        [11, 12],
        [11, 12],
        [11, 12],
      ],
    ],
    [
      'requests that take the answer before',
      [
        [11, 11],
        [11, 15],
        [15, 15],
      ],
    ],
    [
      'zeros',
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    ],
  ])('are none in %s', (_, exchanges) => {
    expect(counts(exchanges)).toEqual([0, 3, 0, 3])
    expect(counts(exchanges, { whole: false })).toEqual([0, 3, 0, 3])
  })

  it('do not count if they came with the tree connect', () => {
    expect(counts([[11, 12]], { tree: 11 })).toEqual([0, 1, 0, 1])
  })

  it('count if there is only one exchange', () => {
    expect(counts([[11, 12]])).toEqual([1, 0, 1, 0])
  })

  it('do not count if they are "BSRSPYL "', () => {
    const placeholder = ascii('BSRSPYL ')
    const message = smb1({ command: 0x25, uid: 100, mid: 3, flags2: 0x4004 })
    message.set(placeholder, 14)
    const { sessions } = trackedTurns([client(message)])
    expect(sessions).toMatchObject([{ requests: { signed: 0, unsigned: 1 } }])
  })
})
