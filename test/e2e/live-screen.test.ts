/** `smblens live` on the screen, over real traffic: a Samba server, a client, and a terminal. */
import { readdirSync } from 'node:fs'
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

  const spools = () => readdirSync(tmpdir()).filter((name) => name.startsWith('smblens-spool-'))

  it('fills while sessions come, opens the frame that decides, and writes the packets', async () => {
    const before = new Set(spools())
    const t = await watch()
    await runTraffic(world, 'guest')
    await t.until(/Findings [1-9]/)
    expect(t.text()).toContain('Guest session')
    await t.until('0 lost (tcpdump)')
    t.keys('2')
    await t.until((each) => each.text().includes('[2 Findings'), 'the list of findings')
    t.keys('Enter')
    // Read again from what was kept, decoded and marked.
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
    expect(spools().filter((name) => !before.has(name))).toEqual([])
  })

  it('holds the picture while p says so', async () => {
    const t = await watch()
    await runTraffic(world, 'signed')
    await t.until('3 Sessions 1')
    t.keys('p')
    await runTraffic(world, 'signed')
    // Rates and clocks stand still too.
    await t.settled(2500)
    expect(t.text()).toContain('3 Sessions 1')
    t.keys('p')
    await t.until('3 Sessions 2')
    t.keys('q')
    expect(await t.exitStatus()).toBe(0)
  })

  it('ends with the duration, stays to be looked at, and keeps a whole file', async () => {
    const file = join(world.shared, 'kept.pcapng')
    const t = await watch('--duration', '6', '--write', file)
    await runTraffic(world, 'encrypted')
    await t.until('ended after')
    await t.until('3 Sessions 1')
    t.keys('q')
    expect(await t.exitStatus()).toBe(0)
    expect(smblens(['scan', file]).stdout).toContain('1 session')
  })

  it('leaves nothing behind when the terminal goes away', async () => {
    const before = new Set(spools())
    const t = await watch()
    const pid = t.pid()
    t.hangUp()
    await waitFor('it to end', () => !alive(pid))
    await waitFor('the spool to be gone', () => spools().every((name) => before.has(name)))
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
