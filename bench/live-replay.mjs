// usage: node bench/live-replay.mjs [--minutes 30] [--rate 5000] [--every 10] [--with PROGRAM] [--unique] [FILE]
//
// The memory of `smblens live` over time: a capture is played again and again into one end of a cable between two network namespaces, and smblens
// listens at the other. Prints what its processes hold every few seconds, and whether that grows. Ends with status 1 if it does. Without a FILE
// the capture dense is made (traffic.mjs).
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { watch } from './processes.mjs'
import { writeTraffic } from './traffic.mjs'
import { listen, makeCable, play, sendable, sleep, untilListening, whyNoCable } from './veth.mjs'

const root = new URL('..', import.meta.url).pathname
const smblens = join(root, 'bin/smblens')
/** Growth over the second half, along the fitted line, that still counts as flat: a share of the mean. */
const FLAT = 0.03

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '5000' },
    every: { type: 'string', default: '10' },
    with: { type: 'string', default: 'auto' },
    unique: { type: 'boolean', default: false },
  },
})
const minutes = positive('minutes')
const rate = positive('rate')
const every = positive('every')
const why =
  whyNoCable() ?? (existsSync(join(root, 'dist/cli.cjs')) ? null : 'smblens is not built: run npm run build first')
if (why !== null) fail(why)

const folder = mkdtempSync(join(tmpdir(), 'smblens-replay-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'played')
const { packets } = sendable(positionals[0] ?? made(), file, Number.POSITIVE_INFINITY)

const cable = makeCable()
let heartbeat = null
let records = 0
const argv = ['live', '-i', 'eth0', '--format', 'ndjson', '--capture-with', options.with]
const listener = listen(cable.far, [process.execPath, smblens, ...argv], (line) => {
  records++
  if (line.startsWith('{"type":"heartbeat"')) heartbeat = JSON.parse(line)
})
const cost = watch(listener.child.pid, 1000)
try {
  await untilListening(cable.far, listener)
  const name = positionals[0] === undefined ? 'dense' : basename(positionals[0])
  console.log(`${name}, ${packets} packets, in a loop at ${rate} packets/s for ${minutes} minutes; MB resident`)
  const samples = []
  const started = Date.now()
  const sample = () => {
    const processes = cost.resident()
    const at = (Date.now() - started) / 60_000
    const sum = processes.reduce((total, { megabytes }) => total + megabytes, 0)
    samples.push({ at, sum })
    const parts = processes.map(({ name: of, megabytes }) => `${of} ${megabytes.toFixed(0)}`).join(', ')
    console.log(`${at.toFixed(1).padStart(7)} min ${sum.toFixed(0).padStart(6)}  ${parts}`)
  }
  const timer = setInterval(sample, every * 1000)
  const played = await Promise.race([
    play(cable.near, file, { rate, loops: null, seconds: minutes * 60, unique: options.unique }),
    listener.ended.then(() => Promise.reject(new Error(`smblens live ended too early: ${listener.errors()}`))),
  ]).finally(() => clearInterval(timer))
  sample()
  await sleep(1500)
  await listener.stop()
  verdict(samples)
  console.log(
    `${played.sent} packets sent, ${records} records; peak ${cost.peak().toFixed(0)} MB, ${cost.cpu().toFixed(0)} s of CPU time`,
  )
  console.log(`last heartbeat: ${JSON.stringify(heartbeat)}`)
} catch (error) {
  console.error(`bench: ${error.message}`)
  process.exitCode = 2
} finally {
  cost.stop()
  cable.remove()
}

/** The slope of the line fitted to the second half of the samples. */
function verdict(samples) {
  const half = samples.filter(({ at }) => at >= samples.at(-1).at / 2)
  const mean = (what) => half.reduce((total, sample) => total + sample[what], 0) / half.length
  const [meanAt, meanSum] = [mean('at'), mean('sum')]
  const along = half.reduce((total, { at, sum }) => total + (at - meanAt) * (sum - meanSum), 0)
  const slope = along / half.reduce((total, { at }) => total + (at - meanAt) ** 2, 0)
  const grown = slope * (half.at(-1).at - half[0].at)
  const flat = Math.abs(grown) <= FLAT * meanSum
  console.log(
    `second half: mean ${meanSum.toFixed(0)} MB, slope ${(slope * 60).toFixed(1)} MB an hour (${grown.toFixed(1)} MB in it): ${flat ? 'flat' : 'NOT flat'}`,
  )
  if (!flat && grown > 0) process.exitCode = 1
}

function made() {
  const path = join(folder, 'dense')
  writeTraffic('dense', path, 100)
  return path
}

function positive(name) {
  const number = Number(options[name])
  if (!(number > 0)) fail(`--${name} needs a positive number`)
  return number
}

function fail(message) {
  console.error(`bench: ${message}`)
  process.exit(2)
}
