/**
 * Two conversations as tunnels, mirror ports, TCP, lossy captures and attackers deliver them. captures/make/variants.mjs makes the captures from two clean
 * samples, in memory and without any code of the program. The result of each is compared with the result of the sample.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import {
  type MessageRecord,
  messageRecord,
  readCaptureStream,
  type ScanRecord,
  SEVERITIES,
  type Severity,
  Tracker,
} from '../../src/index.ts'
import { some } from '../support/cases.ts'
import { CAPTURES, recordsOf } from './records.ts'
import { type Evidence, EXPECTED, type Expectation, inOrder, KNOWN } from './variant-expectations.ts'

interface Variant {
  name: string
  what: string
  base: string
  ipv6: boolean
  keeps: 'frames' | 'records' | 'more' | 'some'
  bytes(): Uint8Array
}

const script = new URL('../../captures/make/variants.mjs', import.meta.url).href
const { BASES, VARIANTS } = (await import(script)) as { BASES: Record<string, string>; VARIANTS: Variant[] }
const clean: Record<string, Scan> = {}
for (const [base, sample] of Object.entries(BASES)) {
  clean[base] = await scan(readFileSync(join(CAPTURES, `${sample}.pcap`)))
}

interface Scan {
  records: ScanRecord[]
  messages: MessageRecord[]
}

async function scan(bytes: Uint8Array): Promise<Scan> {
  const messages: MessageRecord[] = []
  const tracker = new Tracker('variant', { messages: { message: (row) => messages.push(messageRecord(row)) } })
  const ledger = tracker.finish(await readCaptureStream(Readable.from([bytes]), 'variant', tracker))
  return { records: recordsOf(ledger), messages }
}

// --- what is compared

type Fields = Record<string, unknown>

interface Substance {
  capture: Fields
  connections: Fields[]
  sessions: Fields[]
  hosts: Fields[]
  /** By rule: each clean capture has at most one finding per rule. */
  findings: Record<string, Fields>
  requests: Fields[]
  answers: Fields[]
}

/** What belongs to the file. Its path is the same for all. */
const OF_THE_FILE = ['capture', 'captureId', 'format', 'linkTypes', 'bytes']
/** Fields that name a frame or a time. */
const OF_THE_FRAMES = [
  'packets',
  'frame',
  'firstFrame',
  'lastFrame',
  'time',
  'firstTime',
  'lastTime',
  'wiresharkFilter',
]

/** Replaces ids by the number of what they name, which still shows which session is on which connection, and the two IPv6 addresses by IPv4's. */
function substance({ records, messages }: Scan, { frames, ipv6 }: { frames: boolean; ipv6: boolean }): Substance {
  const left = new Set(frames ? OF_THE_FILE : [...OF_THE_FILE, ...OF_THE_FRAMES])
  const names = new Map<string, string>()
  for (const record of records) {
    if (record.type === 'connection' || record.type === 'session') names.set(record.id, `${record.type} ${names.size}`)
    if (record.type === 'finding') names.set(record.id, record.rule)
  }
  const plain = (value: unknown): Fields[] => {
    const text = JSON.stringify(value, (key, item) => (left.has(key) ? undefined : (names.get(item) ?? item)))
    return JSON.parse(ipv6 ? text.replaceAll(/\bfd00:77::([12])\b/g, '10.77.0.$1') : text)
  }
  const of = (type: string) => plain(records.filter((record) => record.type === type))
  const findings = of('finding')
  if (!frames) for (const finding of findings) finding['evidence'] = inOrder(finding['evidence'] as Evidence[])
  expect(findings.length).toBe(new Set(findings.map((f) => f['rule'])).size)
  return {
    capture: of('capture')[0]!,
    connections: of('connection'),
    sessions: of('session'),
    hosts: of('host'),
    findings: Object.fromEntries(findings.map((f) => [f['rule'], f])),
    requests: plain(messages.filter((m) => !m.response)),
    answers: plain(messages.filter((m) => m.response)),
  }
}

const cleanSubstances = new Map<string, Substance>()

/** Of a clean capture, made once: a thousand variants are held against it. */
function cleanSubstance(base: string, frames: boolean): Substance {
  const key = `${base} ${frames}`
  let made = cleanSubstances.get(key)
  if (made === undefined) {
    made = substance(clean[base]!, { frames, ipv6: false })
    cleanSubstances.set(key, made)
  }
  return made
}

function both(variant: Variant, actual: Scan): { expected: Substance; actual: Substance } {
  const frames = variant.keeps === 'frames'
  return {
    expected: cleanSubstance(variant.base, frames),
    actual: substance(actual, { frames, ipv6: variant.ipv6 }),
  }
}

/** Without the length of a message: a READ response may be large. */
const withoutLengths = (s: Substance) => ({
  ...s,
  requests: s.requests.map(({ length: _, ...row }) => row),
  answers: s.answers.map(({ length: _, ...row }) => row),
})

// --- the same

const titled = (variants: Variant[]) => some(variants).map((v) => [`${v.name}: ${v.what}`, v] as const)

describe('the clean captures', () => {
  it('have findings of several kinds, and no warning', () => {
    const verdicts = Object.values(clean).map(({ records }) =>
      records.flatMap((r) => (r.type === 'finding' ? [`${r.severity} ${r.rule}`] : [])),
    )
    const common = [
      'high unsigned-session',
      'medium ntlm-auth',
      'medium ntlm-fallback',
      'medium signing-not-required',
      'medium unencrypted-session',
    ]
    expect(verdicts).toEqual([common, ['high smb1-negotiated', ...common]])
    for (const { records } of Object.values(clean)) {
      expect(records[0]).toMatchObject({ type: 'capture', complete: true, warnings: [], limits: {} })
    }
  })
})

describe('records, frames and times are those of the clean capture', () => {
  it.each(titled(VARIANTS.filter((v) => v.keeps === 'frames')))('%s', async (_, variant) => {
    const { expected, actual } = both(variant, await scan(variant.bytes()))
    expect(actual).toEqual(expected)
  })
})

describe('records are those of the clean capture', () => {
  it.each(titled(VARIANTS.filter((v) => v.keeps === 'records')))('%s', async (_, variant) => {
    const { expected, actual } = both(variant, await scan(variant.bytes()))
    expect(withoutLengths(actual)).toEqual(withoutLengths(expected))
  })
})

// --- the same twice

describe('records are those of the clean capture, twice', () => {
  it.each(titled(VARIANTS.filter(isReuse)))('%s', async (_, variant) => {
    const { expected: once, actual } = both(variant, await scan(variant.bytes()))
    const [connection, session] = [once.connections[0]!, once.sessions[0]!]
    const capture = { ...once.capture, smbMessages: 2 * Number(once.capture['smbMessages']) }
    expect(actual.capture).toEqual(capture)
    expect(actual.connections).toEqual([connection, { ...connection, id: 'connection 1' }])
    const on = (id: string, on: string) => ({ ...session, id, connection: on, connections: [on] })
    expect(actual.sessions).toEqual([on('session 2', 'connection 0'), on('session 3', 'connection 1')])
    expect(withoutRoles(actual.hosts)).toEqual(
      withoutRoles(once.hosts).map((host) => ({ ...host, connections: 2, sessions: 2 })),
    )
    expect(Object.keys(actual.findings)).toEqual(Object.keys(once.findings))
    for (const [rule, { evidence, ...finding }] of Object.entries(once.findings)) {
      const { evidence: more, ...twice } = actual.findings[rule]!
      expect(twice).toEqual({ ...finding, connection: null, session: null, count: 2 })
      // It names the first few frames of both.
      expect(evidence).toEqual(expect.arrayContaining(more as Evidence[]))
    }
    expect(actual.requests).toEqual([...once.requests, ...once.requests])
    expect(actual.answers).toEqual([...once.answers, ...once.answers])
  })
})

function isReuse({ name }: Variant): boolean {
  return name.startsWith('reused')
}

// --- the same, and what does not belong to it

describe('records are those of the clean capture, and stray packets are named', () => {
  it.each(titled(VARIANTS.filter((v) => v.keeps === 'more')))('%s', async (_, variant) => {
    const { expected, actual } = both(variant, await scan(variant.bytes()))
    const { warnings, ...capture } = actual.capture
    const { warnings: _none, ...clean } = expected.capture
    expect(capture).toEqual(clean)
    expect(warnings).toMatchObject(variant.name.includes('segment') ? [{ code: 'stray-segments' }] : [])
    expect(actual.connections[0]).toEqual(expected.connections[0])
    const others = actual.connections.slice(1).map((c) => c['state'])
    const attempts = { 'stray-syn': 1, 'stray-syns': 6 }[variant.name.replace(/-smb1|-ipv6/, '')] ?? 0
    if (variant.name.startsWith('stray-syn-answered')) expect(others).toEqual(['established'])
    else expect(others).toEqual(Array.from({ length: attempts }, () => 'attempted'))
    const ids = (list: Fields[]) => list.map(({ id: _, connection: _c, connections: _cs, ...fields }) => fields)
    expect(ids(actual.sessions)).toEqual(ids(expected.sessions))
    expect(actual.requests).toEqual(expected.requests)
    expect(actual.answers).toEqual(expected.answers)
  })
})

describe('two conversations at once are kept apart', () => {
  const whole = VARIANTS.filter(({ name }) => name.startsWith('tenants') && name !== 'tenants-midstream')

  it.each(titled(whole))('%s', async (_, variant) => {
    const { expected, actual } = both(variant, await scan(variant.bytes()))
    const unnamed = ({ id: _, connection: _c, connections: _cs, ...fields }: Fields) => fields
    const twice = (list: Fields[]) => list.flatMap((fields) => [unnamed(fields), unnamed(fields)])
    expect(actual.capture['warnings']).toEqual([])
    expect(actual.connections.map(unnamed)).toEqual(twice(expected.connections))
    expect(actual.sessions.map(unnamed)).toEqual(twice(expected.sessions))
    const sorted = (rows: Fields[]) => rows.map((row) => JSON.stringify(row)).sort()
    expect(sorted(actual.requests)).toEqual(sorted([...expected.requests, ...expected.requests]))
    expect(sorted(actual.answers)).toEqual(sorted([...expected.answers, ...expected.answers]))
  })
})

describe('captures that begin in the middle have every message', () => {
  const midstream = VARIANTS.filter(({ name }) => /midstream/.test(name))

  it.each(titled(midstream))('%s', async (_, variant) => {
    const { expected, actual } = both(variant, await scan(variant.bytes()))
    const times = variant.name.startsWith('tenants') ? 2 : 1
    const lost = variant.name === 'midstream-holes' ? 2 : 0
    expect(actual.requests.length + actual.answers.length).toBe(
      times * (expected.requests.length + expected.answers.length) - lost,
    )
    const codes = (actual.capture['warnings'] as { code: string }[]).map(({ code }) => code)
    expect(codes).toEqual(variant.name.startsWith('stray') ? ['stray-segments'] : [])
    expect(actual.connections.map((c) => c['gaps'])).toEqual(
      variant.name === 'midstream-holes' ? [1] : Array.from({ length: times }, () => 0),
    )
  })
})

// --- less

describe('what was lost is unknown, and everything else is as in the clean capture', () => {
  const explicit = VARIANTS.filter(({ name, keeps }) => keeps === 'some' && name in EXPECTED)

  it.each(titled(explicit))('%s', async (_, variant) => {
    const expectation = EXPECTED[variant.name]!
    const { expected, actual } = both(variant, await scan(variant.bytes()))
    const { requests: _r, answers: _a, capture, ...rest } = actual
    const { warnings, ...counts } = capture
    expect({ capture: counts, ...rest, hosts: withoutRoles(rest.hosts) }).toEqual(changed(expected, expectation))
    expectWarnings(warnings as { code: string; message: string }[], expectation.warnings ?? [])
  })

  // What is forged ahead of the truth may change the verdict.
  const truthful = explicit.filter((v) => v.name !== 'disagrees-before' && v.name !== 'fragments-forged-first')

  it.each(titled(truthful))('nothing is made up: %s', async (_, variant) => {
    const { expected, actual } = both(variant, await scan(variant.bytes()))
    expect(madeUp(actual, expected)).toEqual([])
  })
})

describe('cut frames', () => {
  const cut = VARIANTS.filter((v) => v.keeps === 'some' && v.name in KNOWN)

  it.each(titled(cut))('show what was captured: %s', async (_, variant) => {
    const { smbMessages, connection, session, findings } = KNOWN[variant.name]!
    const { actual } = both(variant, await scan(variant.bytes()))
    expect((actual.capture['warnings'] as { code: string }[]).map((w) => w.code)).toEqual(['cut-packets'])
    if (smbMessages !== undefined) expect(actual.capture['smbMessages']).toBe(smbMessages)
    expect(actual.connections).toMatchObject([{ state: 'established', gaps: 0, missedBytes: 0, ...connection }])
    expect(actual.sessions).toMatchObject(session === null ? [] : [session])
    expect(Object.keys(actual.findings)).toEqual(expect.arrayContaining(findings))
  })

  it.each(titled(cut))('nothing is made up: %s', async (_, variant) => {
    const { expected, actual } = both(variant, await scan(variant.bytes()))
    expect(madeUp(actual, expected)).toEqual([])
  })
})

/** The figures of the roles follow from the connections and sessions, and other fields have the names and the system too. */
function withoutRoles(hosts: readonly Fields[]): Fields[] {
  return hosts.map(({ asClient: _c, asServer: _s, nameSources: _n, systems: _o, ...host }) => host)
}

/** The clean capture's facts with the expected changes, without message rows and warnings. */
function changed(from: Substance, { smbMessages, connection, session, client, server, findings = {} }: Expectation) {
  const { warnings: _, ...capture } = from.capture
  const [clientHost, serverHost] = withoutRoles(from.hosts) as [Fields, Fields]
  const left = Object.entries(from.findings).filter(([rule]) => findings[rule] !== null)
  return {
    capture: { ...capture, smbMessages: smbMessages ?? capture['smbMessages'] },
    connections: from.connections.map((each) => ({ ...each, ...connection })),
    sessions: from.sessions.map((each) => ({ ...each, ...session })),
    hosts: [
      { ...clientHost, ...client },
      { ...serverHost, ...server },
    ],
    findings: Object.fromEntries(left.map(([rule, finding]) => [rule, { ...finding, ...findings[rule] }])),
  }
}

function expectWarnings(
  warnings: { code: string; message: string }[],
  expected: NonNullable<Expectation['warnings']>,
): void {
  expect(warnings.map(({ code }) => code)).toEqual(expected.map(({ code }) => code))
  for (const [i, { frames = [] }] of expected.entries()) {
    for (const frame of frames) expect(warnings[i]!.message).toMatch(new RegExp(`\\b${frame}\\b`))
  }
}

/** Fields that count or admit the loss, and texts, which the expectations cover. */
const NO_CLAIM = /^(gaps|missedBytes|message|evidence|warnings|limits|id|count|unknown|unseen|unanswered|.*Cut)$/
/** Values that mean "not known". */
const UNSAID: unknown[] = [null, 'unknown', 'pending', 'midstream']

/** The paths of what `claim` has and `truth` does not. Unknown is not a claim, and a count, a severity or a list may fall short. */
function madeUp(claim: unknown, truth: unknown, path = ''): string[] {
  if (UNSAID.includes(claim)) return []
  if (path.endsWith('.severity')) {
    return SEVERITIES.indexOf(claim as Severity) >= SEVERITIES.indexOf(truth as Severity) ? [] : [path]
  }
  if (Array.isArray(claim)) {
    return claim.flatMap((item, i) => {
      const against = ((truth ?? []) as unknown[]).map((each) => madeUp(item, each, `${path}[${i}]`))
      return against.sort((x, y) => x.length - y.length)[0] ?? [`${path}[${i}]`]
    })
  }
  if (typeof claim === 'object') {
    return Object.entries(claim as Fields).flatMap(([key, value]) =>
      NO_CLAIM.test(key) ? [] : madeUp(value, (truth as Fields | undefined)?.[key], `${path}.${key}`),
    )
  }
  // A port is a name, not a count.
  if (typeof claim === 'number' && typeof truth === 'number' && !path.endsWith('.port'))
    return claim <= truth ? [] : [path]
  return claim === truth ? [] : [path]
}

function isTwoOrMidstream({ name }: Variant): boolean {
  return /^tenants|midstream/.test(name) && !(name in EXPECTED)
}

describe('expectations', () => {
  it('exist for each variant that keeps only some of the records', () => {
    const partial = VARIANTS.filter((v) => v.keeps === 'some' && !isReuse(v) && !isTwoOrMidstream(v)).map(
      ({ name }) => name,
    )
    expect([...Object.keys(EXPECTED), ...Object.keys(KNOWN)].sort()).toEqual(partial.sort())
  })

  it('belong to variants with unique names', () => {
    expect(new Set(VARIANTS.map(({ name }) => name)).size).toBe(VARIANTS.length)
  })
})
