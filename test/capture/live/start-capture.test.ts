/** @module-tag long */
/** The three programs, for real: on a veth pair between network namespaces. What needs root or a program that is not there is skipped. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CaptureProgram } from '../../../src/capture/live/programs/capture-programs.ts'
import type { CaptureRequest, InterfaceLoss } from '../../../src/capture/live/request/live-capture.ts'
import { hasProgram, ROOT } from '../../support/smblens.ts'
import {
  canMakeNamespaces,
  FAR,
  INTERFACE,
  ip,
  makeNamespaces,
  makePair,
  NEAR,
  removeNamespaces,
  send,
} from './namespaces.ts'

const THERE: Record<CaptureProgram, boolean> = {
  tcpdump: hasProgram('tcpdump'),
  dumpcap: hasProgram('dumpcap'),
  cap: hasCap(),
}
const PROGRAMS = ['tcpdump', 'dumpcap', 'cap'] as const

interface Event {
  event: string
  place?: number
  reason?: string
  code?: string
  message?: string
  program?: string
  uid?: string
  loss?: InterfaceLoss[]
  streams?: string[][]
}

interface Driver {
  child: ChildProcess
  /** All until now. */
  events: Event[]
  say(word: string): void
  /** The first of this name that is not yet taken; fails when the driver ends without it. */
  next(event: string): Promise<Event>
}

const AS_NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
const nobodyCanRead =
  spawnSync('setpriv', [...AS_NOBODY.slice(1), 'test', '-r', join(ROOT, 'dist/capture-launcher.cjs')]).status === 0
const why = nobodyCanRead ? '' : ' (skipped: nobody cannot read dist/, or there is no setpriv)'

const folder = mkdtempSync(join(tmpdir(), 'smblens-live-'))
const driverFile = join(folder, 'driver.mjs')
const drivers: ChildProcess[] = []

beforeAll(async () => {
  chmodSync(folder, 0o755)
  await build({
    entryPoints: [fileURLToPath(new URL('driver.ts', import.meta.url))],
    outfile: driverFile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    define: { 'import.meta.dirname': JSON.stringify(join(ROOT, 'dist')) },
  })
})

afterAll(() => rmSync(folder, { recursive: true }))

function hasCap(): boolean {
  try {
    createRequire(import.meta.url)('cap')
    return true
  } catch {
    return false
  }
}

function request(program: CaptureRequest['with'], more: Partial<CaptureRequest> = {}): CaptureRequest {
  return {
    interfaces: [INTERFACE],
    with: program,
    filter: 'udp port 88',
    snapLength: 65_535,
    bufferBytes: 4 << 20,
    promiscuous: true,
    ...more,
  }
}

/** @param programs a folder whose programs are taken before others; then it runs outside the namespaces */
function drive(asked: CaptureRequest, { drop = false, prefix = [] as string[], programs = '' } = {}): Driver {
  const { PATH } = process.env
  const where = programs === '' ? ['ip', 'netns', 'exec', NEAR] : ['env', `PATH=${programs}:${PATH}`]
  const [file, ...args] = [...where, ...prefix, process.execPath, driverFile]
  const child = spawn(file!, [...args, JSON.stringify({ request: asked, drop })], { stdio: ['pipe', 'pipe', 'pipe'] })
  drivers.push(child)
  const events: Event[] = []
  let taken = 0
  let wake = () => {}
  let over = false
  let faults = ''
  createInterface({ input: child.stdout })
    .on('line', (line) => {
      events.push(JSON.parse(line))
      wake()
    })
    .on('close', () => {
      over = true
      wake()
    })
  child.stderr.on('data', (text) => {
    faults += text
  })
  return {
    child,
    events,
    say: (word) => child.stdin.write(`${word}\n`),
    async next(event) {
      for (;;) {
        const at = events.findIndex((each, i) => i >= taken && each.event === event)
        if (at >= 0) {
          taken = at + 1
          return events[at]!
        }
        if (over) throw new Error(`no ${event} in ${JSON.stringify(events)} ${faults}`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

/** Polls until the driver has this many packets: they come with an unknown delay. */
async function packets(driver: Driver, count: number): Promise<string[]> {
  for (;;) {
    driver.say('packets')
    const { streams } = await driver.next('packets')
    const all = streams!.flat()
    if (all.length >= count) return all
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function stop(driver: Driver): Promise<Event> {
  driver.say('stop')
  return await driver.next('stopped')
}

function texts(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `n${String(from + i).padStart(7, '0')}`)
}

/** Everything that descends from a process. */
function family(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(Number(name)) === pid)
    .map(Number)
  return children.flatMap((child) => [child, ...family(child)])
}

/** The one that captures: neither the launcher nor its guard. */
function programOf(pids: readonly number[]): number {
  return pids.find((pid) => !/capture-launcher|smblens-guard/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1')))!
}

function parentOf(pid: number): number | null {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return null
  }
}

function status(pid: number, field: string): string {
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
}

describe.skipIf(!canMakeNamespaces)(
  `capturing on a veth pair${canMakeNamespaces ? '' : ' (skipped: needs root and ip netns)'}`,
  () => {
    beforeAll(makeNamespaces)
    afterAll(removeNamespaces)
    afterEach(() => {
      for (const child of drivers.splice(0)) child.kill('SIGKILL')
    })

    for (const program of PROGRAMS) {
      describe.skipIf(!THERE[program])(`by ${program}${THERE[program] ? '' : ' (skipped: not installed)'}`, () => {
        it('delivers every packet, and counts when it ends', async () => {
          const driver = drive(request(program), { drop: true })
          expect((await driver.next('started')).program).toBe(program)
          await driver.next('stream')
          send(texts(0, 500))
          expect(await packets(driver, 500)).toEqual(texts(0, 500))
          driver.say('loss')
          const [running] = (await driver.next('loss')).loss!
          expect(running).toMatchObject(
            program === 'tcpdump'
              ? { received: 500, droppedByKernel: 0, droppedByInterface: 0 }
              : { received: null, droppedByKernel: null, droppedByInterface: null },
          )
          const { loss } = await stop(driver)
          expect(loss).toMatchObject([
            program === 'cap'
              ? { interface: INTERFACE, received: 500, droppedByKernel: null, droppedByInterface: null }
              : { interface: INTERFACE, received: 500, droppedByKernel: 0, droppedByInterface: 0 },
          ])
        })

        it('continues after its interface was down, and reports it', async () => {
          const driver = drive(request(program))
          await driver.next('started')
          await driver.next('stream')
          send(texts(0, 10))
          await packets(driver, 10)
          ip('-n', NEAR, 'link', 'set', INTERFACE, 'down')
          expect((await driver.next('down')).reason).toMatch(/smbl0 is down|went down/)
          ip('-n', NEAR, 'link', 'set', INTERFACE, 'up')
          await driver.next('up')
          restoreNeighbour()
          send(texts(10, 20))
          expect(await packets(driver, 20)).toEqual(texts(0, 20))
          await stop(driver)
        })

        it('continues after its interface was removed and came back', async () => {
          const driver = drive(request(program))
          await driver.next('started')
          await driver.next('stream')
          send(texts(0, 10))
          await packets(driver, 10)
          ip('-n', NEAR, 'link', 'del', INTERFACE)
          await driver.next('down')
          makePair()
          await driver.next('up')
          send(texts(10, 20))
          expect(await packets(driver, 20)).toEqual(texts(0, 20))
          const { loss } = await stop(driver)
          if (program !== 'cap') expect(loss![0]!.received).toBe(20)
        })

        it('ends although its interface is down', async () => {
          const driver = drive(request(program))
          await driver.next('started')
          ip('-n', NEAR, 'link', 'set', INTERFACE, 'down')
          await driver.next('down')
          const { loss } = await stop(driver)
          expect(loss).toHaveLength(1)
          ip('-n', NEAR, 'link', 'set', INTERFACE, 'up')
          restoreNeighbour()
        })

        it('has no rights where packets are parsed, and leaves nothing behind when main is killed', async () => {
          const driver = drive(request(program), { drop: true })
          const { uid } = await driver.next('started')
          expect(uid).toBe('65534\t65534\t65534\t65534')
          const pids = family(driver.child.pid!)
          // The launcher, its guard, which is two shells, and the program.
          expect(pids).toHaveLength(4)
          expect(status(driver.child.pid!, 'CapEff')).toMatch(/^0+$/)
          // Not even the program that captures holds any, once its interface is open.
          expect(status(programOf(pids), 'CapEff')).toMatch(/^0+$/)
          driver.child.kill('SIGKILL')
          await once(driver.child, 'exit')
          while (pids.some((pid) => existsSync(`/proc/${pid}`))) await new Promise((resolve) => setTimeout(resolve, 20))
        })

        it('reports what is wrong with a filter', async () => {
          const { code, message } = await drive(request(program, { filter: '-x tcp prt 445' })).next('refused')
          expect(code).toBe('bad-filter')
          expect(message).toContain('syntax error')
          expect(message).not.toContain('\n')
        })

        it('lists the interfaces where there is none of that name', async () => {
          const { code, message } = await drive(request(program, { interfaces: ['smbl9'] })).next('refused')
          expect(code).toBe('no-interface')
          expect(message).toBe('there is no interface "smbl9" (did you mean smbl0?): there are lo, smbl0, any')
        })

        it('captures several interfaces at once', async () => {
          ip('-n', NEAR, 'link', 'set', 'lo', 'up')
          const driver = drive(request(program, { interfaces: [INTERFACE, 'lo', 'any'] }))
          await driver.next('started')
          send(texts(0, 100))
          // Of the interface, and of all of them.
          expect((await packets(driver, 200)).sort()).toEqual([...texts(0, 100), ...texts(0, 100)].sort())
          expect((await stop(driver)).streams).toHaveLength(3)
        })
      })
    }

    it.skipIf(!THERE.tcpdump)('reports that the process with the rights was killed, and ends', async () => {
      const driver = drive(request('tcpdump'), { drop: true })
      await driver.next('started')
      const pids = family(driver.child.pid!)
      const [launcher] = pids
      const program = programOf(pids)
      process.kill(launcher!, 'SIGKILL')
      expect((await driver.next('lost')).reason).toBe(
        'the process that captures for smblens ended (SIGKILL), and its programs with it',
      )
      const { loss } = await stop(driver)
      expect(loss).toMatchObject([{ received: null, droppedByKernel: null }])
      // Without a packet.
      while (existsSync(`/proc/${program}`)) await new Promise((resolve) => setTimeout(resolve, 20))
    })

    it.skipIf(!THERE.tcpdump)('chooses tcpdump by itself, which counts losses while it runs', async () => {
      const driver = drive(request('auto'))
      expect((await driver.next('started')).program).toBe('tcpdump')
      await stop(driver)
    })

    it.skipIf(!nobodyCanRead)(`says what to do without the right to capture${why}`, async () => {
      const prefix = AS_NOBODY
      const { code, message } = await drive(request('auto'), { prefix }).next('refused')
      expect(code).toBe('no-rights')
      expect(message).toMatch(/^no permission to capture on smbl0; /)
      expect(message).toContain('sudo')
      expect(message).not.toContain('\n')
    })
  },
)

const noShell = process.platform === 'win32'
describe.skipIf(noShell)(`programs that end in odd ways${noShell ? ' (skipped: no shell)' : ''}`, () => {
  /** A tcpdump of a few lines of shell. */
  function fake(name: string, script: string): string {
    const programs = join(folder, name)
    mkdirSync(programs)
    writeFileSync(join(programs, 'tcpdump'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return programs
  }
  const listening = 'echo "tcpdump: listening on lo, link-type EN10MB (Ethernet)" >&2'
  const asked = request('tcpdump', { interfaces: ['lo'], filter: '' })

  afterEach(() => {
    for (const child of drivers.splice(0)) child.kill('SIGKILL')
  })

  it('fails to start: its message is escaped', async () => {
    const programs = fake('fails', "printf 'tcpdump: \\033[2J no memory\\n' >&2; exit 7")
    const { code, message } = await drive(asked, { programs }).next('refused')
    expect(code).toBe('failed')
    expect(message).toBe('capturing on lo could not be started; tcpdump: \\x1b[2J no memory')
  })

  it('ends without a message', async () => {
    const { message } = await drive(asked, { programs: fake('silent', 'exit 7') }).next('refused')
    expect(message).toBe('capturing on lo could not be started; tcpdump ended (status 7)')
  })

  it('ends after it began: it is started again, and its losses stay unknown', async () => {
    const driver = drive(asked, { programs: fake('brief', `${listening}; sleep 0.1; exit 1`) })
    for (let i = 0; i < 2; i++) {
      await driver.next('down')
      await driver.next('stream')
    }
    expect(driver.events.find(({ event }) => event === 'down')?.reason).toBe('tcpdump ended (status 1)')
    const { loss } = await stop(driver)
    expect(loss).toMatchObject([{ received: null, droppedByKernel: null, droppedByInterface: null }])
  })

  it('does not end on request: it is killed', async () => {
    const driver = drive(asked, { programs: fake('deaf', `trap '' TERM; ${listening}; while :; do sleep 0.1; done`) })
    await driver.next('started')
    expect((await stop(driver)).loss).toMatchObject([{ received: null }])
  })
})

/** Taken away with the interface. */
function restoreNeighbour(): void {
  const { stdout } = spawnSync('ip', ['-n', NEAR, '-json', 'link', 'show', INTERFACE], { encoding: 'utf8' })
  ip('-n', FAR, 'neighbour', 'replace', '192.0.2.1', 'lladdr', JSON.parse(stdout)[0].address, 'dev', 'smbl1')
}
