// usage: npm run bench [-- [--size MB] [--rounds N] [--dir DIR] [--only start,mixed,dense,logons] [FILE...]]
//
// Measures smblens and those of tcpdump, ndpiReader and tshark that are installed, on the same file in alternation. Without a FILE the
// captures are made (traffic.mjs), in a folder that is removed afterwards unless --dir names one. README.md says what the columns mean.
import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeTraffic } from './traffic.mjs'

const root = new URL('..', import.meta.url).pathname
const smblens = join(root, 'bin/smblens')
const MEGABYTE = 1e6
/** tshark keeps every conversation in memory: it gets the beginning of the file, and smblens the same beginning. */
const TSHARK_MEGABYTES = 100

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '5' },
    dir: { type: 'string' },
    only: { type: 'string', default: 'start,mixed,dense,logons' },
  },
})
const rounds = Number(options.rounds)
const megabytes = Number(options.size)
if (!(rounds >= 1 && megabytes > 0)) fail('--rounds and --size need positive numbers')
if (!existsSync(join(root, 'dist/cli.cjs'))) fail('smblens is not built: run npm run build first')

const lens = { name: 'smblens scan', command: (file) => [process.execPath, smblens, 'scan', '-f', 'ndjson', file] }
const others = [
  {
    name: 'tcpdump, filtering',
    command: (file) => ['tcpdump', '-r', file, '-w', '/dev/null', 'tcp port 445 or tcp port 139'],
  },
  { name: 'ndpiReader', command: (file) => ['ndpiReader', '-i', file] },
]
const tshark = { name: 'tshark', command: (file) => ['tshark', '-q', '-z', 'io,phs', '-r', file] }

const folder = options.dir ?? mkdtempSync(join(tmpdir(), 'smblens-bench-'))
try {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${rounds} rounds, medians`,
  )
  const parts = options.only.split(',')
  if (parts.includes('start') && files.length === 0) start()
  for (const file of files) await capture(file)
  for (const [kind, share] of [
    ['mixed', 1],
    ['dense', 1],
    ['logons', 0.2],
  ]) {
    if (files.length > 0 || !parts.includes(kind)) continue
    const file = join(folder, `${kind}.pcap`)
    if (!existsSync(file)) writeTraffic(kind, file, megabytes * share)
    await capture(file)
    if (!options.dir) rmSync(file)
  }
} catch (error) {
  console.error(`bench: ${error.message}`)
  process.exitCode = 2
} finally {
  if (!options.dir) rmSync(folder, { recursive: true, force: true })
}

function start() {
  const commands = [
    { name: 'smblens --version', argv: [process.execPath, smblens, '--version'], times: [] },
    { name: 'node -e 0', argv: [process.execPath, '-e', '0'], times: [] },
  ]
  for (let i = 0; i < 20; i++) for (const c of commands) c.times.push(time(c.argv).seconds)
  const [ours, bare] = commands.map(({ times }) => median(times))
  console.log(`\nstart: smblens --version ${ms(ours)}, node -e 0 ${ms(bare)}: ratio ${(ours / bare).toFixed(2)}`)
}

async function capture(file) {
  const { size } = statSync(file)
  readThrough(file) // From here on every program reads from the page cache.
  const [summary] = records(file, 'capture')
  if (!summary) throw new Error(`smblens does not read ${file}`)
  console.log(
    `\n${basename(file)}: ${(size / MEGABYTE).toFixed(0)} MB, ${summary.packets} packets, ${summary.smbMessages} SMB messages`,
  )
  const programs = [lens, ...others.filter(installed)]
  const rows = await measure(programs, file)
  print(rows, size, summary.packets)

  if (!installed(tshark)) return
  const cut = join(folder, 'cut.pcap')
  const cutSize = writeBeginning(file, cut, TSHARK_MEGABYTES * MEGABYTE)
  if (cutSize === null)
    return console.log(`  tshark: left out, ${basename(file)} is no plain pcap file that could be cut`)
  const [{ packets }] = records(cut, 'capture')
  console.log(`  the first ${(cutSize / MEGABYTE).toFixed(0)} MB of it, for tshark:`)
  const onCut = await measure([lens, tshark], cut)
  print(onCut, cutSize, packets)
  const whole = rows[0].seconds / size
  rmSync(cut)
  if (onCut.length < 2) return
  console.log(
    `  per byte, tshark here and smblens on the whole file: ${(onCut[1].seconds / cutSize / whole).toFixed(0)} times`,
  )
}

/** Every program runs once a round, in turn; a different one begins each round. Memory is measured in a separate run. */
async function measure(programs, file) {
  const rows = programs.map(({ name, command }) => ({ name, argv: command(file), times: [], cpu: [] })).filter(works)
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[(i + round) % rows.length]
      const run = time(row.argv)
      row.times.push(run.seconds)
      row.cpu.push(run.cpu)
    }
  }
  for (const row of rows) {
    row.seconds = median(row.times)
    row.memory = await peakMemory(row.argv)
  }
  return rows
}

/** Other programs may not read every file that smblens reads. */
function works({ name, argv }) {
  try {
    time(argv)
    return true
  } catch (error) {
    if (argv.includes(smblens)) throw error
    console.log(`  ${name}: left out, ${error.message}`)
    return false
  }
}

function print(rows, size, packets) {
  const head = ['', 'seconds', 'CPU s', 'ratio', 'MB/s', 'packets/s', 'peak MB']
  const lines = rows.map((row) => [
    row.name,
    row.seconds.toFixed(2),
    row.cpu.includes(null) ? '?' : median(row.cpu).toFixed(2),
    (rows[0].seconds / row.seconds).toFixed(2),
    (size / MEGABYTE / row.seconds).toFixed(0),
    Math.round(packets / row.seconds).toLocaleString('en'),
    row.memory === null ? '?' : row.memory.toFixed(0),
  ])
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((cells) => cells[i].length)))
  for (const cells of [head, ...lines]) {
    console.log(`  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`)
  }
}

/** Wall-clock seconds from start to end of the process, and the processor seconds that the shell's `times` counts for it. */
function time(argv) {
  const started = process.hrtime.bigint()
  const { status, error, stdout } = spawnSync(
    'sh',
    ['-c', '"$@" >/dev/null 2>&1; status=$?; times; exit $status', 'sh', ...argv],
    { encoding: 'utf8' },
  )
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  // From smblens, 3 means that the end of the capture is damaged. The rest was read.
  if (error || !(status === 0 || (status === 3 && argv.includes(smblens)))) {
    throw new Error(`${argv[0]} failed: ${error?.message ?? `exit status ${status}`}: ${argv.join(' ')}`)
  }
  // Its second line is the children's: user and system time as 0m0.00s.
  const spent = [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  return {
    seconds,
    cpu:
      spent.length === 2
        ? spent.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0)
        : null,
  }
}

/**
 * The high-water mark of resident memory in MB (VmHWM), read from /proc every 10 ms while the program runs. It only grows, so the last reading
 * is the peak, apart from what the last few milliseconds add. Null if there is no /proc.
 */
function peakMemory(argv) {
  return new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore' })
    let peak = null
    const timer = setInterval(() => {
      try {
        const mark = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))
        if (mark) peak = (Number(mark[1]) * 1024) / MEGABYTE
      } catch {
        // No /proc here, or the program has just ended.
      }
    }, 10)
    child.on('close', () => {
      clearInterval(timer)
      resolve(peak)
    })
  })
}

function records(file, type) {
  const { stdout } = spawnSync(process.execPath, [smblens, 'scan', '-f', 'ndjson', file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 31 - 1,
  })
  const line = stdout.split('\n').find((text) => text.startsWith(`{"type":"${type}"`))
  return line ? [JSON.parse(line)] : []
}

/** Whole records from the beginning of a pcap file. Null if it is not one. */
function writeBeginning(from, to, wanted) {
  const file = openSync(from, 'r')
  const bytes = Buffer.alloc(Math.min(wanted, statSync(from).size))
  readSync(file, bytes, 0, bytes.length, 0)
  closeSync(file)
  const magic = bytes.length < 24 ? 0 : bytes.readUInt32LE(0)
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d
  if (!little && magic !== 0xd4c3b2a1 && magic !== 0x4d3cb2a1) return null
  let end = 24
  while (end + 16 <= bytes.length) {
    const captured = little ? bytes.readUInt32LE(end + 8) : bytes.readUInt32BE(end + 8)
    if (end + 16 + captured > bytes.length) break
    end += 16 + captured
  }
  const cut = openSync(to, 'w')
  writeSync(cut, bytes, 0, end)
  closeSync(cut)
  return end
}

function readThrough(path) {
  const file = openSync(path, 'r')
  const bytes = Buffer.alloc(2 ** 20)
  while (readSync(file, bytes, 0, bytes.length, null) > 0);
  closeSync(file)
}

function installed({ command }) {
  return !spawnSync(command('')[0], ['--version'], { stdio: 'ignore' }).error
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function ms(seconds) {
  return `${(seconds * 1000).toFixed(0)} ms`
}

function fail(message) {
  console.error(`bench: ${message}`)
  process.exit(2)
}
