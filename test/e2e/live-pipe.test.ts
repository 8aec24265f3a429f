/** `smblens live` over a pipe, as from `ssh host tcpdump`: these tests need nothing but a capture. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/frames.ts'
import { BIN, environment, ROOT, records, smblens } from '../support/smblens.ts'

const GUEST = readFileSync(join(ROOT, 'captures/guest-explicit.pcap'))
/** The bytes of the capture except for its last few packets: enough to know the session. */
const MOST = GUEST.length - 400

const folder = temporaryFolder()
afterAll(() => folder.remove())
const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

function start(...args: string[]) {
  const child = spawn(process.execPath, [BIN, 'live', '-i', '-', ...args], { env: environment(), cwd: folder.path })
  running.push(child)
  const lines = createInterface({ input: child.stdout })
  const seen: Record<string, unknown>[] = []
  lines.on('line', (line) => seen.push(JSON.parse(line)))
  return {
    child,
    seen,
    /** Resolves with the first record of this type. */
    async until(type: string): Promise<Record<string, unknown>> {
      for (;;) {
        const found = seen.find((record) => record['type'] === type)
        if (found !== undefined) return found
        await once(lines, 'line')
      }
    },
    async ended(): Promise<number | null> {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
      return child.exitCode
    },
  }
}

describe('smblens live -i -', () => {
  it('reports what a scan reports, and that loss is unknown', () => {
    const { status, stdout, stderr } = smblens(['live', '-i', '-'], { input: GUEST })
    expect([status, stderr]).toEqual([0, ''])
    const live = records(stdout)
    const scan = records(smblens(['scan', '-', '-f', 'ndjson'], { input: GUEST }).stdout)
    const rules = (all: typeof live) => all.flatMap(({ type, rule }) => (type === 'finding' ? [rule] : [])).sort()
    expect(rules(live)).toEqual(rules(scan))
    expect(live.at(-1)).toMatchObject({
      type: 'summary',
      sessions: 1,
      loss: [{ interface: '-', received: null, droppedByKernel: null, droppedByInterface: null }],
    })
  })

  it('reports it while the pipe is open', async () => {
    const { child, until } = start()
    child.stdin.write(GUEST.subarray(0, MOST))
    expect(await until('session')).toMatchObject({ guest: true })
    expect(await until('finding')).toMatchObject({ rule: 'guest-session' })
  })

  it('emits heartbeats', { tags: 'long' }, async () => {
    const { child, until } = start('--heartbeat', '1')
    child.stdin.write(GUEST.subarray(0, MOST))
    expect(await until('heartbeat')).toMatchObject({ capture: '-', gaps: 0 })
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends with a summary and a whole file on %s',
    { tags: 'long' },
    async (signal) => {
      const file = join(folder.path, `${signal}.pcapng`)
      const { child, seen, until, ended } = start('--write', file)
      child.stdin.write(GUEST.subarray(0, MOST))
      await until('session')
      child.kill(signal)
      expect(await ended()).toBe(0)
      const summary = seen.at(-1)!
      expect(summary).toMatchObject({ type: 'summary', sessions: 1 })
      const written = records(smblens(['scan', file, '-f', 'ndjson']).stdout)
      expect(written.find(({ type }) => type === 'capture')).toMatchObject({
        packets: summary['packets'],
        complete: true,
      })
    },
  )

  it('leaves files that are readable up to the last flush when it is killed', { tags: 'long' }, async () => {
    const file = join(folder.path, 'killed.pcapng')
    const { child, until, ended } = start('--write', file)
    child.stdin.write(GUEST.subarray(0, MOST))
    await until('session')
    child.kill('SIGKILL')
    await ended()
    const written = records(smblens(['scan', file, '-f', 'ndjson']).stdout)
    expect(written.find(({ type }) => type === 'session')).toMatchObject({ guest: true })
  })

  it('appends to a log instead of replacing it', () => {
    const log = join(folder.path, 'smb.ndjson')
    for (let i = 0; i < 2; i++) expect(smblens(['live', '-i', '-', '-o', log], { input: GUEST }).stdout).toBe('')
    const types = records(readFileSync(log, 'utf8')).map(({ type }) => type)
    expect(types.filter((type) => type === 'summary')).toHaveLength(2)
  })

  it('never adds records to a capture', () => {
    const capture = join(folder.path, 'other.pcap')
    writeFileSync(capture, GUEST)
    const { status, stderr } = smblens(['live', '-i', '-', '-o', capture], { input: GUEST })
    expect([status, stderr]).toEqual([2, `smblens: --output ${capture}: is a capture itself: name another file\n`])
    expect(readFileSync(capture)).toEqual(GUEST)
  })

  it('ends after the requested number of packets', () => {
    const { stdout } = smblens(['live', '-i', '-', '--count', '7'], { input: GUEST })
    expect(records(stdout).at(-1)).toMatchObject({ type: 'summary', packets: 7 })
  })

  it('ends silently when its reader ends', () => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `"$0" live -i - < captures/guest-explicit.pcap | head -1`, BIN],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    )
    expect([status, stderr]).toEqual([0, ''])
  })

  it('says what is wrong with a stream that is not a capture, and ends with 3', () => {
    const { status, stdout, stderr } = smblens(['live', '-i', '-'], { input: 'tcpdump: permission denied\n' })
    expect(status).toBe(3)
    expect(stderr).toMatch(/^smblens: standard input: .*\n$/)
    expect(records(stdout).find(({ type }) => type === 'capture')).toMatchObject({
      complete: false,
      warnings: [{ code: 'not-a-capture' }],
    })
  })

  it.each([
    [['live'], 'live needs an interface'],
    [['live', '-i', '-', '-i', 'eth0'], 'leave out the other -i'],
    [['live', '-i', '-', '--filter', 'port 445'], '--filter does not apply to -i -'],
    [['live', '-i', '-', '--write-size', '5'], 'need --write FILE'],
    [['live', '-i', '-', '--write', 'x.pcapng', '--write-files', '5'], '--write-size'],
    [['live', '-i', '-', '--heartbeat', '0'], 'whole number from 1'],
    [['live', '-i', '-', '--capture-with', 'tcpdmp'], 'did you mean tcpdump?'],
    [['live', '-i', '-', '--rule', 'smb2'], 'smb2'],
    [['live', '-i', '-', '-o', '/no/such/folder/x'], 'cannot be written'],
  ])('%j is wrong usage, and the error says what to write', (args, what) => {
    const { status, stdout, stderr } = smblens(args, { input: GUEST, cwd: folder.path })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(what)
  })

  it('overwrites nothing', () => {
    const file = join(folder.path, 'kept.pcapng')
    expect(smblens(['live', '-i', '-', '--write', file], { input: GUEST }).status).toBe(0)
    const before = readFileSync(file)
    const { status, stderr } = smblens(['live', '-i', '-', '--write', file], { input: GUEST })
    expect(status).toBe(2)
    expect(stderr).toContain('exists already')
    expect(readFileSync(file)).toEqual(before)
    expect(existsSync(`${file}.tmp`)).toBe(false)
  })
})
