// usage: node bench/tui-latency.mjs FILE [--rounds N] [--load SECONDS] [--idle SECONDS] [-- COMMAND...]
//
// Measures how soon the terminal UI responds to a key, while it reads FILE and afterwards. README.md says what the figures mean. Needs python3, for the
// pseudo-terminal, and /proc. COMMAND is run instead of the program, with FILE as its last argument: "-- less" shows what the measurement itself costs.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const COLUMNS = 120
const ROWS = 36
/** Of /proc/PID/stat: clock ticks a second. */
const TICKS = 100

/** Keys in the order of a round, each kind with what it sends. A filter is typed and cleared again. */
const ROUND = [
  ['view', '3'],
  ['down', '\x1b[B'],
  ['down', '\x1b[B'],
  ['up', '\x1b[A'],
  ['page down', '\x1b[6~'],
  ['page up', '\x1b[5~'],
  ['sort', '>'],
  ['turn round', 'r'],
  ['tab', '\t'],
  ['view', '3'],
  ['open filter', '/'],
  ['type', 'a'],
  ['type', 'n'],
  ['type', 'n'],
  ['clear filter', '\x1b'],
  ['detail', '\r'],
  ['back', '\x1b'],
  ['view', '2'],
  ['down', '\x1b[B'],
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    load: { type: 'string', default: '5' },
    idle: { type: 'string', default: '10' },
  },
})
const [file, ...instead] = positionals
const [rounds, load, idle] = [values.rounds, values.load, values.idle].map(Number)
if (file === undefined || !(rounds >= 1 && load >= 0 && idle > 0)) {
  console.error('usage: node bench/tui-latency.mjs FILE [--rounds N] [--load SECONDS] [--idle SECONDS] [-- COMMAND...]')
  process.exit(2)
}
const program = [process.execPath, fileURLToPath(new URL('../bin/smblens', import.meta.url))]
const command = [...(instead.length > 0 ? instead : program), file]

// Ink writes nothing but the last frame if CI is set.
const { CI: _, NO_COLOR: __, ...env } = process.env
const helper = fileURLToPath(new URL('terminal.py', import.meta.url))
const child = spawn('python3', [helper, `${COLUMNS}`, `${ROWS}`, ...command], {
  env: { ...env, TERM: 'xterm-256color' },
  stdio: ['pipe', 'pipe', 'inherit'],
})
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
const answer = async () => {
  const { value, done } = await lines.next()
  if (done) throw new Error('the helper has ended')
  return JSON.parse(value)
}
const ask = (line) => {
  child.stdin.write(`${line}\n`)
  return answer()
}

const { pid } = await answer()
const firstFrame = await answer()
const loading = new Map()
const loaded = new Map()

const begun = Date.now()
for (let i = 0; Date.now() - begun < load * 1000; i++) await press(ROUND[i % ROUND.length], loading)
await untilQuiet()
for (let round = 0; round < rounds; round++) for (const key of ROUND) await press(key, loaded)

await ask('wait 1')
const before = cpuTicks()
const { bytes: idleBytes } = await ask(`wait ${idle}`)
const idleShare = (cpuTicks() - before) / TICKS / idle
const peak = peakMegabytes()
child.stdin.write('end\n')
child.stdin.end()

print()

async function press([kind, keys], into) {
  const { first, last } = await ask(`key ${Buffer.from(keys).toString('hex')}`)
  const list = into.get(kind) ?? []
  list.push({ first, last })
  into.set(kind, list)
  // People do not type faster than this. Also, a late response is not mistaken for the response to the next key.
  await ask('wait 0.08')
}

/** Reading has ended when there was no output and hardly any CPU time for a second. */
async function untilQuiet() {
  for (;;) {
    const ticks = cpuTicks()
    const { bytes } = await ask('wait 1')
    if (bytes === 0 && cpuTicks() - ticks < TICKS / 10) return
  }
}

function cpuTicks() {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may contain anything: the fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

function peakMegabytes() {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kilobytes) / 1024
}

function at(list, part) {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted.length === 0 ? '-' : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(0)
}

function print() {
  console.log(`first frame ${firstFrame.last?.toFixed(0) ?? '-'} ms after the start of the process`)
  console.log(`idle for ${idle} s: ${(idleShare * 100).toFixed(1)} % of a core, ${idleBytes} bytes written`)
  console.log(`peak ${peak.toFixed(0)} MB\n`)
  console.log('| key | loading: n | median ms | 95th | loaded: n | median ms | 95th | unanswered |')
  console.log('|---|---|---|---|---|---|---|---|')
  const row = (name, one, two) => {
    const cells = [one, two].flatMap((list) => {
      const times = list.flatMap(({ last }) => (last === null ? [] : [last]))
      return [times.length, at(times, 0.5), at(times, 0.95)]
    })
    const silent = [...one, ...two].filter(({ last }) => last === null).length
    console.log(`| ${[name, ...cells, silent].join(' | ')} |`)
  }
  for (const kind of new Set(ROUND.map(([name]) => name))) row(kind, loading.get(kind) ?? [], loaded.get(kind) ?? [])
  row('all', [...loading.values()].flat(), [...loaded.values()].flat())
}
