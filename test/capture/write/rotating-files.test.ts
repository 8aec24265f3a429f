import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCapture } from '../../../src/capture/read/read-capture.ts'
import { type CaptureFilesOptions, openCaptureFiles } from '../../../src/capture/write/rotating-files.ts'
import { collector, temporaryFolder } from '../../support/frames.ts'
import { BASE_TIME } from '../../support/pcap-builder.ts'
import { hasProgram } from '../../support/smblens.ts'

const TSHARK = 'tshark'
const noTshark = !hasProgram(TSHARK)
const noMounts = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status !== 0

const folder = temporaryFolder()
afterAll(folder.remove)
let places = 0

/** A folder with nothing in it. */
function empty(): { at: (name: string) => string; names: () => string[] } {
  const path = join(folder.path, String(++places))
  mkdirSync(path)
  return { at: (name) => join(path, name), names: () => readdirSync(path).sort() }
}

const KEEP_ALL: Omit<CaptureFilesOptions, 'path'> = { maxBytes: null, maxFiles: null, application: 'test' }

/** A packet whose bytes, lengths and time identify it. */
function packet(n: number): { bytes: Uint8Array; captured: number; original: number; time: number } {
  const captured = 60 + (n % 900)
  return { bytes: new Uint8Array(captured + 3).fill(n), captured, original: captured + n, time: BASE_TIME + n * 1000 }
}

function write(files: ReturnType<typeof openCaptureFiles>, from: number, to: number, linkType = 1, name = 'eth0') {
  for (let n = from; n <= to; n++) {
    const { bytes, captured, original, time } = packet(n)
    files.packet(bytes, 3, captured, original, linkType, time, name)
  }
}

/** Which packets are in the file; each of them is held against what was written. */
async function read(path: string): Promise<number[]> {
  const sink = collector()
  const summary = await readCapture(path, sink)
  expect(summary).toMatchObject({ complete: true, warnings: [] })
  return sink.frames.map(({ data, original, time }) => {
    const n = (time - BASE_TIME) / 1000
    const made = packet(n)
    expect({ data, original }).toEqual({ data: made.bytes.subarray(3), original: made.original })
    return n
  })
}

const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('openCaptureFiles', () => {
  it('writes one file of exactly the name without a limit', async () => {
    const { at, names } = empty()
    const files = openCaptureFiles({ ...KEEP_ALL, path: at('all.pcapng') })
    expect(await read(at('all.pcapng'))).toEqual([])
    write(files, 1, 2000)
    files.close()
    expect(files.current).toBe(at('all.pcapng'))
    expect(names()).toEqual(['all.pcapng'])
    expect(await read(at('all.pcapng'))).toEqual(run(1, 2000))
  })

  it('has all packets in the file after a flush', async () => {
    const { at } = empty()
    const files = openCaptureFiles({ ...KEEP_ALL, path: at('flushed.pcapng') })
    write(files, 1, 5)
    files.flush()
    expect(await read(at('flushed.pcapng'))).toEqual(run(1, 5))
    files.close()
  })

  it('numbers files of limited size, which follow each other', async () => {
    const { at, names } = empty()
    const files = openCaptureFiles({ ...KEEP_ALL, path: at('a.b.pcapng'), maxBytes: 100_000 })
    write(files, 1, 1000)
    files.close()
    expect(names()).toEqual(run(1, 6).map((n) => `a.b-0000${n}.pcapng`))
    expect(files.current).toBe(at('a.b-00006.pcapng'))
    let from = 1
    for (const name of names()) {
      expect(statSync(at(name)).size).toBeLessThanOrEqual(100_000)
      expect(readFileSync(at(name), 'latin1')).toContain(`frames from ${from} on`)
      const packets = await read(at(name))
      expect(packets).toEqual(run(from, from + packets.length - 1))
      from += packets.length
    }
    expect(from).toBe(1001)
  })

  it('fills a file as far as its packets allow', async () => {
    const { at, names } = empty()
    const size = (count: number, maxBytes: number | null) => {
      const path = at(`${count}-${maxBytes}`)
      const files = openCaptureFiles({ ...KEEP_ALL, path, maxBytes })
      for (let i = 0; i < count; i++) write(files, 1, 1)
      files.close()
      return statSync(maxBytes === null ? path : `${path}-00001`).size
    }
    const three = size(3, null)
    expect(size(4, three)).toBe(three)
    expect(size(4, three - 1)).toBeLessThan(three)
    expect(names()).toEqual(
      ['3-null', `4-${three}-00001`, `4-${three}-00002`, `4-${three - 1}-00001`, `4-${three - 1}-00002`].sort(),
    )
  })

  it('writes a packet that exceeds the size of a file to a separate file', async () => {
    const { at, names } = empty()
    const files = openCaptureFiles({ ...KEEP_ALL, path: at('large'), maxBytes: 200 })
    write(files, 898, 899)
    files.close()
    expect(names()).toEqual(['large-00001', 'large-00002'])
    expect([await read(at('large-00001')), await read(at('large-00002'))]).toEqual([[898], [899]])
  })

  it('deletes its oldest files beyond the requested number', async () => {
    const { at, names } = empty()
    folder.write(`${places}/ring-00000.pcapng`, 'not ours')
    const files = openCaptureFiles({ ...KEEP_ALL, path: at('ring.pcapng'), maxBytes: 100_000, maxFiles: 2 })
    write(files, 1, 1000)
    files.close()
    expect(names()).toEqual(['ring-00000.pcapng', 'ring-00005.pcapng', 'ring-00006.pcapng'])
    expect((await read(at('ring-00006.pcapng'))).at(-1)).toBe(1000)
  })

  it('neither overwrites nor deletes files of others that have its names', async () => {
    const { at, names } = empty()
    folder.write(`${places}/ring-00003.pcapng`, 'somebody else')
    mkdirSync(at('ring-00004.pcapng'))
    const files = openCaptureFiles({ ...KEEP_ALL, path: at('ring.pcapng'), maxBytes: 100_000, maxFiles: 2 })
    write(files, 1, 100)
    // Our file is moved away and another takes its place, and our next file is deleted by hand.
    renameSync(at('ring-00001.pcapng'), at('saved'))
    folder.write(`${places}/ring-00001.pcapng`, 'put here')
    while (files.current === at('ring-00001.pcapng')) write(files, 101, 101)
    rmSync(at('ring-00002.pcapng'))
    write(files, 1, 1000)
    files.close()
    expect(names()).toEqual([
      'ring-00001.pcapng',
      'ring-00003.pcapng',
      'ring-00004.pcapng',
      'ring-00008.pcapng',
      'ring-00009.pcapng',
      'saved',
    ])
    expect(readFileSync(at('ring-00001.pcapng'), 'utf8')).toBe('put here')
    expect(readFileSync(at('ring-00003.pcapng'), 'utf8')).toBe('somebody else')
    expect((await read(at('saved'))).slice(0, 100)).toEqual(run(1, 100))
  })

  it('refuses a name that is taken at the start', () => {
    const { at } = empty()
    folder.write(`${places}/one.pcapng`, 'mine')
    folder.write(`${places}/ring-00001.pcapng`, 'mine')
    const taken = expect.objectContaining({ code: 'exists', message: expect.stringContaining('name another file') })
    expect(() => openCaptureFiles({ ...KEEP_ALL, path: at('one.pcapng') })).toThrow(taken)
    expect(() => openCaptureFiles({ ...KEEP_ALL, path: at('ring.pcapng'), maxBytes: 1000 })).toThrow(
      expect.objectContaining({ code: 'exists', path: at('ring-00001.pcapng') }),
    )
    expect(readFileSync(at('one.pcapng'), 'utf8')).toBe('mine')
    expect(readFileSync(at('ring-00001.pcapng'), 'utf8')).toBe('mine')
    expect(() => openCaptureFiles({ ...KEEP_ALL, path: at('none/one.pcapng') })).toThrow(
      expect.objectContaining({ code: 'no-folder' }),
    )
  })

  it('describes every interface and link type in each file', async () => {
    const { at, names } = empty()
    const files = openCaptureFiles({ ...KEEP_ALL, path: at('two.pcapng'), maxBytes: 5000 })
    for (let n = 1; n <= 40; n++) {
      write(files, n, n, 1, 'eth0')
      write(files, n, n, 113, 'any')
      write(files, n, n, 1, 'eth1')
    }
    files.close()
    const linkTypes: number[] = []
    for (const name of names()) {
      const sink = collector()
      await readCapture(at(name), sink)
      linkTypes.push(...sink.frames.map(({ linkType }) => linkType))
      expect(statSync(at(name)).size).toBeLessThanOrEqual(5000)
    }
    expect(names().length).toBeGreaterThan(2)
    expect(linkTypes).toEqual(run(1, 40).flatMap(() => [1, 113, 1]))
  })

  it.skipIf(noTshark)('writes interfaces and comments that Wireshark reads (needs tshark)', () => {
    const { at } = empty()
    const files = openCaptureFiles({ ...KEEP_ALL, path: at('names.pcapng'), comment: 'smblens live' })
    write(files, 1, 1, 1, 'eth0')
    write(files, 2, 2, 1, 'wlan ä')
    write(files, 3, 3, 1, 'eth0')
    files.close()
    const fields = ['frame.interface_name', 'frame.len', 'frame.time_epoch'].flatMap((field) => ['-e', field])
    const { stdout } = spawnSync(TSHARK, ['-r', at('names.pcapng'), '-T', 'fields', ...fields], { encoding: 'utf8' })
    const stamps = [1, 2, 3].map((n) => `${BASE_TIME / 1e6}.00${n}000000`)
    expect(stdout.trim().split('\n')).toEqual([
      `eth0\t62\t${stamps[0]}`,
      `wlan ä\t64\t${stamps[1]}`,
      `eth0\t66\t${stamps[2]}`,
    ])
    expect(readFileSync(at('names.pcapng'), 'latin1')).toContain('smblens live, frames from 1 on')
  })
})

/** The writer as a separate program: opens `path`, then writes packets 1, 2, 3... with a flush and a line on stdout after every hundredth. */
const PROGRAM = `
import { openCaptureFiles } from './rotating-files.ts'
const [path, maxBytes] = process.argv.slice(2)
const files = openCaptureFiles({ path, maxBytes: maxBytes === '' ? null : Number(maxBytes), maxFiles: null, application: 'test' })
const errors = []
const attempt = (work) => { try { work() } catch (error) { errors.push(error) } }
for (let n = 1; errors.length === 0 && n <= 20000; n++) {
  const captured = 60 + (n % 900)
  const bytes = new Uint8Array(captured + 3).fill(n)
  attempt(() => files.packet(bytes, 3, captured, captured + n, 1, ${BASE_TIME} + n * 1000, 'eth0'))
  if (n % 100 === 0) {
    attempt(() => files.flush())
    if (errors.length === 0) process.stdout.write(n + '\\n')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
attempt(() => files.packet(new Uint8Array(99), 0, 99, 99, 1, 0, 'eth0'))
attempt(() => files.flush())
attempt(() => files.close())
for (const { name, code, message } of errors) process.stdout.write(name + ' ' + code + ' ' + message + '\\n')
`

describe('a program that writes capture files', () => {
  const program = join(folder.path, 'program.mjs')
  beforeAll(async () => {
    const resolveDir = fileURLToPath(new URL('../../../src/capture/write', import.meta.url))
    const stdin = { contents: PROGRAM, resolveDir, loader: 'ts' as const }
    await build({ stdin, bundle: true, platform: 'node', target: 'node20', format: 'esm', outfile: program })
  })

  it.each(['', '300000'])(
    'leaves all that was flushed when it is killed (files of at most "%s" bytes)',
    async (limit) => {
      const { at, names } = empty()
      const child = spawn(process.execPath, [program, at('killed.pcapng'), limit], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (said.split('\n').length > 20) child.kill('SIGKILL')
      })
      const [, signal] = await once(child, 'close')
      expect(signal).toBe('SIGKILL')
      const flushed = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1))
      const packets: number[] = []
      for (const name of names()) packets.push(...(await readUpToTheEnd(at(name))))
      expect(flushed).toBeGreaterThanOrEqual(2000)
      expect(packets).toEqual(run(1, packets.length))
      expect(packets.length).toBeGreaterThanOrEqual(flushed)
      if (!noTshark) {
        const counts = names().map((name) => tsharkCount(at(name)))
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(packets.length)
      }
    },
  )

  it('reports once that a file could not grow, and keeps what it had', async () => {
    const { at, names } = empty()
    const { stdout } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 1000; exec "$@"', 'bash', process.execPath, program, at('limited.pcapng'), ''],
      { encoding: 'utf8' },
    )
    const lines = stdout.trim().split('\n')
    expect(lines.at(-1)).toContain(`NewFileError unwritable ${at('limited.pcapng')}: cannot be written (EFBIG)`)
    expect(lines.filter((line) => line.startsWith('NewFileError'))).toHaveLength(1)
    expect(names()).toEqual(['limited.pcapng'])
    expect(await read(at('limited.pcapng'))).toEqual(run(1, Number(lines.at(-2))))
  })

  it.skipIf(noMounts)('leaves readable files on a full disk (needs root, unshare and mount)', async () => {
    const { at } = empty()
    const { stdout } = spawnSync(
      'unshare',
      [
        '--mount',
        'bash',
        '-c',
        'mount -t tmpfs -o size=1m tmpfs /mnt && "$1" "$2" /mnt/full.pcapng 400000; cp /mnt/* "$3"',
        'bash',
        process.execPath,
        program,
        at('.'),
      ],
      { encoding: 'utf8' },
    )
    const lines = stdout.trim().split('\n')
    expect(lines.at(-1)).toBe(
      'NewFileError no-space /mnt/full-00003.pcapng: the disk is full: make room, or name another place',
    )
    const packets: number[] = []
    for (const n of [1, 2, 3]) packets.push(...(await read(at(`full-0000${n}.pcapng`))))
    expect(packets).toEqual(run(1, Number(lines.at(-2))))
    expect(existsSync(at('full-00004.pcapng'))).toBe(false)
  })
})

/** A killed program may have been in the middle of a write: what is whole counts. */
async function readUpToTheEnd(path: string): Promise<number[]> {
  const sink = collector()
  await readCapture(path, sink)
  return sink.frames.map(({ time }) => (time - BASE_TIME) / 1000)
}

function tsharkCount(path: string): number {
  const { stdout } = spawnSync(TSHARK, ['-r', path, '-T', 'fields', '-e', 'frame.number'], { encoding: 'utf8' })
  return stdout.split('\n').length - 1
}
