/** @module-tag long */
/** `smblens live` over real traffic, compared with a scan of the same packets. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeWorld,
  runTraffic,
  type Samba,
  startSamba,
  type World,
  waitFor,
  whyNoWorld,
} from '../support/namespaces.ts'
import { BIN, environment, hasProgram, ROOT, records, smblens } from '../support/smblens.ts'

const why = whyNoWorld()
const PROGRAMS = ['tcpdump', 'dumpcap', 'cap'] as const
const missing = (program: string) =>
  program === 'cap' ? !existsSync(join(ROOT, 'node_modules/cap/build/Release/cap.node')) : !hasProgram(program)

describe.skipIf(why !== null)(`a live capture of real traffic${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let world: World
  let samba: Samba
  beforeAll(async () => {
    world = makeWorld()
    samba = await startSamba(world)
  })
  afterAll(async () => {
    await samba.stop()
    world.remove()
  })

  it.for(PROGRAMS)(
    'with %s reports the same as a scan of the packets that it saved, and that nothing was lost',
    async (program, { skip }) => {
      if (missing(program)) skip(`${program} is not installed`)
      const file = join(world.shared, `${program}.pcapng`)
      const live = watch(world, '--capture-with', program, '--write', file, '--heartbeat', '1')
      await live.until('heartbeat')
      for (const kind of ['signed', 'encrypted', 'guest', 'smb1'] as const) await runTraffic(world, kind)
      await waitFor('the last session', () => new Set(of(live.records(), 'session').map(({ id }) => id)).size >= 4)
      // Packets that arrive at the moment when a capture ends may be received and not delivered.
      await waitFor('silence on the cable', () => {
        const [before, last] = of(live.records(), 'heartbeat').slice(-2)
        return Number(before?.['packets']) > 0 && before?.['packets'] === last?.['packets']
      })
      const all = await live.stop()

      const scan = records(smblens(['scan', file, '-f', 'ndjson']).stdout)
      expect(facts(all, 'session')).toEqual(facts(scan, 'session'))
      expect(facts(all, 'finding')).toEqual(facts(scan, 'finding'))
      expect(of(all, 'finding').length).toBeGreaterThan(0)
      const summary = all.at(-1) as { type: string; loss: Record<string, unknown>[] }
      expect(summary.type).toBe('summary')
      const { droppedByKernel, delivered, received } = summary.loss[0]!
      // cap cannot count that, and says so.
      expect(droppedByKernel).toBe(program === 'cap' ? null : 0)
      expect(delivered).toBeGreaterThan(0)
      if (received !== null) expect(received).toBe(delivered)
    },
  )

  it.each([
    ['a file that is there already', ['--write', 'taken.pcapng'], 2, 'exists already: name another file'],
    ['a log in a missing folder', ['-o', 'none/log.ndjson'], 2, 'cannot be written (ENOENT)'],
    ['an unknown account', ['--user', 'smbl-nobody-has-this'], 3, 'smbl-nobody-has-this'],
  ])('ends at once, together with the capture program, if it cannot begin: %s', async (_, args, expected, message) => {
    writeFileSync(join(world.shared, 'taken.pcapng'), 'mine')
    const paths = args.map((arg) => (/[./]/.test(arg) ? join(world.shared, arg) : arg))
    const live = ['live', '-i', 'eth0', '-f', 'ndjson', ...paths]
    const { status, stdout, stderr } = await world.client.run(process.execPath, [BIN, ...live])
    expect({ status, stdout }, stderr).toEqual({ status: expected, stdout: '' })
    expect(stderr).toContain(message)
    const left = await world.client.run('ip', ['netns', 'pids', world.client.name])
    const others = left.stdout.split('\n').filter((pid) => pid !== '' && existsSync(`/proc/${pid}/exe`))
    expect(others.filter((pid) => /tcpdump|dumpcap|node/.test(readFileSync(`/proc/${pid}/comm`, 'utf8')))).toEqual([])
    expect(readFileSync(join(world.shared, 'taken.pcapng'), 'utf8')).toBe('mine')
  })

  it('continues when the interface goes down and comes back', async () => {
    const live = watch(world, '--heartbeat', '1')
    await live.until('heartbeat')
    await runTraffic(world, 'guest')
    await world.server.run('ip', ['link', 'set', 'eth0', 'down'])
    await waitFor('the loss of the interface', () => warnings(live.records()).includes('interface-down'))
    await world.server.run('ip', ['link', 'set', 'eth0', 'up'])
    await waitFor('its return', () => warnings(live.records()).includes('interface-up'))
    await runTraffic(world, 'guest')
    await waitFor('the second session', () => new Set(of(live.records(), 'session').map(({ id }) => id)).size >= 2)
    const all = await live.stop()
    expect(all.at(-1)).toMatchObject({ type: 'summary', loss: [{ state: 'up' }] })
  })
})

type LiveRecord = Record<string, unknown>

/** Started as root, it becomes the user nobody, who may write to the folder. */
function watch({ server }: World, ...args: string[]) {
  const command = ['netns', 'exec', server.name, process.execPath, BIN, 'live', '-i', 'eth0', '-f', 'ndjson', ...args]
  const child = spawn('ip', command, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const seen = () => records(text)
  return {
    records: seen,
    until: (type: string) =>
      waitFor(`a ${type}`, () => {
        if (child.exitCode !== null) throw new Error(`smblens live ended with status ${child.exitCode}: ${errors}`)
        return of(seen(), type).length > 0
      }),
    async stop(): Promise<LiveRecord[]> {
      child.kill('SIGTERM')
      await once(child, 'close')
      expect(child.exitCode).toBe(0)
      return seen()
    },
  }
}

function of(all: readonly LiveRecord[], type: string): LiveRecord[] {
  return all.filter((record) => record['type'] === type)
}

function warnings(all: readonly LiveRecord[]): unknown[] {
  return of(all, 'heartbeat').flatMap((beat) => (beat['warnings'] as LiveRecord[]).map(({ code }) => code))
}

/** The last record of each id, without the name of the capture and what contains it. */
function facts(all: readonly LiveRecord[], type: 'session' | 'finding'): unknown[] {
  const last = new Map<unknown, LiveRecord>()
  for (const record of all) {
    if (record['type'] === type) last.set(record['id'], record)
    else if (record['type'] === 'withdrawal') last.delete(record['id'])
  }
  return [...last.values()]
    .map(({ id: _, capture: __, connection: ___, connections: ____, session: _____, evidence, ...rest }) => ({
      ...rest,
      ...(evidence !== undefined && {
        evidence: (evidence as LiveRecord[]).map(({ frame, time, what }) => ({ frame, time, what })),
      }),
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
