/**
 * Nothing is concluded from what was not seen: whatever packets of a capture are missing, no session shows a verdict that it does not show in the whole
 * capture. What it showed may be lost, and is then not observed. And what a row cites is enough: with the packets up to its last evidence it says the same.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CaptureSummary, readCapture } from '../../src/capture/read/read-capture.ts'
import { type Ledger, type PlainLedger, plainLedger } from '../../src/ledger/ledger.ts'
import { mergeLedgers } from '../../src/ledger/whole/merge.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { readiness } from '../../src/readiness/prediction/readiness.ts'
import type { ReadinessRow } from '../../src/readiness/readiness-row.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { sample } from '../support/captures.ts'
import { cases, some } from '../support/cases.ts'
import { type CollectedFrame, collector } from '../support/frames.ts'

const FOLDER = fileURLToPath(new URL('../../captures/', import.meta.url))
/** Thousands of connections, made to deceive; each says nothing that the others do not. */
const TOO_LARGE = 'hostile-names.pcapng'
const SAMPLES = readdirSync(FOLDER).filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name) && name !== TOO_LARGE)
const POLICY = defaultPolicy(createNetworks())

async function read(name: string): Promise<{ frames: CollectedFrame[]; summary: CaptureSummary }> {
  const sink = collector()
  const summary = await readCapture(`${FOLDER}${name}`, sink)
  return { frames: sink.frames, summary }
}

/** The facts of these frames, under the numbers that they have in the capture. */
function ledgerOf(
  frames: readonly CollectedFrame[],
  summary: CaptureSummary,
  kept: (i: number) => boolean,
): PlainLedger {
  const tracker = new Tracker('test.pcap')
  frames.forEach(({ data, original, linkType, time }, i) => {
    if (kept(i)) tracker.frame(data, 0, data.length, Math.max(original, data.length), linkType, time, i + 1)
  })
  return plainLedger(tracker.finish(summary))
}

/**
 * What each session shows by itself: one ledger for each, with its connection. Sessions are not matched between captures, since missing packets change who
 * they are: what counts is the control, the side, the share and the pair of hosts.
 */
function shown({ captures, connections, sessions }: PlainLedger): Map<string, Set<string>> {
  const states = new Map<string, Set<string>>()
  for (const connection of connections) {
    const own = sessions.filter((session) => session.connection === connection.id)
    for (const alone of own.length === 0 ? [[]] : own.map((session) => [session])) {
      // The other connections show what the server speaks elsewhere.
      for (const row of pairRowsOf(
        { captures, connections, sessions: alone },
        connection.client.ip,
        connection.server.ip,
      )) {
        const key = keyOf(row)
        states.set(key, (states.get(key) ?? new Set()).add(row.state))
      }
    }
  }
  return states
}

function pairRowsOf(ledger: PlainLedger, client: string, server: string): ReadinessRow[] {
  const { rows } = readiness(ledger, { policy: POLICY })
  return [...rows.where({ scope: 'pair' })].filter((row) => row.client === client && row.server === server)
}

function keyOf({ control, side, client, server, share }: ReadinessRow): string {
  return [control, side, client, server, share?.toLowerCase()].join(' ')
}

/** Verdicts of the part that the whole does not have. */
function invented(part: PlainLedger, whole: ReadonlyMap<string, Set<string>>): string[] {
  return [...shown(part)].flatMap(([key, states]) =>
    [...states]
      .filter((state) => state !== 'not-observed' && !whole.get(key)?.has(state))
      .map((state) => `${key}: ${state}`),
  )
}

/** Which frames are missing: some anywhere, or a stretch of them. */
function missingFrames(count: number): fc.Arbitrary<ReadonlySet<number>> {
  const index = fc.nat({ max: Math.max(0, count - 1) })
  const scattered = fc.array(index, { maxLength: Math.ceil(count / 2) }).map((list) => new Set(list))
  const stretch = fc.tuple(index, index).map(([a, b]) => {
    const first = Math.min(a, b)
    return new Set(Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => first + i))
  })
  return fc.oneof(scattered, stretch)
}

/** A client that offers no encryption and encrypts all the same: without its offer, what it does counts. */
const CONTRADICTS_ITSELF = 'no-cipher-client.pcap'
const CONSISTENT = SAMPLES.filter((name) => name !== CONTRADICTS_ITSELF)

describe('missing packets', () => {
  it.each(some(CONSISTENT))('invent no verdict in %s', async (name) => {
    const { frames, summary } = await read(name)
    const whole = shown(ledgerOf(frames, summary, () => true))
    fc.assert(
      fc.property(missingFrames(frames.length), (missing) => {
        expect(
          invented(
            ledgerOf(frames, summary, (i) => !missing.has(i)),
            whole,
          ),
        ).toEqual([])
      }),
      { numRuns: cases(20) },
    )
  })

  it.each(some(CONSISTENT))('invent no verdict where a single one is missing from %s', async (name) => {
    const { frames, summary } = await read(name)
    const whole = shown(ledgerOf(frames, summary, () => true))
    for (const missing of sample([...frames.keys()], cases(30)))
      expect(
        invented(
          ledgerOf(frames, summary, (i) => i !== missing),
          whole,
        ),
        `without frame ${missing + 1}`,
      ).toEqual([])
  })
})

/** They rest on an answer whose frame is not in the ledger: to a SYN, and to a TREE_CONNECT. */
const UNCITED_ANSWER: readonly string[] = ['block-outbound', 'restrict-anonymous', 'unc-hardening']

/** A signature of SMB1 counts only when a later one differs. */
const COMPARES_SIGNATURES = 'smb1-signed.pcap'

/** By the last frame that a row cites. */
function byLastFrame(rows: readonly ReadinessRow[]): Map<number, ReadinessRow[]> {
  const groups = new Map<number, ReadinessRow[]>()
  for (const row of rows) {
    const last = Math.max(...row.evidence.map(({ frame }) => frame))
    groups.set(last, [...(groups.get(last) ?? []), row])
  }
  return groups
}

describe('evidence', () => {
  it.each(some(SAMPLES.filter((name) => name !== COMPARES_SIGNATURES)))(
    'is enough for every verdict in %s',
    async (name) => {
      const { frames, summary } = await read(name)
      const { rows } = readiness(
        ledgerOf(frames, summary, () => true),
        { policy: POLICY },
      )
      const verdicts = [...rows.where({ scope: 'pair' })].filter(
        ({ state, control }) => state !== 'not-observed' && !UNCITED_ANSWER.includes(control),
      )
      const byLast = byLastFrame(verdicts)
      for (const [last, cited] of byLast) {
        const { rows: then } = readiness(
          ledgerOf(frames, summary, (i) => i < last),
          { policy: POLICY },
        )
        // By then the user may not be known.
        const known = new Set([...then.where({ scope: 'pair' })].map((row) => `${keyOf(row)} ${row.state}`))
        const lost = cited.filter((row) => !known.has(`${keyOf(row)} ${row.state}`))
        expect(
          lost.map(({ reason, message }) => `${reason}: ${message}`),
          `by frame ${last}`,
        ).toEqual([])
      }
    },
  )
})

describe('parts of a capture', () => {
  it.each(some(SAMPLES))('divided between connections give the same rows of %s, merged in any order', async (name) => {
    const { frames, summary } = await read(name)
    const whole = ledgerOf(frames, summary, () => true)
    const parts = whole.connections.map((connection) => ({
      captures: whole.captures,
      connections: [connection],
      sessions: whole.sessions.filter((session) => session.connection === connection.id),
    }))
    const said = (ledger: Ledger) => {
      const { rows, controls, credits } = readiness(ledger, { policy: POLICY })
      return { rows: [...rows], controls, credits }
    }
    const expected = said(whole)
    expect(said(mergeLedgers(parts))).toEqual(expected)
    expect(said(mergeLedgers(parts.slice().reverse()))).toEqual(expected)
  })
})
