/** The whole path from frames to findings on real traffic that was damaged, reordered, repeated and cut. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { type CaptureSummary, readCapture } from '../../src/capture/read/read-capture.ts'
import { type PlainLedger, plainLedger } from '../../src/ledger/ledger.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { cases } from '../support/cases.ts'
import { type CollectedFrame, collector } from '../support/frames.ts'

const FOLDER = fileURLToPath(new URL('../../captures/', import.meta.url))
/** One of each kind: dialects, mechanisms, encryption, channels, encapsulations. */
const SAMPLES = [
  'smb311-signed.pcap',
  'smb311-encrypted-session.pcap',
  'smb302.pcap',
  'smb1-signed.pcap',
  'smb1-ntlmv1.pcap',
  'smb1-lanman.pcap',
  'guest-fallback.pcap',
  'kerberos-sysvol.pcap',
  'two-channels.pcap',
  'compound-signed.pcap',
  'port-139.pcap',
  'port-reuse.pcap',
  'qinq.pcap',
  'linux-sll2.pcap',
]

interface Sample {
  name: string
  frames: CollectedFrame[]
  summary: CaptureSummary
}

function track({ summary }: Sample, frames: CollectedFrame[]): PlainLedger {
  const tracker = new Tracker('test.pcap')
  const buffer = new Uint8Array(70_000)
  frames.forEach(({ data, original, linkType, time }, i) => {
    buffer.set(data, 64)
    tracker.frame(buffer, 64, data.length, Math.max(original, data.length), linkType, time, i + 1)
    buffer.fill(0xee, 64, 64 + data.length)
  })
  return plainLedger(tracker.finish(summary))
}

/** What must hold for the ledger of any traffic. */
function check(ledger: PlainLedger, frames: number): void {
  for (const c of ledger.connections) {
    expect(c.firstFrame).toBeGreaterThanOrEqual(1)
    expect(c.lastFrame).toBeLessThanOrEqual(frames)
    expect(c.firstFrame).toBeLessThanOrEqual(c.lastFrame)
  }
  for (const s of ledger.sessions) {
    expect(s.firstFrame).toBeLessThanOrEqual(s.lastFrame)
    expect(s.connections[0]).toBe(s.connection)
    expect(s.trees.length).toBeLessThanOrEqual(64)
    expect(s.logons.length).toBeLessThanOrEqual(16)
    if (s.guest || s.encryptData) expect(s.status).toBe('established')
  }
  expect(new Set(ledger.sessions.map((s) => s.id)).size).toBe(ledger.sessions.length)
  expect(JSON.parse(JSON.stringify(ledger))).toEqual(ledger)
  for (const finding of audit(ledger, { policy: defaultPolicy(createNetworks()) })) {
    for (const { frame } of finding.evidence) expect(frame).toBeLessThanOrEqual(frames)
  }
}

/** The sessions, without frames, times and the ids made from them. */
function verdicts(ledger: PlainLedger) {
  return ledger.sessions
    .map((s) => [s.sessionId, s.user, s.auth, s.status, s.guest, s.anonymous, s.encryptData, s.requests, s.responses])
    .map((v) => JSON.stringify(v))
    .sort()
}

const samples: Sample[] = []

beforeAll(async () => {
  const there = new Set(readdirSync(FOLDER))
  for (const name of SAMPLES) {
    expect(there).toContain(name)
    const sink = collector()
    samples.push({ name, summary: await readCapture(`${FOLDER}${name}`, sink), frames: sink.frames })
  }
})

const anySample = fc.nat(SAMPLES.length - 1)

describe('from frames to findings', () => {
  it('ends within its limits for frames with changed bytes', () => {
    const change = fc.tuple(fc.nat(), fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(anySample, fc.array(change, { minLength: 1, maxLength: 40 }), (which, changes) => {
        const sample = samples[which]
        const frames = sample.frames.map((f) => ({ ...f, data: f.data.slice() }))
        for (const [frame, at, value] of changes) {
          const { data } = frames[frame % frames.length]
          data[at % data.length] = value
        }
        check(track(sample, frames), frames.length)
      }),
      { numRuns: cases(300) },
    )
  })

  it('ends within its limits for frames that are cut, left out, repeated and moved', () => {
    const step = fc.tuple(fc.constantFrom('cut', 'drop', 'repeat', 'move'), fc.nat(), fc.nat())
    fc.assert(
      fc.property(anySample, fc.array(step, { minLength: 1, maxLength: 30 }), (which, steps) => {
        const sample = samples[which]
        const frames = [...sample.frames]
        for (const [kind, a, b] of steps) {
          if (frames.length === 0) break
          const at = a % frames.length
          const frame = frames[at]
          if (kind === 'cut') frames[at] = { ...frame, data: frame.data.subarray(0, b % (frame.data.length + 1)) }
          else if (kind === 'repeat') frames.splice(b % frames.length, 0, frame)
          else {
            frames.splice(at, 1)
            if (kind === 'move') frames.splice(b % (frames.length + 1), 0, frame)
          }
        }
        check(track(sample, frames), frames.length)
      }),
      { numRuns: cases(300) },
    )
  })

  it('reports the same if every frame comes twice', () => {
    for (const sample of samples) {
      const twice = sample.frames.flatMap((f) => [f, f])
      expect(verdicts(track(sample, twice)), sample.name).toEqual(verdicts(track(sample, sample.frames)))
    }
  })

  it('says the same where neighbours of one direction change places', () => {
    fc.assert(
      fc.property(anySample, fc.nat(), (which, start) => {
        const sample = samples[which]
        const frames = [...sample.frames]
        // Past the handshake, so that the stream has its beginning.
        for (let i = 4 + (start % 3); i + 1 < frames.length; i += 3) {
          if (sameDirection(frames[i], frames[i + 1])) frames.splice(i, 2, frames[i + 1], frames[i])
        }
        expect(verdicts(track(sample, frames)), sample.name).toEqual(verdicts(track(sample, sample.frames)))
      }),
      { numRuns: cases(60) },
    )
  })
})

/** The same Ethernet source: each sample has one client and one server. */
function sameDirection(x: CollectedFrame, y: CollectedFrame): boolean {
  return x.linkType === 1 && x.data.subarray(6, 12).every((octet, i) => octet === y.data[6 + i])
}
