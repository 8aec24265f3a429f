// Two network namespaces with a cable between them: packets are played into one end, and the measured program listens at the other. The machine's own
// network is not touched.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** The longest frame that the cable carries: the largest MTU of a veth, and an Ethernet header. */
const MAX_FRAME = 65535 + 14
const PCAP_MAGIC = 0xa1b2c3d4
const ETHERNET = 1
const FILE_HEADER = 24
const RECORD_HEADER = 16

/** Why this machine cannot do it; null if it can. */
export function whyNoCable() {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid() !== 0) return 'needs root, for network namespaces'
  for (const [program, argument] of [
    ['ip', '-V'],
    ['tcpreplay', '--version'],
    ['tcpdump', '--version'],
  ]) {
    if (spawnSync(program, [argument], { stdio: 'ignore' }).error) return `needs ${program}, which is not installed`
  }
  return null
}

/** @returns {{ near: string, far: string, remove: () => void }} Names of the namespaces: `near` sends, `far` listens; both devices are eth0. */
export function makeCable() {
  const [near, far] = ['near', 'far'].map((end) => `smbl-b${process.pid}-${end}`)
  let there = true
  const remove = () => {
    if (!there) return
    there = false
    for (const name of [near, far]) {
      for (const pid of pidsIn(name)) kill(pid, 'SIGKILL')
      spawnSync('ip', ['netns', 'delete', name])
    }
  }
  process.on('exit', remove)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
  for (const name of [near, far]) must('ip', 'netns', 'add', name)
  must('ip', '-n', near, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', far)
  for (const name of [near, far]) {
    // No addresses, so that neither end sends packets by itself.
    must('ip', '-n', name, 'link', 'set', 'eth0', 'addrgenmode', 'none')
    must('ip', '-n', name, 'link', 'set', 'eth0', 'mtu', '65535', 'up')
    must('ip', '-n', name, 'link', 'set', 'lo', 'up')
  }
  return { near, far, remove }
}

/** Packets of the device so far, as the kernel counts them. */
export function counters(namespace) {
  const [device] = JSON.parse(must('ip', '-n', namespace, '-s', '-j', 'link', 'show', 'eth0'))
  const { rx, tx } = device.stats64
  return { received: rx.packets, receiveDropped: rx.dropped, sent: tx.packets, sendDropped: tx.dropped }
}

/** Starts a program in a namespace; `onLine` gets the lines of its standard output, errors() returns the end of its standard error. */
export function listen(namespace, argv, onLine = () => {}) {
  const child = spawn('ip', ['netns', 'exec', namespace, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let rest = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors = (errors + text).slice(-10_000)
  })
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    for (const line of lines) onLine(line)
  })
  return {
    child,
    ended,
    errors: () => errors.trim(),
    stop() {
      child.kill('SIGINT')
      return ended
    },
  }
}

/** Resolves when a program in the namespace has opened a packet socket on its device. */
export async function untilListening(namespace, { child, errors }) {
  for (;;) {
    // The first line is a heading.
    const sockets = must('ip', 'netns', 'exec', namespace, 'cat', '/proc/net/packet').trim().split('\n').length - 1
    if (sockets > 0) return
    if (child.exitCode !== null) throw new Error(`it ended before it listened: ${errors()}`)
    await sleep(50)
  }
}

/**
 * Starts to play a capture into the near end; resolves to how many packets went out, when all have.
 *
 * @param {{ rate: number | null, loops: number | null, seconds?: number, unique?: boolean }} how `rate` in packets/s, null is as fast as it goes;
 *   `loops` null is until `seconds` have passed; `unique` gives every loop other addresses
 */
export function play(namespace, file, { rate, loops, seconds, unique = false }) {
  const speed = rate === null ? '--topspeed' : `--pps=${rate}`
  const argv = ['netns', 'exec', namespace, 'tcpreplay', '-i', 'eth0', speed, `--loop=${loops ?? 0}`, '--preload-pcap']
  if (seconds !== undefined) argv.push(`--duration=${seconds}`)
  if (unique) argv.push('--unique-ip')
  const child = spawn('ip', [...argv, file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => {
      const number = (what) => Number(new RegExp(`${what}:\\s+(\\d+)`).exec(said)?.[1] ?? Number.NaN)
      const sent = number('Successful packets')
      const elapsed = Number(/in ([\d.]+) seconds/.exec(said)?.[1] ?? Number.NaN)
      if (status !== 0 || Number.isNaN(sent))
        return reject(new Error(`tcpreplay: ${said.trim() || `status ${status}`}`))
      resolve({ sent, failed: number('Failed packets'), seconds: elapsed })
    })
  })
}

/**
 * The first `limit` packets of an Ethernet pcap file, without those that the cable cannot carry.
 *
 * @returns how many were written, and how many left out
 */
export function sendable(from, to, limit) {
  const input = openSync(from, 'r')
  const output = openSync(to, 'w')
  const bytes = Buffer.alloc(4 * 2 ** 20)
  let end = readSync(input, bytes, 0, bytes.length, null)
  const head = bytes.subarray(0, FILE_HEADER)
  if (end < FILE_HEADER || head.readUInt32LE(0) !== PCAP_MAGIC || head.readUInt32LE(20) !== ETHERNET) {
    throw new Error(`${from}: only little-endian pcap files of Ethernet can be played (editcap -F pcap makes one)`)
  }
  writeSync(output, head)
  let at = FILE_HEADER
  let packets = 0
  let leftOut = 0
  while (packets < limit) {
    const captured = end - at < RECORD_HEADER ? 0 : bytes.readUInt32LE(at + 8)
    const length = RECORD_HEADER + captured
    if (length > bytes.length) throw new Error(`${from}: damaged after ${packets + leftOut} packets`)
    if (end - at < length) {
      bytes.copyWithin(0, at, end)
      end -= at
      at = 0
      const more = readSync(input, bytes, end, bytes.length - end, null)
      if (more === 0) break
      end += more
      continue
    }
    if (captured <= MAX_FRAME && captured >= 14) {
      writeSync(output, bytes, at, length)
      packets++
    } else leftOut++
    at += length
  }
  closeSync(input)
  closeSync(output)
  return { packets, leftOut }
}

/** How many packets of a file pass a filter. */
export function passing(file, filter) {
  const count = /^(\d+) packet/m.exec(must('tcpdump', '-r', file, '--count', filter))?.[1]
  if (count === undefined) throw new Error('tcpdump does not count packets: 4.99 or newer is needed')
  return Number(count)
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function pidsIn(namespace) {
  const { stdout, status } = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
  return status === 0 ? stdout.split('\n').filter(Boolean).map(Number) : []
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

function must(command, ...argv) {
  const { status, stdout, stderr, error } = spawnSync(command, argv, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${argv.join(' ')}: ${error?.message ?? stderr.trim()}`)
  return stdout
}
