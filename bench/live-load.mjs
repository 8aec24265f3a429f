// usage: node bench/live-load.mjs [--rates 10000,50000,100000,200000,top] [--programs tcpdump,dumpcap,cap] [--filters default,all]
//                                 [--seconds 10] [--size MB] [--packets N] [--buffer MB] [--alone] [FILE...]
//
// What `smblens live` loses at rising rates: captures are played into one end of a cable between two network namespaces, and smblens listens at
// the other. Prints a table in Markdown. Without a FILE the captures mixed and dense are made (traffic.mjs). README.md says what the columns mean.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { watch } from './processes.mjs'
import { writeTraffic } from './traffic.mjs'
import { counters, listen, makeCable, passing, play, sendable, sleep, untilListening, whyNoCable } from './veth.mjs'

const root = new URL('..', import.meta.url).pathname
const smblens = join(root, 'bin/smblens')
/** Faster than any generator here: it determines how many packets "top" plays. */
const TOP_RATE = 300_000

const { values: options, positionals: given } = parseArgs({
  allowPositionals: true,
  options: {
    rates: { type: 'string', default: '10000,50000,100000,200000,top' },
    programs: { type: 'string', default: 'tcpdump,dumpcap,cap' },
    filters: { type: 'string', default: 'default,all' },
    seconds: { type: 'string', default: '10' },
    size: { type: 'string', default: '100' },
    packets: { type: 'string', default: '200000' },
    buffer: { type: 'string' },
    alone: { type: 'boolean', default: false },
  },
})
const rates = options.rates.split(',').map((rate) => (rate === 'top' ? null : positive(rate, '--rates')))
const filters = options.filters.split(',')
const seconds = positive(options.seconds, '--seconds')
const why =
  whyNoCable() ?? (existsSync(join(root, 'dist/cli.cjs')) ? null : 'smblens is not built: run npm run build first')
if (why !== null) fail(why)

const HEAD = [
  'capture',
  'captured with',
  'filter',
  'packets/s asked',
  'reached',
  'sent',
  'pass the filter',
  'delivered',
  'lost, says the source',
  'lost in truth',
  'cores',
  'peak MB',
]

const folder = mkdtempSync(join(tmpdir(), 'smblens-load-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const filterTexts = { default: await defaultFilter(), all: '' }
const cable = makeCable()
try {
  const listeners = options.programs.split(',').map((program) => ({ name: program, start: live(program) }))
  if (options.alone) listeners.unshift({ name: 'tcpdump, alone', start: tcpdumpAlone })
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
  console.log(`| ${HEAD.join(' | ')} |\n|${HEAD.map((_, i) => (i < 3 ? '---' : '---:')).join('|')}|`)
  for (const file of await captures()) {
    for (const rate of rates) {
      for (const filter of filters) {
        for (const { name, start } of listeners) {
          const cells = await measure(file, rate, filter, start).catch((error) => [
            error.message.replaceAll(/[\n|]+/g, ' '),
          ])
          console.log(`| ${[file.name, name, filter, ...cells].join(' | ')} |`)
        }
      }
    }
  }
} finally {
  cable.remove()
}

/** What is played, with the filters' texts by their names and how many packets pass each. */
async function captures() {
  const files = []
  if (given.length === 0) {
    for (const kind of ['mixed', 'dense']) {
      const made = join(folder, `${kind}.whole`)
      writeTraffic(kind, made, positive(options.size, '--size'))
      files.push(prepared(made, kind))
      rmSync(made)
    }
  }
  for (const file of given) files.push(prepared(file, basename(file)))
  for (const file of files) {
    file.passing = Object.fromEntries(filters.map((name) => [name, passing(file.path, filterTexts[name])]))
  }
  return files
}

/** What smblens live asks of the kernel by itself. */
async function defaultFilter() {
  const contents = `export { captureFilter } from './capture/live/request/filter.ts'
    export { DATAGRAM_PROTOCOLS, portsOf, STREAM_PROTOCOLS } from './track/protocols.ts'`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(root, 'src'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  })
  const { captureFilter, portsOf, STREAM_PROTOCOLS, DATAGRAM_PROTOCOLS } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  )
  const ports = { tcpPorts: portsOf(STREAM_PROTOCOLS), udpPorts: portsOf(DATAGRAM_PROTOCOLS) }
  return captureFilter({ interfaces: [], filter: '', allTraffic: false, ...ports })
}

function prepared(from, name) {
  const path = join(folder, `${name}.sendable`)
  const { packets, leftOut } = sendable(from, path, positive(options.packets, '--packets'))
  if (leftOut > 0) console.error(`${name}: ${leftOut} packets are longer than the cable carries, and left out`)
  return { name, path, packets }
}

/** Plays whole rounds of the capture, so that the exact number of packets that pass the filter is known. */
async function measure(file, rate, filter, start) {
  const loops = Math.max(1, Math.round(((rate ?? TOP_RATE) * seconds) / file.packets))
  const listener = start(filter)
  const cost = watch(listener.child.pid)
  try {
    await untilListening(cable.far, listener)
    await sleep(1000)
    const before = counters(cable.far)
    const played = await play(cable.near, file.path, { rate, loops })
    // The kernel delivers what it has begun to collect within a second. After that, smblens processes it.
    await sleep(1500)
    for (let spent = -1; cost.cpu() - spent > 0.05; await sleep(500)) spent = cost.cpu()
    const arrived = counters(cable.far).received - before.received
    const cpu = cost.cpu()
    const { delivered, lost } = await listener.stop()
    const pass = file.passing[filter] * loops
    // Which of the packets that the cable lost would have passed the filter is not known.
    const notLost = played.sent - arrived
    return [
      rate === null ? 'top' : count(rate),
      count(played.sent / played.seconds),
      count(played.sent),
      count(pass),
      count(delivered),
      lost === null ? 'not known' : count(lost),
      notLost === 0
        ? count(pass - delivered)
        : `${count(pass - delivered)}, up to ${count(notLost)} of them on the cable`,
      (cpu / played.seconds).toFixed(2),
      cost.peak().toFixed(0),
    ]
  } finally {
    cost.stop()
    await listener.stop().catch(() => {})
  }
}

/** smblens live, which says in its last heartbeat what was delivered and what was lost. */
function live(program) {
  return (filter) => {
    const argv = ['live', '-i', 'eth0', '--format', 'ndjson', '--capture-with', program]
    if (filter === 'all') argv.push('--all-traffic')
    if (options.buffer !== undefined) argv.push('--buffer', options.buffer)
    let heartbeat = null
    const listener = listen(cable.far, [process.execPath, smblens, ...argv], (line) => {
      if (line.startsWith('{"type":"heartbeat"')) heartbeat = JSON.parse(line)
    })
    return {
      ...listener,
      async stop() {
        await listener.stop()
        const [loss] = heartbeat?.loss ?? []
        if (loss === undefined) throw new Error(`smblens live: no heartbeat; ${listener.errors()}`)
        const { delivered, droppedByKernel, droppedByInterface } = loss
        const lost = droppedByKernel === null ? null : droppedByKernel + (droppedByInterface ?? 0)
        return { delivered, lost }
      },
    }
  }
}

/** The baseline on the same machine: tcpdump without smblens. If it loses packets, smblens behind it must lose them too. */
function tcpdumpAlone(filter) {
  const bytes = Number(options.buffer ?? 64) * 1024
  const listener = listen(cable.far, [
    'tcpdump',
    '-i',
    'eth0',
    '-B',
    String(bytes),
    '-w',
    '/dev/null',
    filterTexts[filter],
  ])
  return {
    ...listener,
    async stop() {
      await listener.stop()
      const number = (what) => Number(new RegExp(`(\\d+) packets? ${what}`).exec(listener.errors())?.[1])
      return { delivered: number('captured'), lost: number('dropped by kernel') }
    },
  }
}

function count(packets) {
  return Math.round(packets).toLocaleString('en')
}

function positive(text, option) {
  const number = Number(text)
  if (!(number > 0)) fail(`${option} needs positive numbers`)
  return number
}

function fail(message) {
  console.error(`bench: ${message}`)
  process.exit(2)
}
