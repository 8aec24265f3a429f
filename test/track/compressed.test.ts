/** Compressed messages, [MS-SMB2] 2.2.42: they are not encrypted, and their uncompressed part is read. */
import { describe, expect, it } from 'vitest'
import { conversation, packet, smb2, type Turn } from '../support/conversation.ts'
import { concat } from '../support/der-builder.ts'
import { client, server, tracked, trackedTurns } from '../support/tracked.ts'

const LZ77 = 2
const NONE = 0
const GARBAGE = new Uint8Array(40).fill(0x5a)

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24)
}

/** Unchained: `clear` is not compressed. */
function unchained(clear: Uint8Array, offset = clear.length): Uint8Array {
  return concat(Uint8Array.of(0xfc, 0x53, 0x4d, 0x42), u32(4096), u32(LZ77), u32(offset), clear, GARBAGE)
}

/** Chained: the first payload with this algorithm. */
function chained(first: Uint8Array, algorithm = NONE, length = first.length): Uint8Array {
  const payload = (id: number, data: Uint8Array, size: number) => concat(u32(id | 0x10000), u32(size), data)
  return concat(
    Uint8Array.of(0xfc, 0x53, 0x4d, 0x42),
    u32(4096),
    payload(algorithm, first, length),
    payload(4, new Uint8Array(8), 8),
  )
}

const create = (o = {}) => smb2({ command: 5, sessionId: 9, messageId: 4, ...o })
/** What shows that the server knows the session. */
const LIVES: Turn[] = [client(create({ signed: true })), server(create({ signed: true, response: true }))]
const counts = (turns: Turn[]) => {
  const { sessions, connections } = trackedTurns([...LIVES, ...turns])
  return { requests: sessions[0]!.requests, responses: sessions[0]!.responses, unread: connections[0]!.unread }
}
const NOTHING_MORE = { signed: 1, unsigned: 0, encrypted: 0, unread: 0 }

describe('a compressed message', () => {
  it.each([
    ['unchained', unchained(create())],
    ['unchained, and more of it uncompressed', unchained(concat(create(), GARBAGE))],
    ['chained', chained(create())],
  ])('counts as its header says: %s', (_, message) => {
    expect(counts([client(message)])).toEqual({
      requests: { ...NOTHING_MORE, unsigned: 1 },
      responses: NOTHING_MORE,
      unread: 0,
    })
  })

  it('may be signed, and may be a response', () => {
    const message = unchained(create({ signed: true, response: true }))
    expect(counts([server(message)])).toMatchObject({ responses: { ...NOTHING_MORE, signed: 2 } })
  })

  it.each([
    ['with all of it compressed', unchained(new Uint8Array(0))],
    ['with part of the header compressed', unchained(create().subarray(0, 63))],
    ['with a pattern first', chained(new Uint8Array(8), 4)],
    ['with a payload compressed first', chained(create(), LZ77)],
    ['with an Offset beyond its end', unchained(create(), 0xffff)],
    ['with a Length beyond its end', chained(create(), NONE, 0xffffffff)],
    ['with no SMB2 header inside', unchained(new Uint8Array(64))],
    ['with itself inside', unchained(concat(unchained(create())))],
  ])('is unread, and in clear: %s', (_, message) => {
    expect(counts([client(message), server(message)])).toEqual({
      requests: { ...NOTHING_MORE, unread: 1 },
      responses: { ...NOTHING_MORE, unread: 1 },
      unread: 0,
    })
    const { sessions } = trackedTurns([...LIVES, client(message)])
    expect(sessions).toMatchObject([{ firstUnread: { frame: 5 }, firstUnsigned: { request: null } }])
  })

  it('belongs to no session if several could have sent it', () => {
    const other = { sessionId: 10 }
    const turns = [client(create(other)), server(create({ ...other, response: true })), client(unchained(GARBAGE))]
    expect(counts(turns)).toEqual({ requests: NOTHING_MORE, responses: NOTHING_MORE, unread: 1 })
  })

  it('without a session belongs to the connection', () => {
    const { sessions, connections } = trackedTurns([client(unchained(GARBAGE))])
    expect(sessions).toEqual([])
    expect(connections).toMatchObject([{ unread: 1 }])
  })

  it('may hold a compound, of which the rest is compressed', () => {
    const compound = concat(create({ nextCommand: 72, body: new Uint8Array(8) }), create({ nextCommand: 128 }))
    expect(counts([client(unchained(compound))]).requests).toEqual({ ...NOTHING_MORE, unsigned: 2, unread: 1 })
  })

  it('is one message and one row', () => {
    const { captures } = trackedTurns([...LIVES, client(unchained(create()))])
    expect(captures[0]!.smbMessages).toBe(3)
  })

  it('is read where it spans segments', () => {
    const { sessions } = tracked(conversation([...LIVES, client(unchained(create()))], { segmentSize: 30 }))
    expect(sessions).toMatchObject([{ requests: { unsigned: 1, unread: 0 } }])
  })

  it('that the capture cut before its header is not counted', () => {
    const frames = conversation([...LIVES, client(unchained(create()))])
    const cut = (length: number) =>
      tracked(frames.map((f, i) => (i === 4 ? { ...f, bytes: f.bytes.slice(0, 54 + 4 + length) } : f))).sessions[0]!
    for (const length of [8, 15, 16, 79]) expect(cut(length).requests).toEqual(NOTHING_MORE)
    expect(cut(80).requests).toEqual({ ...NOTHING_MORE, unsigned: 1 })
  })

  it('inside an encrypted one is not visible', () => {
    const transform = new Uint8Array(52 + 40)
    transform.set([0xfd, 0x53, 0x4d, 0x42])
    transform[44] = 9
    const { sessions } = trackedTurns([...LIVES, { from: 'client', payload: packet(transform) }])
    expect(sessions).toMatchObject([{ requests: { ...NOTHING_MORE, encrypted: 1 } }])
  })
})
