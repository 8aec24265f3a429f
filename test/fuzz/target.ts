/** The checks of a file: the engine runs in every way that must give the same result, and time and memory are measured. */
import { unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, gunzipSync } from 'node:zlib'
import { schemaErrors } from '../support/schema.ts'
import { checksum } from './bytes.ts'
import { piecesOf } from './capture-file.ts'
import type { Limits } from './engine.ts'
import { type Failure, failure, failureOf } from './failure.ts'
import { brokenInvariant, brokenOrder } from './invariants.ts'
import { type Engine, type Outcome, type Reading, run } from './outcome.ts'
import { createRandom, type Random } from './random.ts'
import { brokenText } from './texts.ts'

export interface Target {
  /**
   * What is wrong with the processing of these bytes; null: nothing was found. `thorough` selects nothing at random: it runs every check, several ways
   * to cut, and both sets of limits.
   */
  check(bytes: Uint8Array, thorough: boolean): Promise<Failure | null>
}

/**
 * The processor time that a file may take: a fixed part, a second for each megabyte, unpacked, and a part for each character of the output. A loop over
 * everything before takes more than that from a few thousand packets or messages on.
 */
const MILLISECONDS = 150
const MILLISECONDS_PER_BYTE = 0.001
const MILLISECONDS_PER_CHARACTER = 0.00006
/** How many times longer the second half of the packets may take than the second quarter. Linear is 2, quadratic is 4. */
const GROWTH = 3.2
/** And how many times longer half of them may take than the first quarter, since not every capture is uniform. */
const EARLY_GROWTH = 2.4
/** Growth is checked from this size on, and can be measured from this time on. */
const GROWTH_BYTES = 200_000
const GROWTH_MILLISECONDS = 24
/** How much the process may grow for one file, and for each of its bytes. */
const MEMORY = 160 << 20
const MEMORY_PER_BYTE = 400

/** `second` is the same engine loaded once more: it has other hash seeds, which must not affect any result. */
export function engineTarget(first: Engine, second: Engine): Target {
  // Memory that the process took before belongs to no file.
  grownMemory()
  return {
    async check(bytes, thorough) {
      const random = createRandom(checksum(bytes), bytes.length)
      try {
        if (!thorough) return await checkOnce(first, second, bytes, random, false, random.oneIn(4))
        return (
          (await checkOnce(first, second, bytes, random, true, false)) ??
          (await checkOnce(first, second, bytes, random, true, true))
        )
      } catch (error) {
        return failureOf(error)
      }
    },
  }
}

async function checkOnce(
  first: Engine,
  second: Engine,
  bytes: Uint8Array,
  random: Random,
  thorough: boolean,
  tight: boolean,
): Promise<Failure | null> {
  const limits = tight ? tightLimits(first) : first.DEFAULT_LIMITS
  const whole: Reading = { limits, cuts: [], file: null, borrowed: false, everyFormat: thorough || random.oneIn(3) }
  const outcome = await run(first, bytes, whole)
  const memory = grownMemory()
  if (memory > MEMORY + unpackedLength(bytes) * MEMORY_PER_BYTE)
    return failure('memory', 'one file takes too much memory', `${memory} bytes more for ${bytes.length} bytes`)
  return (
    brokenPromise(first, outcome, limits, thorough || random.oneIn(8)) ??
    (await tooSlow(first, bytes, outcome, whole)) ??
    (await difference(second, bytes, outcome, whole, random, thorough))
  )
}

function brokenPromise(engine: Engine, outcome: Outcome, limits: Limits, dear: boolean): Failure | null {
  const invariant = brokenInvariant(outcome, limits, dear)
  if (invariant !== null) return failure('invariant', ...invariant)
  const text = brokenText(engine, outcome)
  if (text !== null) return failure('invariant', ...text)
  if (!dear) return null
  const order = brokenOrder(engine, outcome)
  if (order !== null) return failure('invariant', order)
  for (const record of spread(outcome.records, 200)) {
    const [error] = schemaErrors('scanRecord', record)
    if (error !== undefined)
      return failure('invariant', `the schema holds for a ${record.type}`, `${error} ${JSON.stringify(record)}`)
  }
  for (const line of outcome.texts.rows.split('\n', 50)) {
    const [error] = line === '' ? [] : schemaErrors('message', JSON.parse(line))
    if (error !== undefined) return failure('invariant', 'the schema holds for a message', `${error} ${line}`)
  }
  return null
}

/** Split differently, from a file, from borrowed memory, by an engine with other hash seeds: the result must be the same. */
async function difference(
  engine: Engine,
  bytes: Uint8Array,
  outcome: Outcome,
  whole: Reading,
  random: Random,
  thorough: boolean,
): Promise<Failure | null> {
  const light = { ...whole, everyFormat: false, borrowed: true }
  const ways: [string, Reading][] = [['in pieces', { ...light, cuts: someCuts(bytes.length, random) }]]
  if (thorough) {
    for (let i = 0; i < 6; i++) ways.push(['in pieces', { ...light, cuts: someCuts(bytes.length, random) }])
    ways.push(['once more', { ...light, borrowed: false }], ['out of borrowed memory', light])
    if (bytes.length <= 30_000) ways.push(['byte by byte', { ...light, cuts: Array.from(bytes, (_, i) => i) }])
  }
  for (const [how, reading] of ways) {
    const wrong = differs(outcome, await run(engine, bytes, reading), how)
    if (wrong !== null) return wrong
  }
  if (!thorough && !random.oneIn(24)) return null
  const file = join(tmpdir(), `smblens-fuzz-${process.pid}`)
  writeFileSync(file, bytes)
  try {
    return differs(outcome, await run(engine, bytes, { ...light, file }), 'from a file')
  } finally {
    unlinkSync(file)
  }
}

function differs(one: Outcome, other: Outcome, how: string): Failure | null {
  if (JSON.stringify(one.error) !== JSON.stringify(other.error))
    return failure(
      'difference',
      `read ${how}, the error is another one`,
      `${one.error?.message}\n${other.error?.message}`,
    )
  if (one.texts.ndjson !== other.texts.ndjson) return differentLine(one.texts.ndjson, other.texts.ndjson, how, 'record')
  if (one.texts.rows !== other.texts.rows) return differentLine(one.texts.rows, other.texts.rows, how, 'message')
  return null
}

/** Names the kind of record, and shows the text from a little before the first difference. */
function differentLine(one: string, other: string, how: string, what: string): Failure {
  const lines = one.split('\n')
  const others = other.split('\n')
  const i = lines.findIndex((line, k) => line !== others[k])
  const line = lines[i] ?? ''
  const its = others[i] ?? ''
  let at = 0
  while (at < line.length && line[at] === its[at]) at++
  const type = /"type":"(\w+)"/.exec(line)?.[1] ?? what
  const part = (text: string): string => `... ${text.slice(Math.max(0, at - 200), at + 300)}`
  return failure('difference', `read ${how}, a ${type} is another one`, `${part(line)}\n${part(its)}`)
}

/** Measures again before it reports: other load on the machine must not count. */
async function tooSlow(engine: Engine, bytes: Uint8Array, outcome: Outcome, whole: Reading): Promise<Failure | null> {
  const { milliseconds, texts } = outcome
  const written = Object.values(texts).reduce((sum, text) => sum + text.length, 0)
  const bound = (length: number): number =>
    MILLISECONDS + length * MILLISECONDS_PER_BYTE + written * MILLISECONDS_PER_CHARACTER
  if (milliseconds > bound(bytes.length)) {
    const best = await quickest(engine, bytes, whole, 3)
    const length = unpackedLength(bytes)
    if (best > bound(length)) {
      const detail = `${best.toFixed(0)} ms for ${length} bytes, and ${written} characters of it`
      return failure('time', 'one file takes too long', detail)
    }
  }
  if (bytes.length < GROWTH_BYTES || milliseconds < GROWTH_MILLISECONDS) return null
  const pieces = piecesOf(bytes)?.pieces
  if (pieces === undefined || pieces.length < 100) return null
  const part = (share: number): Uint8Array => bytes.subarray(0, pieces[Math.floor(pieces.length * share)]!.start)
  const times: number[] = []
  for (const share of [0.25, 0.5]) times.push(await quickest(engine, part(share), whole, 3))
  times.push(await quickest(engine, bytes, whole, 3))
  const [quarter, half, all] = times as [number, number, number]
  if (all < GROWTH_MILLISECONDS || half < EARLY_GROWTH * quarter || all - half < GROWTH * (half - quarter)) return null
  const said = times.map((time) => `${time.toFixed(1)} ms`).join(', ')
  return failure('time', 'time grows faster than the file', `a quarter, a half, all of ${bytes.length} bytes: ${said}`)
}

/** Processor time in milliseconds, the least of several runs. */
async function quickest(engine: Engine, bytes: Uint8Array, whole: Reading, times: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < times; i++) {
    const before = process.cpuUsage()
    await run(engine, bytes, whole)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

/** Small enough for a usual case to reach them. */
function tightLimits({ LIMITS, DEFAULT_LIMITS }: Engine): Limits {
  const tight = Object.entries(LIMITS).map(([name, limit]) => [
    name,
    Math.max(limit.least, limit.default > 100_000 ? 2048 : 3),
  ])
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(tight) }
}

/** At the start, where headers are, every few bytes; then anywhere. */
function someCuts(length: number, random: Random): number[] {
  const cuts = new Set<number>()
  if (random.oneIn(3)) for (let at = 0; at < 80; at += random.few(12)) cuts.add(at)
  const count = random.few(12)
  for (let i = 0; i < count; i++) cuts.add(random.below(length))
  return [...cuts].sort((a, b) => a - b)
}

/** At most this many, from all over the list. */
function spread<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, Math.ceil(list.length / most))
  return list.filter((_, i) => i % step === 0)
}

let peak = process.resourceUsage().maxRSS

/** By how many bytes the memory high-water mark of this process has grown since the last call. */
function grownMemory(): number {
  const before = peak
  peak = process.resourceUsage().maxRSS
  return (peak - before) * 1024
}

/** gzip may expand greatly, and everything is read. */
function unpackedLength(bytes: Uint8Array): number {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.length
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).length
  } catch {
    return bytes.length * 100
  }
}
