/** @module-tag long */
/** `smblens live` on the screen, over real traffic: a Samba server, a client, and a terminal. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  makeWorld,
  runTraffic,
  type Samba,
  startSamba,
  type World,
  waitFor,
  whyNoWorld,
} from '../support/namespaces.ts'
import { family, pidOf } from '../support/processes.ts'
import { BIN, hasProgram, ROOT, smblens } from '../support/smblens.ts'
import { hasTmux, openTerminal, type Terminal } from '../support/terminal.ts'

const why = whyNoWorld() ?? (hasTmux ? (hasProgram('tcpdump') ? null : 'needs tcpdump') : 'needs tmux')

describe.skipIf(why !== null)(`a live capture on the screen${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let world: World
  let samba: Samba
  let terminal: Terminal | null = null
  beforeAll(async () => {
    world = makeWorld()
    samba = await startSamba(world)
  })
  afterAll(async () => {
    await samba.stop()
    world.remove()
  })
  afterEach(() => {
    terminal?.close()
    terminal = null
  })

  async function watch(...args: string[]): Promise<Terminal> {
    const inside = ['ip', 'netns', 'exec', world.server.name]
    terminal = openTerminal([...inside, process.execPath, BIN, 'live', '-i', 'eth0', ...args], { cwd: ROOT })
    await terminal.until('live 0:00')
    return terminal
  }

  /** In the folder for temporary files that this test file has to itself (test/support/setup/own-folder.ts). */
  const spools = () => readdirSync(tmpdir()).filter((name) => name.startsWith('smblens-spool-'))

  it('fills while sessions come, opens the frame that decides, and writes the packets', async () => {
    const t = await watch()
    await waitFor('the spool', () => spools().length === 1)
    await runTraffic(world, 'guest')
    await t.until(/Findings [1-9]/)
    expect(t.text()).toContain('Guest session')
    await t.until('0 lost (tcpdump)')
    t.keys('2')
    await t.until((each) => each.text().includes('[2 Findings'), 'the list of findings')
    t.keys('Enter')
    // Read again from the stored packets, decoded and marked.
    await t.until('SessionFlags')
    await t.until('SESSION_SETUP response')
    const file = join(world.shared, 'evidence.pcapng')
    t.keys('w')
    await t.until('evidence.pcapng')
    t.keys('C-u')
    t.type(file)
    t.keys('Enter')
    await t.until('packets written')
    expect(smblens(['scan', file, '-f', 'csv']).stdout).toContain('guest-session')
    t.keys('q')
    expect(await t.exitStatus()).toBe(0)
    expect(t.state()).toMatchObject({ alternate: false, cursorVisible: true })
    expect(spools()).toEqual([])
  })

  it('freezes the display with p', async () => {
    const t = await watch()
    await runTraffic(world, 'signed')
    await t.until('3 Sessions 1')
    t.keys('p')
    await runTraffic(world, 'signed')
    // The display still shows what was captured and lost. When the clock has advanced for a while, packets of both sessions have arrived.
    const clock = () => /live \d+:\d+:\d+/.exec(t.text())?.[0]
    for (let second = 0; second < 4; second++) {
      const before = clock()
      await t.until(() => clock() !== before, 'the clock to go on')
    }
    expect(t.text()).toContain('3 Sessions 1')
    expect(t.text()).toContain('0 lost (tcpdump)')
    t.keys('p')
    await t.until('3 Sessions 2')
    t.keys('q')
    expect(await t.exitStatus()).toBe(0)
  })

  it('ends after the duration, stays on the screen, and leaves a whole file', async () => {
    const file = join(world.shared, 'kept.pcapng')
    const t = await watch('--duration', '6', '--write', file)
    await runTraffic(world, 'encrypted')
    await t.until('ended after')
    await t.until('3 Sessions 1')
    t.keys('q')
    expect(await t.exitStatus()).toBe(0)
    expect(smblens(['scan', file]).stdout).toContain('1 session')
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('leaves the terminal as it was at %s', async (signal) => {
    const t = await watch()
    t.signal(signal)
    const number = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 }[signal]
    expect(await t.exitStatus()).toBe(128 + number)
    expect(t.state()).toMatchObject({ alternate: false, cursorVisible: true })
    expect(t.settings()).toEqual({ echo: true, canonical: true, signals: true })
    expect(spools()).toEqual([])
  })

  it('quits at Ctrl-C', async () => {
    const t = await watch()
    t.keys('C-c')
    expect(await t.exitStatus()).toBe(0)
    expect(t.settings()).toEqual({ echo: true, canonical: true, signals: true })
  })

  it('restores the terminal, deletes its packets and ends with 3 if the process that reads packets is killed', async () => {
    const t = await watch()
    const parser = await pidOf('parser', t.pid())
    process.kill(parser, 'SIGKILL')
    expect(await t.exitStatus()).toBe(3)
    expect(t.stderr()).toContain('the process that reads packets ended (SIGKILL)')
    expect(t.state()).toMatchObject({ alternate: false, cursorVisible: true })
    expect(t.settings()).toEqual({ echo: true, canonical: true, signals: true })
    expect(spools()).toEqual([])
  })

  it('ends if the privileged process is killed: the display stays, with the reason', async () => {
    const t = await watch()
    process.kill(await pidOf('launcher', t.pid()), 'SIGKILL')
    await t.until('ended after')
    t.keys('q')
    expect(await t.exitStatus()).toBe(3)
    expect(t.stderr()).toContain('the process that captures for smblens ended')
  })

  it('ends although the terminal no longer accepts output', async () => {
    const t = await watch()
    const pid = t.pid()
    const all = family(pid).map((each) => each.pid)
    t.freeze(true)
    // The terminal's buffer is full once it has drawn a little more.
    await new Promise((resolve) => setTimeout(resolve, 3000))
    process.kill(pid, 'SIGTERM')
    await waitFor('it to end', () => all.every((each) => !alive(each)))
    t.freeze(false)
    expect(await t.exitStatus()).toBe(143)
    expect(t.settings()).toEqual({ echo: true, canonical: true, signals: true })
  })

  it.each([
    ['cannot be written', '/proc', 'set TMPDIR to a folder that you may write to'],
    ['is not there', '/smbl/nowhere', 'set TMPDIR to a folder that you may write to'],
  ])('says what to do where the folder for packets %s', async (_, TMPDIR, what) => {
    const inside = ['ip', 'netns', 'exec', world.server.name]
    terminal = openTerminal([...inside, 'env', `TMPDIR=${TMPDIR}`, process.execPath, BIN, 'live', '-i', 'eth0'], {
      cwd: ROOT,
    })
    expect(await terminal.exitStatus()).toBe(2)
    expect(terminal.stderr()).toContain(what)
    expect(terminal.settings()).toEqual({ echo: true, canonical: true, signals: true })
  })

  it.each([
    ['from the start', 8],
    ['after a while', 0],
  ])('ends with status 2 where the disk for packets is full %s', async (_, ballast) => {
    const disk = join(world.shared, `tiny-${ballast}`)
    mkdirSync(disk)
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k,mode=1777', 'tmpfs', disk]).status).toBe(0)
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(ballast * 1024))
      const inside = ['ip', 'netns', 'exec', world.server.name, 'env', `TMPDIR=${disk}`]
      terminal = openTerminal([...inside, process.execPath, BIN, 'live', '-i', 'eth0'], { cwd: ROOT })
      if (ballast === 0) {
        await terminal.until('live 0:00')
        await connect(5000)
      }
      expect(await terminal.exitStatus()).toBe(2)
      expect(terminal.stderr()).toContain('(ENOSPC): free some space, or set TMPDIR to another folder')
      expect(readdirSync(disk)).toEqual(['ballast'])
    } finally {
      spawnSync('umount', [disk])
    }
  })

  /** Connections to port 139, where no process listens: two packets each, which are stored because they may become SMB. */
  async function connect(times: number): Promise<void> {
    const script = `
      const { connect } = require('node:net')
      let left = ${times}
      const next = () => left-- > 0 && connect(139, '${world.server.address}').on('error', next)
      for (let i = 0; i < 10; i++) next()`
    expect((await world.client.run(process.execPath, ['-e', script])).status).toBe(0)
  }

  it('leaves nothing behind when the terminal goes away', async () => {
    const t = await watch()
    const pid = t.pid()
    t.hangUp()
    await waitFor('it to end', () => !alive(pid))
    await waitFor('the spool to be gone', () => spools().length === 0)
  })
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
