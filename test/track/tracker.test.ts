import { describe, expect, it } from 'vitest'
import { type PlainLedger, plainLedger } from '../../src/ledger/ledger.ts'
import type { SmbMessage } from '../../src/ledger/smb-message.ts'
import type { Limits } from '../../src/track/core/limits.ts'
import { Tracker } from '../../src/track/tracker.ts'
import {
  ACK,
  CLIENT,
  conversation,
  FIN,
  feed,
  packet,
  RST,
  SERVER,
  SYN,
  smb2,
  type TestFrame,
  type Turn,
  tcpFrame,
} from '../support/conversation.ts'
import { DESCRIPTION } from '../support/tracked.ts'

const NONE = new Uint8Array(0)
const SESSION = 0x1234

function track(frames: TestFrame[], limits: Partial<Limits> = {}, linkType = 1): PlainLedger & { rows: SmbMessage[] } {
  const rows: SmbMessage[] = []
  const tracker = new Tracker('test.pcap', { limits, messages: { message: (row) => rows.push(row) } })
  feed(tracker, frames, linkType)
  return { ...plainLedger(tracker.finish(DESCRIPTION)), rows }
}

const request = (command: number, o = {}): Turn => ({
  from: 'client',
  payload: packet(smb2({ command, sessionId: SESSION, ...o })),
})
const response = (command: number, o = {}): Turn => ({
  from: 'server',
  payload: packet(smb2({ command, sessionId: SESSION, response: true, ...o })),
})
/** CREATE, which only shows that the session is in use. */
const EXCHANGE = [request(5, { messageId: 7 }), response(5, { messageId: 7 })]
const syn = (o = {}) => tcpFrame({ from: 'client', seq: 1000, ack: 0, flags: SYN, payload: NONE, ...o })

describe('connections', () => {
  it('are established, with client and server as the SYN says', () => {
    const { connections } = track(conversation(EXCHANGE))
    expect(connections).toMatchObject([
      {
        client: { ip: '10.0.0.1', port: 49152 },
        server: { ip: '10.0.0.2', port: 445 },
        state: 'established',
        transport: 'direct-tcp',
        firstFrame: 1,
        lastFrame: 6,
        gaps: 0,
        end: { by: 'client', how: 'fin', at: { frame: 5 } },
      },
    ])
  })

  it('are attempted if nothing answers, and refused if the server resets', () => {
    expect(track([syn(), syn()]).connections).toMatchObject([{ state: 'attempted', firstFrame: 1, lastFrame: 2 }])
    const reset = tcpFrame({ from: 'server', seq: 0, ack: 1001, flags: RST | ACK, payload: NONE })
    expect(track([syn(), reset]).connections).toMatchObject([{ state: 'refused', end: { by: 'server', how: 'rst' } }])
  })

  it('are midstream if the SYN is not in the capture, with the server known by the response flag', () => {
    const frames = conversation(EXCHANGE.toReversed(), { client: SERVER, server: { ip: [10, 0, 0, 3], port: 445 } })
    const { connections } = track(frames.slice(2))
    // Both ends use port 445: only the messages can say which is the server.
    expect(connections).toMatchObject([{ state: 'midstream', server: { ip: '10.0.0.3' }, client: { ip: '10.0.0.2' } }])
  })

  it('are two if the client uses its port again', () => {
    const first = conversation(EXCHANGE)
    const second = conversation(EXCHANGE, { clientIsn: 900_000, serverIsn: 700_000 })
    const { connections, sessions } = track([...first, ...second])
    expect(connections.map((c) => [c.firstFrame, c.lastFrame, c.state])).toEqual([
      [1, 6, 'established'],
      [7, 12, 'established'],
    ])
    expect(new Set(connections.map((c) => c.id)).size).toBe(2)
    expect(sessions.map((s) => s.requests.unsigned)).toEqual([1, 1])
  })

  it('are one if the SYN is sent again', () => {
    expect(track([syn(), ...conversation(EXCHANGE)]).connections).toHaveLength(1)
  })

  it('are found on any port, from their SYN on, with segments of any size', () => {
    const server = { ip: [10, 0, 0, 9], port: 8080 }
    for (const segmentSize of [1460, 3, 1]) {
      const { connections, captures } = track(conversation(EXCHANGE, { server, segmentSize }))
      expect(connections).toMatchObject([{ state: 'established', firstFrame: 1, server: { port: 8080 } }])
      expect(captures[0].smbMessages).toBe(2)
    }
  })

  it('are not SMB if their content is not', () => {
    const http: Turn[] = [{ from: 'client', payload: new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n') }]
    const zeros: Turn[] = [
      { from: 'client', payload: new Uint8Array(3) },
      { from: 'server', payload: new Uint8Array(300) },
    ]
    const server = { ip: [10, 0, 0, 9], port: 80 }
    expect(track(conversation(http, { server })).connections).toEqual([])
    expect(track(conversation(zeros, { server })).connections).toEqual([])
  })

  it('count what the capture missed', () => {
    const frames = conversation([request(5), request(6), request(7)], { segmentSize: 70 })
    const { connections, rows } = track(frames.filter((_, i) => i !== 3))
    expect(connections).toMatchObject([{ gaps: 1, missedBytes: 2 }])
    expect(rows.map((r) => r.command)).toEqual([5, 6, 7])
    const holed = track(conversation([request(5), request(6), request(7)]).filter((_, i) => i !== 3))
    expect(holed.connections).toMatchObject([{ gaps: 1, missedBytes: 72 }])
    expect(holed.rows.map((r) => [r.command, r.frame])).toEqual([
      [5, 3],
      [7, 4],
    ])
  })
})

describe('message rows', () => {
  it('say what the header says', () => {
    const frames = conversation([
      request(0, { sessionId: 0 }),
      response(1, { status: 0xc0000016, messageId: 1, treeId: 3, signed: true }),
    ])
    const common = {
      client: { ip: '10.0.0.1', port: 49152 },
      server: { ip: '10.0.0.2', port: 445 },
      family: 'smb2',
      length: 68,
    }
    expect(track(frames).rows).toMatchObject([
      { ...common, frame: 3, command: 0, response: false, signed: false, status: null, sessionIdLow: 0, treeId: 0 },
      {
        ...common,
        frame: 4,
        command: 1,
        response: true,
        signed: true,
        status: 0xc0000016,
        sessionIdLow: SESSION,
        treeId: 3,
      },
    ])
  })

  it('belong to the frame in which the message ends', () => {
    const frames = conversation([request(5, { body: new Uint8Array(3000) })])
    expect(track(frames).rows.map((r) => r.frame)).toEqual([5])
  })

  it('are not made for a message that never ends, although it is read', () => {
    const frames = conversation([request(9, { body: new Uint8Array(3000) }), ...EXCHANGE]).slice(0, 4)
    const { rows, sessions, captures } = track(frames)
    expect(rows).toEqual([])
    expect(captures[0].smbMessages).toBe(0)
    expect(sessions).toMatchObject([{ sessionId: '0x0000000000001234' }])
  })
})

describe('counts', () => {
  const counts = (turns: Turn[]) => {
    const { sessions } = track(conversation(turns))
    return sessions.map(({ requests, responses }) => ({ requests, responses }))
  }
  const of = (signed: number, unsigned: number, encrypted = 0) => ({ signed, unsigned, encrypted, unread: 0 })

  it('distinguish signed from unsigned, and a flag without a signature does not count', () => {
    const flagOnly = { flags: 8 }
    expect(
      counts([request(5, { signed: true }), response(5, { signed: true }), request(6, flagOnly), response(6)]),
    ).toEqual([{ requests: of(1, 1), responses: of(1, 1) }])
  })

  it('leave exempt messages out', () => {
    const control = (code: number) => ({
      body: Uint8Array.from([57, 0, 0, 0, code & 255, (code >> 8) & 255, (code >> 16) & 255, code >>> 24]),
    })
    const turns = [
      request(3),
      response(3),
      request(11, control(0x00140204)),
      response(11, { status: 0xc0000010 }),
      request(11, { ...control(0x001401fc), messageId: 9 }),
      response(11, { ...control(0x001401fc), messageId: 9 }),
      request(15),
      response(15, { flags: 2, status: 0x103 }),
      response(8, { status: 0xc0000203 }),
      response(8, { status: 0xc000035c }),
      request(2),
      response(2),
    ]
    // CHANGE_NOTIFY's request is the only one that is not exempt.
    expect(counts(turns)).toEqual([{ requests: of(0, 1), responses: of(0, 0) }])
  })

  it('count an encrypted message only as that, in its direction', () => {
    const transform = (from: Turn['from']): Turn => {
      const payload = new Uint8Array(4 + 52 + 80)
      payload.set([0, 0, 0, 132, 0xfd, 0x53, 0x4d, 0x42])
      payload.set([0x34, 0x12], 4 + 44)
      return { from, payload }
    }
    const { sessions, connections } = track(
      conversation([transform('client'), transform('server'), transform('server')]),
    )
    expect(sessions).toMatchObject([
      { sessionId: '0x0000000000001234', requests: of(0, 0, 1), responses: of(0, 0, 2), firstEncrypted: { frame: 3 } },
    ])
    expect(connections).toMatchObject([{ firstTransform: { frame: 3 } }])
  })

  it('assign related operations to the session before them', () => {
    const related = smb2({ command: 6, flags: 4, sessionId: 0 })
    related.fill(0xff, 36, 48)
    const first = smb2({ command: 5, sessionId: SESSION, nextCommand: 72, body: new Uint8Array(8) })
    expect(counts([{ from: 'client', payload: packet(first, related) }])).toEqual([
      { requests: of(0, 2), responses: of(0, 0) },
    ])
  })
})

describe('limits', () => {
  const clients = (n: number) => Array.from({ length: n }, (_, i) => ({ ip: [10, 0, 1, i], port: 50_000 + i }))

  it('bound the open state of all connections, and close the idle ones', () => {
    const frames: TestFrame[] = []
    for (let client = 0; client < 20; client++) {
      const turns = Array.from({ length: 10 }, (_, i) => request(5, { messageId: i, sessionId: client * 100 + i + 1 }))
      frames.push(...conversation(turns, { client: { ip: [10, 0, 1, client], port: 49152 } }).slice(2, -2))
    }
    const { sessions, captures } = track(frames, { openBytes: 1 << 16 })
    expect(sessions).toHaveLength(200)
    expect(captures[0].limits['open-bytes']).toBeGreaterThan(5)
    expect(captures[0].limits['open-bytes']).toBeLessThan(20)
    // A session that another connection may join is open too.
    const codes = captures[0].warnings.map(({ code }) => code)
    expect(codes).toEqual(['limit-joinable-sessions', 'limit-open-bytes'])
    expect(track(frames).captures[0].limits).toEqual({})
  })

  it('bound the flows that are tracked at the same time', () => {
    const frames = clients(100).flatMap((client) => conversation(EXCHANGE, { client }).slice(0, 4))
    const { connections, captures } = track(frames, { flows: 16 })
    expect(connections).toHaveLength(100)
    expect(captures[0].smbMessages).toBe(200)
    // The SYN-ACK of the seventeenth.
    expect(captures[0].warnings).toMatchObject([{ code: 'limit-flows', frame: 66 }])
  })

  it('bound the rest of a flood of SYNs, and keep the real session in between', () => {
    const flood = clients(100).map((client) =>
      tcpFrame({ from: 'client', seq: 1, ack: 0, flags: SYN, payload: NONE }, client),
    )
    const frames = [...flood.slice(0, 50), ...conversation(EXCHANGE), ...flood.slice(50)]
    const { connections, captures } = track(frames, { halfOpen: 8, attempts: 20, connections: 1 })
    expect(connections.filter((c) => c.state === 'attempted')).toHaveLength(20)
    expect(connections.filter((c) => c.state === 'established')).toMatchObject([{ client: { ip: '10.0.0.1' } }])
    expect(captures[0].warnings).toMatchObject([{ code: 'limit-half-open' }, { code: 'limit-attempts' }])
    expect(captures[0].limits).toEqual({ 'half-open': 93, attempts: 80 })
  })

  it('bound the connections and sessions of the ledger', () => {
    const frames = Array.from({ length: 20 }, (_, i) =>
      conversation(EXCHANGE, { client: { ip: [10, 0, 1, i], port: 50_000 } }),
    ).flat()
    const { connections, sessions, captures } = track(frames, { connections: 5, sessions: 3 })
    // Five without a stored session, and the three of the sessions.
    expect([connections.length, sessions.length]).toEqual([8, 3])
    expect(captures[0].limits).toEqual({ connections: 12, sessions: 17 })
    expect(captures[0].warnings.map((w) => w.code).sort()).toEqual(['limit-connections', 'limit-sessions'])
    expect(captures[0].smbMessages).toBe(40)
  })

  it('keep established sessions if unanswered setups use up the limit', () => {
    const setup = packet(smb2({ command: 1, body: new Uint8Array(24) }))
    const flood = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) =>
        conversation([{ from: 'client', payload: setup }], { client: { ip: [10, 1, 0, from + i], port: 50_000 } }),
      ).flat()
    const real = (i: number) => conversation(EXCHANGE, { client: { ip: [10, 0, 1, i], port: 50_000 } })
    const { connections, sessions, captures } = track(
      [...flood(0, 60), ...real(1), ...flood(60, 120), ...real(2), ...flood(120, 180)],
      { sessions: 32, connections: 4 },
    )
    expect(sessions.filter((s) => s.status !== 'pending').map((s) => s.connection)).toEqual(
      connections.filter((c) => c.client.ip.startsWith('10.0.1.')).map((c) => c.id),
    )
    expect(connections.filter((c) => c.client.ip.startsWith('10.0.1.'))).toHaveLength(2)
    expect(sessions.length).toBeLessThanOrEqual(32)
    expect(connections.length).toBeLessThanOrEqual(36)
    expect(captures[0].limits['sessions']).toBe(182 - sessions.length)
    // Every session in the results has its connection there.
    const ids = new Set(connections.map((c) => c.id))
    expect(sessions.filter((s) => !ids.has(s.connection))).toEqual([])
  })
})

describe('what is not read', () => {
  it('is an unknown link type: the capture is not complete, but not damaged either', () => {
    const { captures } = track(conversation(EXCHANGE), {}, 147)
    const warnings = [
      { code: 'unknown-link-type', frame: 1, message: expect.stringContaining('user0 (147) is not read') },
    ]
    expect(captures).toMatchObject([{ complete: false, damaged: false, warnings }])
    const packets = conversation(EXCHANGE).length
    expect(captures[0].unreadPackets).toEqual([{ kind: 'link-type', what: 'link type user0', packets }])
  })

  it('is a fragment of an IP datagram', () => {
    const frames = conversation(EXCHANGE)
    frames[2].bytes[20] = 0x20
    expect(track(frames).captures).toMatchObject([{ complete: true, warnings: [{ code: 'ip-fragments', frame: 3 }] }])
  })

  it('does not prevent later frames from being read', () => {
    const cut = conversation(EXCHANGE).map((f) => ({ ...f, bytes: f.bytes.subarray(0, 130) }))
    expect(track(cut).rows.map((r) => r.command)).toEqual([5, 5])
    const end = tcpFrame({ from: 'client', seq: 5, ack: 5, flags: FIN, payload: NONE }, CLIENT, SERVER)
    expect(track([end, ...conversation(EXCHANGE)]).rows).toHaveLength(2)
  })
})
