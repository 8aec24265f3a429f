/** @module-tag long */
/**
 * `smblens live` when something goes wrong around it: each of its processes is killed and stopped, disks are full, readers do not read, interfaces
 * disappear, and the user's environment is hostile. After each test nothing is left: no process, no file, no folder.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, type World, waitFor, whyNoWorld } from '../support/namespaces.ts'
import {
  descriptorsOf,
  environmentOf,
  family,
  inNamespace,
  pidOf,
  type Role,
  roleOf,
  statusOf,
} from '../support/processes.ts'
import { BIN, environment, hasProgram, records } from '../support/smblens.ts'

const why = whyNoWorld(['tcpdump', 'mount', 'mkfifo', 'ss'])
const NOBODY = 65_534
const ROLES: readonly Role[] = ['front', 'parser', 'launcher', 'guard', 'program']

type LiveRecord = Record<string, unknown>

describe.skipIf(why !== null)(`a live capture under faults${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let world: World
  let network: string
  const mounts: string[] = []
  const runs: ChildProcess[] = []
  let made = 0

  beforeAll(async () => {
    world = makeWorld()
    // A namespace is identified by the number that a process in it shows.
    network = (await world.client.run('readlink', ['/proc/self/ns/net'])).stdout.trim()
  })
  afterAll(() => world.remove())
  afterEach(async () => {
    try {
      await waitFor('all processes to be gone', () => inNamespace(network).length === 0)
    } finally {
      for (const { pid } of inNamespace(network)) kill(pid, 'SIGKILL')
      for (const at of mounts.splice(0)) spawnSync('umount', ['-l', at])
      runs.splice(0)
    }
    expect(spools()).toEqual([])
  })

  /** A folder of this test, where every user may write. */
  function folder(): string {
    const path = join(world.shared, `fault-${++made}`)
    mkdirSync(path)
    chmodSync(path, 0o777)
    return path
  }

  function tinyDisk(kilobytes: number): string {
    const path = folder()
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=1777`, 'tmpfs', path])
    if (status !== 0) throw new Error(String(stderr))
    mounts.push(path)
    return path
  }

  interface Options {
    args?: readonly string[]
    env?: Record<string, string>
    /** Replaces a pipe that is read. */
    stdout?: number
    /** A shell line that runs first, in the same mount namespace. */
    first?: string
  }

  function start({ args = [], env = {}, stdout, first }: Options = {}) {
    const live = [process.execPath, BIN, 'live', '-i', 'eth0', '-f', 'ndjson', '--heartbeat', '1', ...args]
    const command = first === undefined ? live : ['bash', '-c', `${first}; exec "$@"`, 'bash', ...live]
    const child = spawn('ip', ['netns', 'exec', world.client.name, ...command], {
      env: environment(env),
      stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    })
    runs.push(child)
    let text = ''
    let errors = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk
    })
    const closed = once(child, 'close')
    const seen = () => records(text)
    return {
      child,
      pid: child.pid!,
      records: seen,
      stderr: () => errors,
      beats: () => of(seen(), 'heartbeat'),
      warnings: () =>
        of(seen(), 'heartbeat').flatMap((beat) => (beat['warnings'] as LiveRecord[]).map(({ code }) => code)),
      role: (role: Role) => pidOf(role, child.pid!),
      async begun() {
        await waitFor('the first heartbeat', () => {
          if (child.exitCode !== null) throw new Error(`it ended with status ${child.exitCode}: ${errors}`)
          return of(seen(), 'heartbeat').length > 0
        })
      },
      /** Its exit status, or the signal that ended it. */
      async ended(): Promise<number | string | null> {
        await closed
        return child.signalCode ?? child.exitCode
      },
      async stop() {
        child.kill('SIGTERM')
        await closed
        return child.signalCode ?? child.exitCode
      },
    }
  }

  /** Sends this many packets to VXLAN's port, which pass the filter. */
  async function send(packets: number): Promise<void> {
    const script = `
      const socket = require('node:dgram').createSocket('udp4')
      let left = ${packets}
      const next = () => left-- === 0 ? socket.close() : socket.send('0123456789', 4789, '${world.client.address}', next)
      next()`
    const { status, stderr } = await world.server.run(process.execPath, ['-e', script])
    expect(status, stderr).toBe(0)
  }

  // --- killed processes

  it('ends with the reason, a summary and status 3 if the privileged process is killed', async () => {
    const live = start()
    await live.begun()
    kill(await live.role('launcher'), 'SIGKILL')
    expect(await live.ended()).toBe(3)
    expect(live.stderr()).toBe(
      'smblens: the process that captures for smblens ended (SIGKILL), and its programs with it\n',
    )
    expect(live.records().at(-1)).toMatchObject({ type: 'summary', loss: [{ interface: 'eth0' }] })
    expect(of(live.records(), 'capture')[0]).toMatchObject({
      complete: false,
      warnings: [{ code: 'capture-lost' }],
    })
  })

  it('starts the capture program again if it is killed, and keeps its counts', async () => {
    // IPv6 by itself reports its multicast groups, behind an extension header, and the built-in filter passes that.
    const live = start({ args: ['--filter', 'udp port 4789'] })
    await live.begun()
    await send(50)
    // Measured at each heartbeat.
    await waitFor('the count', () => Number(lossOf(live.beats().at(-1)!)['received']) >= 50)
    kill(await live.role('program'), 'SIGKILL')
    await waitFor('its return', () => live.warnings().includes('interface-up'))
    await send(20)
    await waitFor('the rest', () => Number(live.beats().at(-1)!['packets']) >= 70)
    expect(await live.stop()).toBe(0)
    const loss = lossOf(live.records().at(-1)!)
    expect(loss).toMatchObject({ delivered: 70, droppedByKernel: 0, atLeast: true, left: null })
    expect(loss['received']).toBeGreaterThanOrEqual(70)
  })

  it('says so, with status 3, if the process that reads packets is killed', async () => {
    const live = start({ args: ['--write', join(folder(), 'kept.pcapng')] })
    await live.begun()
    kill(await live.role('parser'), 'SIGKILL')
    expect(await live.ended()).toBe(3)
    expect(live.stderr()).toContain('the process that reads packets ended (SIGKILL)')
  })

  it('ends properly if the supervisor is killed', async () => {
    const live = start()
    await live.begun()
    kill(live.pid, 'SIGKILL')
    expect(await live.ended()).toBe('SIGKILL')
    expect(live.records().at(-1)).toMatchObject({ type: 'summary' })
  })

  it('starts another guard if the guard is killed', async () => {
    const live = start()
    await live.begun()
    const guard = await live.role('guard')
    for (const { pid } of family(guard)) kill(pid, 'SIGKILL')
    await waitFor('another guard', () =>
      family(live.pid).some((each) => roleOf(each, live.pid) === 'guard' && each.pid !== guard),
    )
    expect(await live.stop()).toBe(0)
  })

  // --- stopped processes

  it('continues with a warning if the capture program is stopped', async () => {
    const live = start()
    await live.begun()
    kill(await live.role('program'), 'SIGSTOP')
    await waitFor('the warning', () => live.warnings().includes('interface-down'))
    await send(30)
    await waitFor('its return', () => live.warnings().includes('interface-up'))
    await waitFor('the packets', () => Number(live.beats().at(-1)!['packets']) === 30)
    expect(live.stderr()).toContain('SIGSTOP')
    expect(await live.stop()).toBe(0)
    expect(lossOf(live.records().at(-1)!)).toMatchObject({ received: 30, delivered: 30, left: 0, atLeast: false })
  })

  it('reports that the privileged process does not answer, and ends, if that is stopped', async () => {
    const live = start()
    await live.begun()
    kill(await live.role('launcher'), 'SIGSTOP')
    await waitFor('the warning', () => live.warnings().includes('capture-silent'))
    await send(10)
    await waitFor('packets all the same', () => Number(live.beats().at(-1)!['packets']) === 10)
    expect(await live.stop()).toBe(0)
    expect(live.records().at(-1)).toMatchObject({ type: 'summary', packets: 10 })
  })

  it('is killed at the end if the process that reads packets is stopped', async () => {
    const live = start()
    await live.begun()
    kill(await live.role('parser'), 'SIGSTOP')
    expect(await live.stop()).toBe('SIGTERM')
  })

  it('ends everything but the supervisor if that is stopped', async () => {
    const live = start()
    await live.begun()
    const parser = await live.role('parser')
    kill(live.pid, 'SIGSTOP')
    kill(parser, 'SIGTERM')
    await waitFor('the others to end', () => inNamespace(network).length === 1)
    kill(live.pid, 'SIGCONT')
    expect(await live.ended()).toBe(0)
    expect(live.records().at(-1)).toMatchObject({ type: 'summary' })
  })

  // --- signals

  it('opens no inspector at SIGUSR1 in any of its processes, and continues', async () => {
    const live = start()
    await live.begun()
    const family_ = family(live.pid)
    expect(new Set(family_.map((each) => roleOf(each, live.pid)))).toEqual(new Set(ROLES))
    // The signal kills a shell, and another one is started.
    for (const { pid } of family_) kill(pid, 'SIGUSR1')
    const { length } = live.beats()
    await waitFor('two more heartbeats', () => live.beats().length > length + 1)
    expect((await world.client.run('ss', ['-H', '-l', '-t', '-n'])).stdout).toBe('')
    expect(await live.stop()).toBe(0)
  })

  it.each([
    ['scan', ['scan', '-']],
    ['messages', ['messages', '-']],
    ['live over a pipe', ['live', '-i', '-']],
  ])('opens none in %s either', async (_, args) => {
    const child = world.client.spawn(process.execPath, [BIN, ...args], { stdio: ['pipe', 'ignore', 'ignore'] })
    // It waits for the capture once it has loaded everything.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    kill(child.pid!, 'SIGUSR1')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(child.exitCode ?? child.signalCode).toBeNull()
    expect((await world.client.run('ss', ['-H', '-l', '-t', '-n'])).stdout).toBe('')
    child.stdin!.end()
    await once(child, 'close')
  })

  it('ends by itself after the requested time', async () => {
    const live = start({ args: ['--duration', '1'] })
    expect(await live.ended()).toBe(0)
    expect(live.stderr()).toBe('')
    expect(live.records().at(-1)).toMatchObject({ type: 'summary' })
  })

  it.each(['SIGINT', 'SIGHUP'] as const)('ends with a summary at %s, as at SIGTERM', async (signal) => {
    const live = start()
    await live.begun()
    live.child.kill(signal)
    expect(await live.ended()).toBe(0)
    expect(live.records().at(-1)).toMatchObject({ type: 'summary' })
  })

  // --- readers

  it('ends if the reader of standard output stops reading, with the summary on standard error', async () => {
    const pipe = fullPipe(join(folder(), 'pipe'))
    const file = join(folder(), 'kept.pcapng')
    const live = start({ stdout: pipe.writeEnd, args: ['--write', file] })
    await waitFor('the capture', () => existsSync(file))
    await live.role('program')
    expect(await live.stop()).toBe(2)
    expect(live.stderr()).toContain('the output has no reader')
    expect(live.stderr()).toMatch(/the summary: \d+ packets/)
    pipe.close()
  })

  it('ends at once at the second signal', async () => {
    const pipe = fullPipe(join(folder(), 'pipe'))
    const file = join(folder(), 'kept.pcapng')
    const live = start({ stdout: pipe.writeEnd, args: ['--write', file] })
    await waitFor('the capture', () => existsSync(file))
    await live.role('program')
    live.child.kill('SIGTERM')
    // Now it waits for the reader.
    await new Promise((resolve) => setTimeout(resolve, 300))
    live.child.kill('SIGTERM')
    expect(await live.ended()).toBe('SIGTERM')
    expect(live.stderr()).not.toContain('the summary')
    pipe.close()
  })

  it('loses nothing for a slow reader', async () => {
    const pipe = fullPipe(join(folder(), 'pipe'))
    const live = start({ stdout: pipe.writeEnd })
    await live.role('program')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    live.child.kill('SIGTERM')
    let text = ''
    while (live.child.exitCode === null && live.child.signalCode === null) {
      text += pipe.read(8192)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    text += pipe.read(1 << 20)
    expect(await live.ended()).toBe(0)
    const all = records(text.replace(/^x+\n?/, ''))
    expect(all.at(-1)).toMatchObject({ type: 'summary' })
    expect(of(all, 'heartbeat').length).toBeGreaterThan(0)
    pipe.close()
  })

  it('waits for the reader of a named pipe, and ends if none comes', async () => {
    const fifo = join(folder(), 'fifo')
    makeFifo(fifo)
    const live = start({ args: ['-o', fifo] })
    await live.role('program')
    expect(await live.stop()).toBe(2)
    expect(live.stderr()).toContain('the output has no reader')
  })

  it('gives a late reader of a named pipe the earlier records too', async () => {
    const fifo = join(folder(), 'fifo')
    makeFifo(fifo)
    const live = start({ args: ['-o', fifo] })
    await live.role('program')
    const reader = spawn('cat', [fifo])
    let text = ''
    reader.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    await waitFor('a heartbeat', () => of(records(text), 'heartbeat').length > 0)
    expect(await live.stop()).toBe(0)
    await waitFor('the summary', () => records(text).at(-1)?.['type'] === 'summary')
  })

  it('saves no packets to a named pipe', async () => {
    const fifo = join(folder(), 'fifo')
    makeFifo(fifo)
    const live = start({ args: ['--write', fifo] })
    expect(await live.ended()).toBe(2)
    expect(live.stderr()).toContain('is a device or a pipe')
  })

  // --- programs

  it('ends on request if the capture program never becomes ready', async () => {
    const live = start({ first: fakeTcpdump('exec sleep 1000') })
    await waitFor('the program', () => family(live.pid).some(({ command }) => command.includes('1000')))
    expect(await live.stop()).toBe(3)
    expect(live.stderr()).toContain('the capture was ended before it had begun')
    expect(live.records().at(-1)).toMatchObject({ type: 'summary', packets: 0, loss: [{ received: null }] })
  })

  it('gives up by itself if the capture program never becomes ready, and names it', async () => {
    const live = start({ first: fakeTcpdump('exec sleep 1000'), args: ['--capture-with', 'tcpdump'] })
    expect(await live.ended()).toBe(3)
    expect(live.stderr()).toContain('tcpdump was started and is not ready after')
  })

  function fakeTcpdump(script: string): string {
    const file = join(folder(), 'tcpdump')
    writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    const real = spawnSync('sh', ['-c', 'readlink -f "$(command -v tcpdump)"'], { encoding: 'utf8' }).stdout.trim()
    // Mounts made in "ip netns exec" disappear when it ends.
    return `mount --bind ${file} ${real}`
  }

  it('starts no program, not even "id", from a folder that others may write to', async () => {
    const programs = folder()
    for (const name of ['tcpdump', 'dumpcap', 'id', 'sh', 'node'])
      writeFileSync(join(programs, name), `#!/bin/sh\necho ${name} >>${programs}/ran\n`, { mode: 0o755 })
    const owned = folder()
    for (const name of ['tcpdump', 'id']) {
      writeFileSync(join(owned, name), `#!/bin/sh\necho ${name} >>${programs}/ran\n`, { mode: 0o755 })
      chownSync(join(owned, name), NOBODY, NOBODY)
    }
    chmodSync(owned, 0o755)
    const live = start({
      env: { PATH: `${programs}:${owned}:${process.env['PATH']}` },
      args: ['--user', 'nobody'],
    })
    await live.begun()
    expect(await live.stop()).toBe(0)
    expect(existsSync(join(programs, 'ran'))).toBe(false)
  })

  it('gives the process that reads packets no rights and nothing of the user’s environment and descriptors', async () => {
    const stray = join(folder(), 'stray')
    writeFileSync(stray, 'a secret')
    const env = { SMBL_SECRET: 'open sesame', NODE_OPTIONS: '--no-warnings', LD_BIND_NOW: '1' }
    const live = start({ env, first: `exec 7<${stray} 27<${stray}` })
    await live.begun()
    for (const role of ['parser', 'launcher', 'guard', 'program'] as const) {
      const pid = await live.role(role)
      const names = environmentOf(pid).map((each) => each.split('=')[0])
      for (const name of Object.keys(env)) expect(names, role).not.toContain(name)
      expect(descriptorsOf(pid), role).not.toContain(stray)
    }
    for (const role of ['front', 'parser'] as const) {
      const pid = await live.role(role)
      expect(statusOf(pid, 'Uid'), role).toBe(`${NOBODY}\t${NOBODY}\t${NOBODY}\t${NOBODY}`)
      expect(statusOf(pid, 'CapEff'), role).toMatch(/^0+$/)
    }
    expect(await live.stop()).toBe(0)
  })

  // --- disks

  it('ends with status 2 if the disk of -o is full, with complete lines only', async () => {
    const disk = tinyDisk(16)
    const log = join(disk, 'smb.ndjson')
    // Room for a few records.
    writeFileSync(log, '{"type":"heartbeat"}\n'.repeat(700))
    chownSync(log, NOBODY, NOBODY)
    const live = start({ args: ['-o', log] })
    expect(await live.ended()).toBe(2)
    expect(live.stderr()).toContain('cannot be written (ENOSPC): free some space')
    const text = readFileSync(log, 'utf8')
    expect(text).toContain('"uptimeMs"')
    expect(text.endsWith('\n')).toBe(true)
    records(text)
  })

  it('starts on a new line if an earlier run ended in half a line', async () => {
    const log = join(folder(), 'smb.ndjson')
    writeFileSync(log, '{"type":"heartbeat"}\n{"type":"hea')
    chownSync(log, NOBODY, NOBODY)
    const live = start({ args: ['-o', log] })
    await waitFor('a heartbeat', () => readFileSync(log, 'utf8').split('\n').length > 3)
    expect(await live.stop()).toBe(0)
    const lines = readFileSync(log, 'utf8').split('\n')
    expect(lines[1]).toBe('{"type":"hea')
    for (const line of [lines[0]!, ...lines.slice(2, -1)]) JSON.parse(line)
  })

  it('ends with status 2 if the disk of --write is full', async () => {
    const disk = tinyDisk(8)
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(8192))
    const live = start({ args: ['--write', join(disk, 'kept.pcapng')] })
    expect(await live.ended()).toBe(2)
    expect(live.stderr()).toMatch(/--write .*kept\.pcapng: the disk is full/)
  })

  it('saves packets where no other user can read them', async () => {
    const file = join(folder(), 'kept.pcapng')
    const live = start({ args: ['--write', file] })
    await live.begun()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await live.stop()).toBe(0)
  })

  // --- interfaces

  it('keeps its counts if the interface is deleted', async () => {
    const ip = async (...args: string[]) => expect((await world.client.run('ip', args)).status).toBe(0)
    await ip('link', 'add', 'name', '42', 'type', 'veth', 'peer', 'name', 'p42')
    for (const end of ['42', 'p42']) await ip('link', 'set', end, 'up')
    const live = start({ args: ['-i', '42'] })
    await live.begun()
    await send(40)
    await waitFor('the count', () => live.beats().some((beat) => Number(lossOf(beat)['received']) >= 40))
    expect(lossOf(live.beats().at(-1)!, 1)).toMatchObject({ interface: '42', received: expect.any(Number) })
    await ip('link', 'delete', '42')
    await waitFor('the warning', () => live.warnings().includes('interface-down'))
    const { length } = live.beats()
    // Meanwhile it tries again without success.
    await waitFor('three more heartbeats', () => live.beats().length > length + 2)
    expect(await live.stop()).toBe(0)
    const summary = live.records().at(-1)!
    expect(lossOf(summary)).toMatchObject({ received: 40, delivered: 40, droppedByKernel: 0, left: 0, atLeast: false })
    expect(lossOf(summary, 1)).toMatchObject({
      interface: '42',
      state: 'down',
      received: expect.any(Number),
      droppedByKernel: expect.any(Number),
    })
  })

  it('finds the programs that can capture even if there is only a loopback that is down', () => {
    const line = 'mount -t sysfs sysfs /sys && exec "$0" "$1" interfaces -f json'
    const command = ['--net', '--mount', 'sh', '-c', line, process.execPath, BIN]
    const { status, stdout } = spawnSync('unshare', command, { encoding: 'utf8', env: environment() })
    const { interfaces, programs } = JSON.parse(stdout)
    expect(interfaces[0]).toMatchObject({ name: 'lo', state: 'down' })
    expect(programs[0]).toMatchObject({ program: 'tcpdump', canCapture: true })
    expect(status).toBe(0)
  })

  it.each(['a@b', '1', 'x\\y'])('accepts the interface name %s', async (name) => {
    const ip = async (...args: string[]) => expect((await world.client.run('ip', args)).status).toBe(0)
    await ip('link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', 'odd')
    await ip('link', 'set', name, 'up')
    const live = start({ args: ['-i', name, '--duration', '1'] })
    expect(await live.ended(), live.stderr()).toBe(0)
    expect(lossOf(live.records().at(-1)!, 1)).toMatchObject({ interface: name, received: expect.any(Number) })
    await ip('link', 'delete', name)
  })

  it('does not read a number as an index in a list of interfaces', async () => {
    const live = start({ args: ['-i', '2'] })
    expect(await live.ended()).toBe(2)
    expect(live.stderr()).toMatch(/^smblens: there is no interface "2": there are /)
  })

  it('reads what the kernel still holds at the end, and accounts for all of it', async () => {
    const live = start()
    await live.begun()
    await Promise.all([send(20_000), send(20_000)])
    expect(await live.stop()).toBe(0)
    const { received, delivered, droppedByKernel, left, atLeast } = lossOf(live.records().at(-1)!)
    expect(atLeast).toBe(false)
    expect(received).toBe(40_000)
    expect(Number(delivered) + Number(droppedByKernel) + Number(left)).toBe(received)
    expect(left).toBe(0)
  })

  it.skipIf(!hasProgram('dumpcap'))('keeps dumpcap’s count from before it was killed', async () => {
    const live = start({ args: ['--capture-with', 'dumpcap'] })
    await live.begun()
    kill(await live.role('program'), 'SIGKILL')
    await waitFor('its return', () => live.warnings().includes('interface-up'))
    await send(5)
    await waitFor('the packets', () => Number(live.beats().at(-1)!['packets']) === 5)
    expect(await live.stop()).toBe(0)
    expect(lossOf(live.records().at(-1)!)).toMatchObject({ received: 5, atLeast: true, left: null })
  })

  // --- helpers of readers

  /** A pipe that stays full until it is read. */
  function fullPipe(path: string) {
    makeFifo(path)
    const readEnd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    const writeEnd = openSync(path, constants.O_WRONLY)
    const filler = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    for (let size = 4096; size >= 1; ) {
      try {
        writeSync(filler, 'x'.repeat(size))
      } catch {
        size = Math.floor(size / 2)
      }
    }
    closeSync(filler)
    return {
      writeEnd,
      read(bytes: number): string {
        const buffer = Buffer.alloc(bytes)
        try {
          return buffer.toString('utf8', 0, readSync(readEnd, buffer))
        } catch {
          return ''
        }
      },
      close() {
        closeSync(writeEnd)
        closeSync(readEnd)
      },
    }
  }
})

function makeFifo(path: string): void {
  expect(spawnSync('mkfifo', ['-m', '0666', path]).status).toBe(0)
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended in the meantime.
  }
}

/** In the folder for temporary files that this test file has to itself (test/support/setup/own-folder.ts). */
function spools(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('smblens-spool-'))
}

function of(all: readonly LiveRecord[], type: string): LiveRecord[] {
  return all.filter((record) => record['type'] === type)
}

function lossOf(record: LiveRecord, place = 0): LiveRecord {
  return (record['loss'] as LiveRecord[])[place]!
}
