/** The fuzzer itself: its cases repeat, it shrinks what fails, and it finds every planted fault. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundle } from './bundle.ts'
import { checksum } from './bytes.ts'
import { packetsOf } from './capture-file.ts'
import { makeCase, type Plan, planCase, STEP_NAMES } from './case.ts'
import { loadCorpus } from './corpus.ts'
import * as engine from './engine.ts'
import { type Failure, failureOf } from './failure.ts'
import { createMemoryWatch, HEAP_BOUND } from './memory.ts'
import type { Engine } from './outcome.ts'
import { segmentOf } from './packet.ts'
import { createRandom } from './random.ts'
import { minimise, shrinkFile, shrinkPlan } from './shrink.ts'
import { type Options, type Progress, startFuzzing } from './supervise.ts'
import { engineTarget } from './target.ts'

const corpus = loadCorpus(null, null)
const sample = (name: string): Uint8Array => corpus.byName.get(name)!.bytes

describe('cases', () => {
  it('are the same for the same seed and number, independently of earlier cases', () => {
    const again = loadCorpus(null, null)
    const sums = (of: typeof corpus, numbers: number[]) =>
      numbers.map((i) => checksum(makeCase(of, planCase(of, 5, i))))
    const numbers = Array.from({ length: 60 }, (_, i) => i)
    const one = sums(corpus, numbers)
    expect(sums(again, [...numbers].reverse()).reverse()).toEqual(one)
    expect(new Set(one).size).toBeGreaterThan(55)
    expect(sums(corpus, numbers)).not.toEqual(numbers.map((i) => checksum(makeCase(corpus, planCase(corpus, 6, i)))))
  })

  it('do not change the captures', () => {
    const before = corpus.own.map(({ bytes }) => checksum(bytes))
    for (let i = 0; i < 150; i++) makeCase(corpus, planCase(corpus, 8, i))
    expect(corpus.own.map(({ bytes }) => checksum(bytes))).toEqual(before)
  })

  it('use every step, and every step changes something', () => {
    const idle = new Set(STEP_NAMES)
    for (let i = 0; i < 3000 && idle.size > 0; i++) {
      const plan = planCase(corpus, 9, i)
      for (const step of [...plan.packets, ...plan.file]) {
        if (!idle.has(step.name)) continue
        const isFile = plan.file.includes(step)
        const alone = {
          ...plan,
          packets: isFile ? [] : [step],
          file: isFile ? [step] : [],
          form: { name: 'plain', seed: 0 },
        }
        const without = { ...alone, packets: [], file: [] }
        if (checksum(makeCase(corpus, alone)) !== checksum(makeCase(corpus, without))) idle.delete(step.name)
      }
    }
    expect([...idle]).toEqual([])
  })
})

describe('shrinking', () => {
  /** A tree connect to port 445. */
  const asksForTree = (bytes: Uint8Array): boolean =>
    packetsOf(bytes).some((packet) => {
      const layers = segmentOf(packet)
      if (layers === null) return false
      const smb = packet.bytes.subarray(layers.payload + 4, layers.end)
      return packet.bytes[layers.transport + 3] === 0xbd && smb[0] === 0xfe && smb[12] === 3 && smb.length > 30
    })

  it('leaves the one packet that fails, as short as it can be, and zeros', async () => {
    const file = sample('smb311-signed.pcap')
    expect(asksForTree(file)).toBe(true)
    let attempts = 0
    const small = await shrinkFile(file, async (bytes) => {
      attempts++
      return asksForTree(bytes)
    })
    expect(asksForTree(small)).toBe(true)
    const [packet, ...others] = packetsOf(small)
    expect(others).toEqual([])
    // 14 + 20 + 20 + 4, and 31 bytes of the message; in a record of 16, behind 24 bytes of header.
    expect(small.length).toBeLessThanOrEqual(24 + 16 + 58 + 31 + 40)
    expect(packet!.bytes.filter((octet) => octet !== 0).length).toBeLessThan(20)
    expect(attempts).toBeLessThan(3000)
  })

  it('leaves the one step that makes a case fail, and the fewest packets', async () => {
    const steps = ['snapped', 'hostileText', 'repeated', 'oddTimes'].map((name, i) => ({ name, seed: i + 1 }))
    const plan: Plan = {
      source: 'smb311-signed.pcap',
      other: 'smb30.pcap',
      window: [0, 60],
      packets: steps,
      form: { name: 'anyPcapng', seed: 3 },
      file: [{ name: 'extended', seed: 4 }],
    }
    // All times are the same: only oddTimes with this seed does that.
    const stands = (bytes: Uint8Array) =>
      new Set(packetsOf(bytes).map(({ time }) => time)).size === 1 && packetsOf(bytes).length > 2
    let seed = 0
    while (
      !stands(
        makeCase(corpus, {
          ...plan,
          packets: [{ name: 'oddTimes', seed }],
          form: { name: 'plain', seed: 0 },
          file: [],
        }),
      )
    )
      seed++
    plan.packets[3]!.seed = seed
    const make = (candidate: Plan) => makeCase(corpus, candidate)
    expect(stands(make(plan))).toBe(true)
    const small = await shrinkPlan(plan, make, async (bytes) => stands(bytes))
    expect(small.packets).toEqual([{ name: 'oddTimes', seed }])
    expect(small.file).toEqual([])
    expect(packetsOf(make(small)).length).toBe(3)
  })

  it('finds the items that matter, wherever they are', async () => {
    const items = Array.from({ length: 100 }, (_, i) => i)
    const kept = await minimise(items, async (some) => some.includes(3) && some.includes(64) && some.includes(99))
    expect(kept).toEqual([3, 64, 99])
  })
})

describe('memory', () => {
  const watch = (sizes: number[]) => {
    const memory = createMemoryWatch()
    return sizes.flatMap((heap, i) => (memory.add({ heap, resident: 0 }) === null ? [] : [i]))
  }
  const MB = 1 << 20

  it('that goes up and down, or up once, is not a leak', () => {
    const random = createRandom(4)
    expect(watch(Array.from({ length: 400 }, () => 60 * MB + random.below(HEAP_BOUND)))).toEqual([])
    expect(watch(Array.from({ length: 400 }, (_, i) => (i < 100 ? 60 : 80) * MB))).toEqual([])
  })

  it('that grows a little each time is a leak', () => {
    const random = createRandom(5)
    const [first] = watch(Array.from({ length: 400 }, (_, i) => 60 * MB + i * MB + random.below(4 * MB)))
    expect(first).toBeLessThan(50)
  })
})

describe('a fault planted in a worker', { tags: 'long' }, () => {
  let made: Bundle
  let folder: string
  beforeAll(async () => {
    made = await bundle(fileURLToPath(new URL('planted-worker.ts', import.meta.url)))
    folder = mkdtempSync(join(tmpdir(), 'smblens-test-'))
  })
  afterAll(() => {
    delete process.env['SMBLENS_FUZZ_PLANT']
    rmSync(folder, { recursive: true, force: true })
  })

  async function fuzz(plant: string, cases: number, more: Partial<Options> = {}): Promise<Progress> {
    process.env['SMBLENS_FUZZ_PLANT'] = plant
    const { progress, done } = startFuzzing({
      bundle: made,
      seed: 1,
      from: 0,
      to: cases,
      seconds: 1e9,
      jobs: 2,
      captures: null,
      save: join(folder, plant),
      memoryEvery: 4,
      hangMs: 60_000,
      hangAttempts: 12,
      ...more,
    })
    await done
    return progress
  }

  /** The saved file still fails and is smaller than the case was. The file beside it says how to reproduce the failure. */
  function expectSaved(path: string | null): void {
    const text = readFileSync(path!.replace(/\.pcap$/, '.txt'), 'utf8')
    const bytes = readFileSync(path!)
    expect(bytes.includes('NTLMSSP')).toBe(true)
    expect(text).toContain(`npm run fuzz -- --file ${path}`)
    const [, before, now, index] = /\((\d+) bytes, now (\d+)\): npm run fuzz -- --seed 1 --case (\d+)$/m.exec(text)!
    expect(Number(now)).toBe(bytes.length)
    // Some have few attempts.
    expect(Number(now)).toBeLessThan(Number(before) * 0.75)
    expect(makeCase(corpus, planCase(loadCorpus(null), 1, Number(index))).length).toBe(Number(before))
  }

  it('that throws is found, counted and shrunk', async () => {
    const { found, cases } = await fuzz('throw', 30)
    expect(cases).toBe(30)
    const [one, ...others] = [...found.values()]
    expect(others).toEqual([])
    expect(one!.failure).toMatchObject({ kind: 'throw', what: 'TypeError: a planted fault' })
    expect(one!.count).toBeGreaterThan(3)
    expectSaved(one!.saved)
    expect(readFileSync(one!.saved!).length).toBeLessThan(200)
  })

  it('that throws asynchronously is found', async () => {
    const { found, cases } = await fuzz('event', 8, { hangAttempts: 4 })
    expect(cases).toBe(8)
    const [one] = [...found.values()]
    expect(one!.failure).toMatchObject({ kind: 'throw', what: expect.stringContaining('a planted fault in an event') })
    expectSaved(one!.saved)
  })

  it('that never ends is found by the supervisor, and the following cases are run', async () => {
    const { found, cases } = await fuzz('hang', 16, { hangMs: 1500, hangAttempts: 7 })
    expect(cases).toBe(16)
    const [one] = [...found.values()]
    expect(one!.failure.kind).toBe('hang')
    expect(one!.count).toBeGreaterThan(1)
    expectSaved(one!.saved)
  })

  it('that ends the process is found', async () => {
    const { found, cases } = await fuzz('crash', 6, { hangAttempts: 4 })
    expect(cases).toBe(6)
    const [one] = [...found.values()]
    expect(one!.failure.kind).toBe('crash')
    expectSaved(one!.saved)
  })

  it('that keeps memory is found', async () => {
    const { found } = await fuzz('leak', 120, { jobs: 1 })
    expect([...found.values()].map(({ failure }) => failure.kind)).toEqual(['leak'])
  })

  it('is not reported if there is none', async () => {
    expect((await fuzz('none', 120)).found.size).toBe(0)
  })
})

describe('a fault planted in the engine', () => {
  const file = sample('smb311-unsigned-data.pcap')

  function faultOf(faulty: Partial<Engine>, other: Partial<Engine> = faulty): Promise<Failure | null> {
    return engineTarget({ ...engine, ...faulty }, { ...engine, ...other }).check(file, true)
  }

  const { Tracker, audit, readCaptureStream, scanRecords, writeCsv, writeNdjson, writeTable } = engine

  let worked = 0
  /** Uses processor time, not wall time, which also passes while others have the processor. */
  function work(rounds: number): void {
    let x = worked
    for (let i = 0; i < rounds; i++) x = (Math.imul(x, 31) + i) | 0
    worked = x
  }

  it('is not reported without one', async () => {
    expect(await faultOf({})).toBeNull()
  })

  it('is a throw, named by its message and place', async () => {
    const fault = await faultOf({
      audit() {
        throw new RangeError('index 17 is out of "range"')
      },
    })
    expect(fault).toMatchObject({ kind: 'throw', what: expect.stringMatching(/^RangeError: index # is out of "…" \(/) })
  })

  it('is a refusal without a documented code', async () => {
    const refuse = async (): Promise<never> => {
      throw new engine.CaptureError('unreadable', 'fuzz.pcap', 'is not to my taste')
    }
    expect(await faultOf({ readCaptureStream: refuse, readCapture: refuse })).toMatchObject({ what: /documented code/ })
  })

  it('is a packet that was counted and not delivered', async () => {
    const fault = await faultOf({
      async readCaptureStream(stream, name, sink, options) {
        const summary = await readCaptureStream(stream, name, sink, options)
        return { ...summary, packets: summary.packets + 1 }
      },
    })
    expect(fault).toMatchObject({ kind: 'invariant', what: expect.stringContaining('the packets that are counted') })
  })

  it('is evidence outside the capture', async () => {
    const fault = await faultOf({
      audit: (ledger, options) =>
        audit(ledger, options).map((finding) => ({
          ...finding,
          evidence: finding.evidence.map((item) => ({ ...item, frame: item.frame + 1000 })),
        })),
    })
    expect(fault).toMatchObject({ kind: 'invariant', what: expect.stringContaining('evidence is in the capture') })
  })

  it('is a record that the schema does not know', async () => {
    const fault = await faultOf({
      *scanRecords(report) {
        for (const record of scanRecords(report)) yield record.type === 'host' ? { ...record, names: [''] } : record
      },
    })
    expect(fault).toMatchObject({ kind: 'invariant', what: 'the schema holds for a host' })
  })

  it('is a character that controls a terminal, in any format', async () => {
    const bad = (
      write: (sink: { write(text: string): void }) => void,
      sink: { write(text: string): void },
      text: string,
    ) => write({ write: (part) => sink.write(part.replace(/[aeiou]/, text)) })
    for (const [faulty, what] of [
      [{ writeNdjson: (records, sink) => bad((to) => writeNdjson(records, to), sink, '\u202e') }, /^ndjson/],
      [{ writeNdjson: (records, sink) => bad((to) => writeNdjson(records, to), sink, '\n') }, /^ndjson/],
      [{ writeCsv: (records, sink) => bad((to) => writeCsv(records, to), sink, '\u0007') }, /^csv/],
      [{ writeCsv: (records, sink) => bad((to) => writeCsv(records, to), sink, '",=1+1') }, /^csv/],
      [
        { writeTable: (report, sink, options) => bad((to) => writeTable(report, to, options), sink, '\u001b[2J') },
        /^a table holds/,
      ],
      [
        { writeTable: (report, sink, options) => bad((to) => writeTable(report, to, options), sink, 'o'.repeat(90)) },
        /^a table stays/,
      ],
    ] as [Partial<Engine>, RegExp][]) {
      expect(await faultOf(faulty)).toMatchObject({ kind: 'invariant', what: expect.stringMatching(what) })
    }
  })

  it('is borrowed memory that is read later', async () => {
    class Keeper extends Tracker {
      private readonly kept: Uint8Array[] = []
      override frame(...args: Parameters<InstanceType<typeof Tracker>['frame']>): void {
        const [bytes, start, captured] = args
        this.kept.push(bytes.subarray(start, start + captured))
        super.frame(...args)
      }
      override finish(
        ...args: Parameters<InstanceType<typeof Tracker>['finish']>
      ): ReturnType<InstanceType<typeof Tracker>['finish']> {
        const ledger = super.finish(...args)
        return { ...ledger, sessions: [...ledger.sessions].map((s) => ({ ...s, user: `${this.kept[0]![20]}` })) }
      }
    }
    expect(await faultOf({ Tracker: Keeper })).toMatchObject({
      kind: 'difference',
      what: expect.stringContaining('session'),
    })
  })

  it('is a result that depends on chance', async () => {
    const withSeed = (seed: string): Partial<Engine> => ({
      audit: (ledger, options) =>
        audit(ledger, options).map((finding) => ({ ...finding, title: finding.title + seed })),
    })
    expect(await faultOf(withSeed(' one'), withSeed(' two'))).toMatchObject({ kind: 'difference', what: /finding/ })
  })

  it('is too much time for the number of bytes', { tags: 'long' }, async () => {
    const fault = await faultOf({
      audit(ledger, options) {
        work(800e6)
        return audit(ledger, options)
      },
    })
    expect(fault).toMatchObject({ kind: 'time', what: 'one file takes too long' })
  })

  it('is time that grows faster than the file', { tags: 'long' }, async () => {
    class Quadratic extends Tracker {
      private frames = 0
      override frame(...args: Parameters<InstanceType<typeof Tracker>['frame']>): void {
        this.frames++
        work(this.frames * 100)
        super.frame(...args)
      }
    }
    const plan = planCase(corpus, 1, 0)
    const packets: Plan = {
      ...plan,
      source: 'smb311-signed.pcap',
      window: [0, 60],
      packets: [],
      form: { name: 'plain', seed: 0 },
      file: [],
    }
    const [header, body] = [makeCase(corpus, packets).subarray(0, 24), makeCase(corpus, packets).subarray(24)]
    const large = new Uint8Array(24 + body.length * 40)
    large.set(header)
    for (let i = 0; i < 40; i++) large.set(body, 24 + i * body.length)
    expect(await engineTarget(engine, engine).check(large, false)).toBeNull()
    const target = engineTarget({ ...engine, Tracker: Quadratic }, engine)
    expect(await target.check(large, false)).toMatchObject({ kind: 'time', what: 'time grows faster than the file' })
  })

  it('is memory out of proportion', { tags: 'long' }, async () => {
    const kept: Uint8Array[] = []
    const fault = await faultOf({
      audit(ledger, options) {
        kept.push(new Uint8Array(400 << 20).fill(1))
        return audit(ledger, options)
      },
    })
    kept.length = 0
    expect(fault).toMatchObject({ kind: 'memory' })
  })
})

describe('a failure', () => {
  it('is the same with other numbers and names in it', () => {
    const at = (message: string) => failureOf(new Error(message)).what
    expect(at('frame 3 of "a"')).toBe(
      at('frame 17 of "bc"').replace(/\(.*\)/, at('frame 3 of "a"').match(/\(.*\)/)![0]),
    )
    expect(failureOf('text')).toMatchObject({ kind: 'throw', detail: 'text' })
  })
})
