/** What is concluded from messages that the capture cut. test/property/snap-length.test.ts checks that no conclusion is wrong; this checks what they are. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { type PlainLedger, plainLedger } from '../../src/ledger/ledger.ts'
import type { SmbMessage } from '../../src/ledger/smb-message.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { bytes, conversation, feed, packet, smb2, type Turn } from '../support/conversation.ts'
import { DESCRIPTION } from '../support/tracked.ts'

type Tracked = PlainLedger & { rows: SmbMessage[]; findings: string[] }

/** Ethernet, IPv4, TCP, and the prefix of the session packet. */
const HEADERS = 58

function tracked(tracker: Tracker, rows: SmbMessage[], description = DESCRIPTION): Tracked {
  const ledger = plainLedger(tracker.finish(description))
  const findings = audit(ledger, { policy: defaultPolicy(createNetworks()) }).map((f) => `${f.severity} ${f.rule}`)
  return { ...ledger, rows, findings }
}

/** A conversation of which `there` bytes of each message are captured, or of which only this segment is cut. */
function cut(turns: Turn[], there: number, { segment = -1, segmentSize = 1460 } = {}): Tracked {
  const rows: SmbMessage[] = []
  const tracker = new Tracker('test.pcap', { messages: { message: (row) => rows.push(row) } })
  const frames = conversation(turns, { segmentSize }).map(({ bytes: whole, original }, i) => ({
    // Two frames of the handshake come first.
    bytes: segment === -1 || i === segment + 2 ? whole.subarray(0, HEADERS + there) : whole,
    original,
  }))
  feed(tracker, frames)
  return tracked(tracker, rows)
}

/** A sample capture, `snapLength` bytes of each packet. */
async function sample(name: string, snapLength: number): Promise<Tracked> {
  const rows: SmbMessage[] = []
  const tracker = new Tracker(name, { messages: { message: (row) => rows.push(row) } })
  const path = fileURLToPath(new URL(`../../captures/${name}`, import.meta.url))
  await readCapture(path, {
    frame: (b, start, captured, original, link, time, number) =>
      tracker.frame(b, start, Math.min(captured, snapLength), original, link, time, number),
  })
  return tracked(tracker, rows)
}

const SESSION = 0x1234
const request = (command: number, o = {}): Turn => ({
  from: 'client',
  payload: packet(smb2({ command, sessionId: SESSION, ...o })),
})
const response = (command: number, o = {}): Turn => ({
  from: 'server',
  payload: packet(smb2({ command, sessionId: SESSION, response: true, ...o })),
})

describe('the row of an SMB2 message', () => {
  const answer = [response(5, { signed: true, status: 0xc0000022, treeId: 7 })]
  const nothing = { family: 'smb2', command: null, response: null, signed: null, status: null, sessionIdLow: null }

  it.each([
    [4, { ...nothing, treeId: null, length: null }],
    [13, { ...nothing, treeId: null, length: null }],
    [14, { ...nothing, command: 5 }],
    [19, { ...nothing, command: 5, length: null }],
    [20, { ...nothing, command: 5, response: true, signed: true, status: 0xc0000022, length: null }],
    [24, { response: true, treeId: null, length: 68 }],
    [40, { treeId: 7, sessionIdLow: null, length: 68 }],
    [47, { treeId: 7, sessionIdLow: null }],
    [48, { treeId: 7, sessionIdLow: SESSION, sessionIdHigh: 0 }],
  ])('has what stands in its first %i bytes', (there, row) => {
    expect(cut(answer, there).rows).toMatchObject([row])
  })

  it('is not made without the protocol id', () => {
    expect(cut(answer, 3).rows).toEqual([])
  })
})

describe('the row of another message', () => {
  const smb1 = packet(bytes(`ff534d42 2e 00000000 88 0540 ${'00'.repeat(12)} 0100 0000 0008 0300 00 0000`))

  it.each([
    [4, { family: 'smb1', command: null, response: null, signed: null, status: null, sessionIdLow: null, length: 35 }],
    [5, { command: 0x2e, response: null }],
    [10, { command: 0x2e, response: true, signed: null, status: null }],
    [12, { response: true, signed: true, status: 0, sessionIdLow: null, treeId: null }],
    [32, { sessionIdLow: 0x800, treeId: 1 }],
  ])('of SMB1 has what stands in its first %i bytes', (there, row) => {
    expect(cut([{ from: 'server', payload: smb1 }], there).rows).toMatchObject([row])
  })

  it('of a transform names the session where that was captured', () => {
    const transform = packet(bytes(`fd534d42 ${'11'.repeat(40)} 3412000000000000 ${'22'.repeat(20)}`))
    const { rows, sessions, connections } = cut([{ from: 'client', payload: transform }], 51)
    expect(rows).toMatchObject([{ family: 'transform', sessionIdLow: null, length: 72 }])
    expect(sessions).toEqual([])
    expect(connections[0].firstTransform).toMatchObject({ frame: 3 })
    expect(cut([{ from: 'client', payload: transform }], 52).sessions).toMatchObject([{ requests: { encrypted: 1 } }])
  })
})

describe('a header that was cut', () => {
  it('before its session id belongs to no session', () => {
    const turns = [request(5), response(5)]
    expect(cut(turns, 47).sessions).toEqual([])
    expect(cut(turns, 47).connections[0].firstSmb2).toMatchObject({ frame: 3 })
    expect(cut(turns, 48).sessions).toMatchObject([{ requests: { unsigned: 1 }, responses: { unsigned: 1 } }])
  })

  it('leaves the session of related operations behind it open', () => {
    const body = new Uint8Array(48)
    const related = smb2({ command: 6, flags: 4, body: new Uint8Array(24) })
    related.fill(0xff, 40, 48)
    const payload = packet(smb2({ command: 5, nextCommand: 112, sessionId: SESSION, body }), related)
    const turns: Turn[] = [request(5), { from: 'client', payload }]
    // The first of the two is in its own segment, which is cut. The second has no other session to name.
    const split = { segment: 1, segmentSize: 116 }
    expect(cut(turns, 500, split).sessions).toMatchObject([{ requests: { unsigned: 3 } }])
    expect(cut(turns, 30, split).sessions).toMatchObject([{ requests: { unsigned: 1 } }])
    expect(cut(turns, 30, split).rows.map((row) => [row.command, row.length])).toEqual([
      [5, 68],
      [5, 112],
      [6, 88],
    ])
  })

  it('does not report a signature as missing that was cut off', () => {
    const signed = smb2({ command: 5, sessionId: SESSION })
    signed[16] = 8
    signed[60] = 1
    const turns: Turn[] = [{ from: 'client', payload: packet(signed) }]
    const requests = (there: number) => cut(turns, there).sessions[0].requests
    expect(requests(48)).toEqual({ signed: 0, unsigned: 0, encrypted: 0, unread: 0 })
    expect(requests(60)).toEqual({ signed: 0, unsigned: 0, encrypted: 0, unread: 0 })
    expect(requests(61)).toEqual({ signed: 1, unsigned: 0, encrypted: 0, unread: 0 })
    // A message without the flag is unsigned, even if its signature field was not captured.
    expect(cut([request(5)], 48).sessions[0].requests).toEqual({ signed: 0, unsigned: 1, encrypted: 0, unread: 0 })
  })

  it('does not count a control that may be exempt', () => {
    const turns = [
      request(11, { body: bytes('3900 0000 04021400') }),
      response(11, { body: bytes('3100 0000 04021400') }),
    ]
    expect(cut(turns, 71).sessions).toMatchObject([{ requests: { unsigned: 0 }, responses: { unsigned: 0 } }])
    const other = [
      request(11, { body: bytes('3900 0000 94010600') }),
      response(11, { body: bytes('3100 0000 94010600') }),
    ]
    expect(cut(other, 71).sessions).toMatchObject([{ requests: { unsigned: 0 }, responses: { unsigned: 0 } }])
    expect(cut(other, 72).sessions).toMatchObject([{ requests: { unsigned: 1 }, responses: { unsigned: 1 } }])
  })
})

describe('packets of 80 bytes: ten of each message, as old tcpdump kept where TCP timestamps were off', () => {
  it('show that SMB1 is in use', async () => {
    const { connections, sessions, findings } = await sample('impacket-smb1.pcap', 80)
    expect(sessions).toEqual([])
    expect(connections).toMatchObject([{ smb1: { firstCommand: { command: 0x73 }, firstUse: { command: 0x73 } } }])
    expect(findings).toEqual(['high smb1-negotiated'])
  })

  it('show that SMB2 was spoken, and no more', async () => {
    const { connections, findings } = await sample('impacket-server.pcap', 80)
    expect(connections).toMatchObject([{ firstSmb2: { frame: 4 }, negotiateResponse: null }])
    expect(findings).toEqual([])
  })
})

describe('packets of 96 bytes', () => {
  it('show which side refuses SMB1, or accepts it', async () => {
    // TCP timestamps are on: 26 bytes of each message are there.
    expect((await sample('smb1-unsigned.pcap', 96)).findings).toEqual(['high smb1-negotiated'])
    // The list and the index were cut, so whether the server accepted it is unknown.
    expect((await sample('smb1-refused.pcap', 96)).findings).toEqual([])
    expect((await sample('smb1-refused.pcap', 150)).findings).toEqual(['info smb1-offered'])
  })
})

describe('packets of 200 bytes', () => {
  it('show dialects, policy and flags, and that a name was not seen', async () => {
    const { connections, sessions, findings } = await sample('guest-silent-mapping.pcap', 200)
    expect(connections).toMatchObject([
      {
        negotiateRequest: { dialects: [0x0202, 0x0210, 0x0300, 0x0302, 0x0311], dialectsCut: false, contextsCut: true },
        negotiateResponse: { dialect: 0x0311, cipher: null, signingAlgorithm: null, contextsCut: true },
      },
    ])
    expect(sessions).toMatchObject([{ guest: true, anonymous: false, user: null, auth: 'unknown' }])
    expect(findings).toEqual(['high guest-session', 'medium signing-not-required'])
  })

  it('show the responses by their lengths', async () => {
    const kinds = await Promise.all(
      [235, 260, 300].map(async (length) => {
        const { sessions } = await sample('ntlmv1-ess.pcap', length)
        return sessions[0].logons[0].ntlm?.authenticate
      }),
    )
    expect(kinds.map((a) => [a?.kind, a?.lmLength, a?.ntLength, a?.user, a?.micPresent])).toEqual([
      ['ntlmv1-any', 24, 24, null, null],
      ['ntlmv1-any', 24, 24, null, true],
      ['ntlmv1-ess', 24, 24, null, true],
    ])
  })
})

describe('the flags of a session setup', () => {
  it('are unknown if the response was cut before them', async () => {
    const before = await sample('smb311-encrypted-session.pcap', 137)
    expect(before.sessions).toMatchObject([{ status: 'established', guest: null, anonymous: null, encryptData: null }])
    const after = await sample('smb311-encrypted-session.pcap', 138)
    expect(after.sessions).toMatchObject([{ status: 'established', guest: false, anonymous: null, encryptData: true }])
    const named = await sample('smb311-encrypted-session.pcap', 400)
    expect(named.sessions).toMatchObject([{ guest: false, anonymous: false, encryptData: true }])
  })

  it('are false if the logon was refused, even if the rest was cut', async () => {
    const { sessions } = await sample('logon-failed.pcap', 118)
    expect(sessions.length).toBeGreaterThan(0)
    for (const s of sessions) expect(s).toMatchObject({ status: 'failed', guest: false, anonymous: false })
  })
})

describe('passwords of SMB1 without extended security', () => {
  it('are recognised by their lengths, and by what the server asked for', async () => {
    const at = async (name: string, length: number) => (await sample(name, length)).sessions[0]?.auth
    // PasswordLength is in the words, and the names are behind the passwords.
    expect([await at('smb1-ntlmv1.pcap', 120), await at('smb1-ntlmv1.pcap', 121)]).toEqual(['unknown', 'ntlmv1'])
    expect(await at('smb1-plaintext-password-unicode.pcap', 140)).toBe('plaintext')
    expect(await at('smb1-lanman.pcap', 140)).toBe('lm')
    expect(await at('smb1-lanman-plaintext.pcap', 140)).toBe('plaintext')
  })
})
