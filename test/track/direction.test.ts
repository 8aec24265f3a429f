/** Which side sends requests: the opener of the connection decides, then the port, and only then the flag of a message. */
import { describe, expect, it } from 'vitest'
import { conversation, SERVER, smb2, type Turn } from '../support/conversation.ts'
import { ascii } from '../support/der-builder.ts'
import { negotiate, negotiateAnswer, setup, setupAnswer, smb1 } from '../support/smb1.ts'
import { client, server, tracked, trackedTurns } from '../support/tracked.ts'

const REPLY = 0x80

/** The message with its reply flag inverted. */
function flipped(message: Uint8Array): Uint8Array {
  const copy = message.slice()
  copy[9] ^= REPLY
  return copy
}

const user = setup({ user: 'alice', oem: ascii('secret'), mid: 1 })
const grant = setupAnswer({ uid: 100, mid: 1 })
const use = (o = {}) => smb1({ command: 0x2b, uid: 100, mid: 2, ...o })
const SESSION = { user: 'alice', auth: 'plaintext', status: 'established', requests: { unsigned: 1 } }

describe('a client that sets the reply flag', () => {
  const turns = (of: (message: Uint8Array) => Uint8Array): Turn[] => [
    client(of(negotiate('NT LM 0.12'))),
    server(negotiateAnswer(0x01)),
    client(of(user)),
    server(grant),
    client(of(use())),
    server(use({ response: true })),
  ]

  it('is still the client', () => {
    expect(trackedTurns(turns(flipped)).sessions).toMatchObject([SESSION])
    expect(trackedTurns(turns(flipped))).toMatchObject({
      connections: [{ client: { ip: '10.0.0.1' }, smb1: { negotiateRequest: { dialects: ['NT LM 0.12'] } } }],
    })
  })

  it('is recognised by the port if the SYN was not captured', () => {
    const frames = conversation(turns(flipped)).slice(2)
    expect(tracked(frames)).toMatchObject({ sessions: [SESSION], connections: [{ client: { ip: '10.0.0.1' } }] })
  })

  it('is believed if neither decides', () => {
    const other = { client: SERVER, server: { ip: [10, 0, 0, 3], port: 445 } }
    const frames = conversation(
      turns((message) => message),
      other,
    ).slice(2)
    expect(tracked(frames).sessions).toMatchObject([SESSION])
  })
})

describe('a server that leaves the reply flag out', () => {
  it('is still the server', () => {
    const { sessions } = trackedTurns([
      client(negotiate('NT LM 0.12')),
      server(flipped(negotiateAnswer(0x01))),
      client(user),
      server(flipped(grant)),
      client(use()),
      server(use()),
    ])
    expect(sessions).toMatchObject([{ ...SESSION, responses: { unsigned: 1 } }])
  })

  it('does not answer if the body is that of a request', () => {
    const { sessions } = trackedTurns([client(user), server(setup({ user: 'mallory', mid: 1 }))])
    expect(sessions.map((s) => s.status)).toEqual(['pending', 'pending'])
  })

  it('sends requests of its own: an oplock break counts neither way', () => {
    const { sessions } = trackedTurns([
      client(negotiate('NT LM 0.12')),
      server(negotiateAnswer(0x01)),
      client(user),
      server(grant),
      server(smb1({ command: 0x24, uid: 100, mid: 0xffff })),
    ])
    expect(sessions).toMatchObject([{ requests: { unsigned: 0 }, responses: { unsigned: 0 } }])
  })
})

describe('in SMB2', () => {
  it('the side that opened the connection is the client', () => {
    const { sessions } = trackedTurns([
      client(smb2({ command: 5, sessionId: 9, response: true })),
      server(smb2({ command: 5, sessionId: 9, response: true })),
    ])
    expect(sessions).toMatchObject([{ requests: { unsigned: 1 }, responses: { unsigned: 1 } }])
  })
})

describe('SMB1 in use', () => {
  const zeroed = smb1({ command: 0, flags2: 0 })
  const http: Turn = { from: 'server', payload: new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\n\r\n') }

  it('needs a response in SMB1', () => {
    const [connection] = trackedTurns([client(zeroed), http]).connections
    expect(connection).toMatchObject({ serverSeen: true, smb1: { firstAnswer: null, firstUse: null } })
  })

  it('is not shown by an echo of the request', () => {
    const [connection] = trackedTurns([client(zeroed), server(zeroed)]).connections
    expect(connection).toMatchObject({ smb1: { firstAnswer: null, firstUse: null } })
  })

  it('is shown by any response', () => {
    const refused = smb1({ command: 0, response: true, status: 0xc0000002 })
    const [connection] = trackedTurns([client(zeroed), server(refused)]).connections
    expect(connection).toMatchObject({ smb1: { firstAnswer: { command: 0 }, firstUse: null } })
  })

  it('cannot be concluded from one direction', () => {
    const frames = conversation([client(zeroed)]).filter(({ bytes }) => bytes[29] === 1)
    expect(tracked(frames).connections).toMatchObject([{ serverSeen: false, smb1: { firstAnswer: null } }])
  })
})
