/**
 * One case: a capture, or a part of one, and what is done to it, decided entirely by the seed and the case's number. Every step has its own random
 * numbers, so that leaving out a step does not change the others.
 */
import { packetsOf } from './capture-file.ts'
import { type Corpus, pickSource, type Source } from './corpus.ts'
import { collidingFlows, manySynAcks, oneFrame, sliced, strayControl, strayData } from './mutate/attacks.ts'
import { nested } from './mutate/blobs.ts'
import { exchangedFields, oddFieldEverywhere, oddFields, oddWords } from './mutate/fields.ts'
import {
  cut,
  extended,
  flippedFileBits,
  hugeRecord,
  joinedFile,
  oddBlockBody,
  oddFileHeader,
  oddRecordHeader,
  outOfStep,
  overwrittenFile,
  packed,
  shuffledPieces,
  splicedFiles,
  zeroRun,
} from './mutate/files.ts'
import { fragmented } from './mutate/fragments.ts'
import { flippedBits, overwritten } from './mutate/frames.ts'
import {
  compounded,
  exchangedMessages,
  grafted,
  hostileText,
  otherAnswers,
  repeatedMessage,
  resized,
  wrapped,
} from './mutate/messages.ts'
import { excerpt, interleaved, oddTimes, otherLinkType, snapped, spliced, trailed } from './mutate/records.ts'
import {
  again,
  dropped,
  flood,
  merged,
  oddFlags,
  oneWay,
  otherPorts,
  overlapping,
  reordered,
  repeated,
  split,
  wrappedAround,
} from './mutate/segments.ts'
import { tunnelled } from './mutate/tunnels.ts'
import type { Packet } from './packet.ts'
import { createRandom, type Random } from './random.ts'
import { anyPcap, anyPcapng, plainFile } from './write-capture.ts'

type PacketStep = (packets: readonly Packet[], random: Random, others: () => readonly Packet[]) => readonly Packet[]
type FormStep = (packets: readonly Packet[], random: Random) => Uint8Array
type FileStep = (file: Uint8Array, random: Random, other: () => Uint8Array) => Uint8Array

/** By theme: a theme is picked first, so that a theme of many steps does not displace the others. The first ones are picked more often. */
const PACKET_STEPS: readonly Readonly<Record<string, PacketStep>>[] = [
  { oddFields, oddFieldEverywhere, exchangedFields, oddWords },
  { exchangedMessages, grafted, repeatedMessage, compounded, resized, wrapped, nested, otherAnswers, hostileText },
  { oddFields, oddWords, otherAnswers, hostileText },
  { dropped, repeated, reordered, split, merged, overlapping, wrappedAround, oneWay, oddFlags, otherPorts, again },
  { snapped, trailed, oddTimes, otherLinkType, excerpt },
  { interleaved, spliced },
  { flippedBits, overwritten },
  { strayControl, strayData, manySynAcks, sliced, oneFrame, collidingFlows },
  { fragmented, tunnelled },
  { flood },
]

const FORM_STEPS: Readonly<Record<string, FormStep>> = { anyPcap, anyPcapng }

const FILE_STEPS: Readonly<Record<string, FileStep>> = {
  flippedFileBits,
  overwrittenFile,
  outOfStep,
  cut,
  extended,
  splicedFiles,
  oddFileHeader,
  oddRecordHeader,
  oddBlockBody,
  shuffledPieces,
  hugeRecord,
  zeroRun,
  joinedFile,
  packed,
}

export const STEP_NAMES: readonly string[] = [
  ...PACKET_STEPS.flatMap((steps) => Object.keys(steps)),
  ...Object.keys(FILE_STEPS),
]

interface Step {
  name: string
  seed: number
}

/** What a case is made of. As JSON it is everything that is needed to make the case again. */
export interface Plan {
  source: string
  other: string
  /** The first packet, and how many. */
  window: [from: number, count: number]
  packets: Step[]
  /** Null: the source's own bytes, not written again. Then no packet was changed. */
  form: Step | null
  file: Step[]
}

/** Packets of a usual case, of a large one, and of the capture that is mixed in. */
const USUAL_PACKETS = 120
const LARGE_PACKETS = 4000
/** A step that results in more than this is followed by a cut, because steps multiply. */
const MAX_BYTES = 2_000_000
const MAX_PACKETS = 24_000

export function planCase(corpus: Corpus, seed: number, index: number): Plan {
  const random = createRandom(seed, index)
  const source = pickSource(corpus, random)
  const raw = random.oneIn(8)
  const count = random.oneIn(40) ? LARGE_PACKETS : random.few(USUAL_PACKETS) + 8
  const step = (names: readonly string[]): Step => ({ name: random.pick(names), seed: random.u32() })
  const packetSteps = Array.from({ length: random.few(5) }, () => {
    const theme = random.oneIn(3) ? random.below(4) : random.below(PACKET_STEPS.length - (random.oneIn(6) ? 0 : 1))
    return step(Object.keys(PACKET_STEPS[theme]!))
  })
  return {
    source: source.name,
    other: pickSource(corpus, random).name,
    window: [random.oneIn(2) ? 0 : random.below(source.bytes.length / 200), count],
    packets: raw ? [] : packetSteps,
    form: raw ? null : step(Object.keys(FORM_STEPS)),
    file: raw || random.oneIn(4) ? Array.from({ length: random.few(3) }, () => step(Object.keys(FILE_STEPS))) : [],
  }
}

/** The file that a plan makes. */
export function makeCase(corpus: Corpus, plan: Plan): Uint8Array {
  const { bytes } = sourceOf(corpus, plan.source)
  const other = (): Uint8Array => sourceOf(corpus, plan.other).bytes
  if (plan.form === null) return damaged(bytes, plan.file, other)
  const [from, count] = plan.window
  const all = packetsOf(bytes)
  let packets: readonly Packet[] = all.slice(from < all.length ? from : 0).slice(0, count)
  const others = (): Packet[] => packetsOf(other()).slice(0, USUAL_PACKETS)
  for (const { name, seed } of plan.packets) packets = limited(packetStep(name)(packets, createRandom(seed), others))
  const form = FORM_STEPS[plan.form.name]
  const file = form === undefined ? plainFile(packets) : form(packets, createRandom(plan.form.seed))
  return damaged(file, plan.file, other)
}

function damaged(file: Uint8Array, steps: readonly Step[], other: () => Uint8Array): Uint8Array {
  return steps.reduce((bytes, { name, seed }) => FILE_STEPS[name]!(bytes, createRandom(seed), other), file)
}

function packetStep(name: string): PacketStep {
  const theme = PACKET_STEPS.find((steps) => name in steps)
  return theme![name]!
}

function limited(packets: readonly Packet[]): readonly Packet[] {
  let bytes = 0
  const end = packets.findIndex((packet, i) => {
    bytes += packet.bytes.length + 16
    return i >= MAX_PACKETS || bytes > MAX_BYTES
  })
  return end < 0 ? packets : packets.slice(0, end)
}

function sourceOf({ byName }: Corpus, name: string): Source {
  const source = byName.get(name)
  if (source === undefined) throw new Error(`no capture ${name} in the corpus`)
  return source
}

/** Every plan that does a little less: without one step, or with the plain form. For shrinking. */
export function smallerPlans(plan: Plan): Plan[] {
  const without = <T>(list: readonly T[], i: number): T[] => list.filter((_, k) => k !== i)
  return [
    ...plan.file.map((_, i) => ({ ...plan, file: without(plan.file, i) })),
    ...plan.packets.map((_, i) => ({ ...plan, packets: without(plan.packets, i) })),
    ...(plan.form !== null && plan.form.name !== 'plain' ? [{ ...plan, form: { name: 'plain', seed: 0 } }] : []),
  ]
}

/** A description, one line per step. */
export function planText({ source, other, window, packets, form, file }: Plan): string {
  const [from, count] = window
  const steps = [...packets, ...(form === null ? [] : [form]), ...file].map(({ name, seed }) => `  ${name} (${seed})`)
  const what = form === null ? 'all of it' : `packets ${from + 1} to ${from + count}`
  return [`source: ${source}, ${what}`, `mixed in: ${other}`, 'steps:', ...steps].join('\n')
}
