import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CaptureError } from '../../../src/capture/capture-error.ts'
import { readCapture, readCaptureStream } from '../../../src/capture/read/read-capture.ts'
import { collector, readBytes, temporaryFolder } from '../../support/frames.ts'
import { BASE_TIME, block, concat, pcapFile, pcapngFile, simplePacketBlock, u32 } from '../../support/pcap-builder.ts'
import { ROOT } from '../../support/smblens.ts'

const ONE = Uint8Array.of(1, 2, 3, 4, 5)
const MKFIFO = 'mkfifo'
const folder = temporaryFolder()
afterAll(folder.remove)

/** 6 MB in packets of all lengths: several chunks, and records across their borders. */
const LARGE = pcapFile({
  packets: Array.from({ length: 8000 }, (_, i) => new Uint8Array(1 + ((i * 7919) % 1500)).fill(i)),
})

/** The error that reading `input` ends with. */
async function failure(input: string): Promise<CaptureError> {
  const error = await readCapture(input, collector()).then(
    () => null,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(CaptureError)
  return error as CaptureError
}

describe('readCapture', () => {
  it('reads a file over many chunks', async () => {
    const path = folder.write('large.pcap', LARGE)
    const sink = collector()
    const summary = await readCapture(path, sink)
    expect(summary).toMatchObject({ format: 'pcap', packets: 8000, complete: true, firstTime: BASE_TIME })
    expect(sink.frames.every((f, i) => f.data.length === 1 + ((i * 7919) % 1500) && f.data.at(-1) === i % 256)).toBe(
      true,
    )
  })

  it('reads one file after another, with any earlier contents of the buffers', async () => {
    const small = folder.write('small.pcap', pcapFile({ packets: [ONE] }))
    const large = folder.write('large.pcap', LARGE)
    for (const [path, count] of [
      [large, 8000],
      [small, 1],
      [large, 8000],
    ] as const) {
      const sink = collector()
      await readCapture(path, sink)
      expect(sink.frames).toHaveLength(count)
    }
  })

  it('reads files side by side', async () => {
    const large = folder.write('large.pcap', LARGE)
    const sinks = [collector(), collector(), collector()]
    await Promise.all(sinks.map((sink) => readCapture(large, sink)))
    for (const { frames } of sinks) {
      expect(frames).toHaveLength(8000)
      expect(frames.every((f, i) => f.data.at(-1) === i % 256)).toBe(true)
    }
  })

  it('reports progress up to the whole file', async () => {
    const path = folder.write('large.pcap', LARGE)
    const calls: [number, number | null][] = []
    await readCapture(path, collector(), { onProgress: (read, total) => calls.push([read, total]) })
    expect(calls.at(-1)).toEqual([LARGE.length, LARGE.length])
    expect(calls.every(([read], i) => i === 0 || read >= calls[i - 1]![0])).toBe(true)
  })

  it('lets the event loop run', async () => {
    const path = folder.write('large.pcap', LARGE)
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const busy = { frame: () => void Array.from({ length: 2000 }) }
    await readCapture(path, busy)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })

  it('ends with the reason of its signal', async () => {
    const path = folder.write('large.pcap', LARGE)
    const stop = new AbortController()
    let frames = 0
    const sink = {
      frame() {
        if (++frames === 3) stop.abort(new Error('enough'))
      },
    }
    await expect(readCapture(path, sink, { signal: stop.signal })).rejects.toThrow('enough')
    expect(frames).toBeLessThan(8000)
    await expect(readCapture(path, sink, { signal: stop.signal })).rejects.toThrow('enough')
  })

  it.each(['plain', 'gzip'])('lets the error of a sink through, %s', async (kind) => {
    const path = folder.write('sink.pcap', kind === 'gzip' ? gzipSync(LARGE) : LARGE)
    let calls = 0
    const sink = {
      frame() {
        calls++
        throw Object.assign(new Error('full'), { code: 'ENOSPC' })
      },
    }
    await expect(readCapture(path, sink)).rejects.toThrow('full')
    expect(calls).toBe(1)
  })

  it.skipIf(process.platform !== 'linux')('leaves no file open (needs /proc)', async () => {
    const paths = [
      folder.write('large.pcap', LARGE),
      folder.write('text', 'no capture'),
      folder.write('a.gz', gzipSync(LARGE)),
    ]
    const before = readdirSync('/proc/self/fd').length
    for (let i = 0; i < 10; i++) {
      for (const path of paths) await readCapture(path, collector()).catch(() => undefined)
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 10)
  })
})

describe.skipIf(process.platform === 'win32')('a named pipe (needs mkfifo)', () => {
  it('is read as its writer writes', async () => {
    const pipe = join(folder.path, 'pipe')
    expect(spawnSync(MKFIFO, [pipe]).status).toBe(0)
    const source = folder.write('large.pcap', LARGE)
    const writer = spawn('cp', [source, pipe])
    const summary = await readCapture(pipe, collector())
    expect(summary).toMatchObject({ packets: 8000, complete: true })
    writer.kill()
  })

  it('without a writer is not waited for after the signal', async () => {
    const pipe = join(folder.path, 'nobody')
    expect(spawnSync(MKFIFO, [pipe]).status).toBe(0)
    const stop = new AbortController()
    const reading = readCapture(pipe, collector(), { signal: stop.signal })
    // Until the thread that opens it waits in the system.
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await expect(reading).rejects.toThrow('enough')
  })

  it('does not block a reader whose signal ends it', async () => {
    const pipe = join(folder.path, 'silent')
    expect(spawnSync(MKFIFO, [pipe]).status).toBe(0)
    const writer = spawn('sh', [
      '-c',
      `exec 3>"$0"; cat "$1" >&3; exec sleep 600`,
      pipe,
      folder.write('large.pcap', LARGE),
    ])
    const stop = new AbortController()
    let frames = 0
    const sink = { frame: () => void (++frames === 8000 && setImmediate(() => stop.abort(new Error('enough')))) }
    await expect(readCapture(pipe, sink, { signal: stop.signal })).rejects.toThrow('enough')
    writer.kill()
  })
})

describe('an input that cannot be read', () => {
  it.each<[what: string, name: string, bytes: Uint8Array | string, code: string, message: RegExp]>([
    ['an empty file', 'empty.pcap', '', 'empty-file', /is empty/],
    [
      'a text file',
      'notes.pcap',
      'Meeting at nine, bring the capture.\n',
      'not-a-capture',
      /looks like text.*pcap or pcapng/,
    ],
    ['a short text file', 'short.txt', 'hi\n', 'not-a-capture', /looks like text/],
    [
      'other bytes',
      'random.pcap',
      new Uint8Array(100).fill(0x91),
      'not-a-capture',
      /is not a packet capture: give a pcap/,
    ],
    [
      'an xz file',
      'a.pcap.xz',
      Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4),
      'unsupported-compression',
      /xz -dk/,
    ],
    ['a zip archive', 'a.zip', 'PK\x03\x04\x14\0\0\0\x08\0\0\0', 'unsupported-compression', /zip.*unpack it first/],
    ['a snoop capture', 'a.snoop', 'snoop\0\0\0\0\0\0\x02\0\0\0\x04', 'unsupported-format', /editcap/],
    [
      'a pcap cut in its header',
      'cut.pcap',
      pcapFile({ packets: [] }).subarray(0, 20),
      'damaged',
      /ends in its header/,
    ],
    [
      'a pcapng cut in its header',
      'cut.pcapng',
      pcapngFile({ packets: [] }).subarray(0, 20),
      'damaged',
      /ends in its header/,
    ],
    ['a pcapng of version 2', 'v2.pcapng', pcapngFile({ packets: [] }).fill(2, 12, 13), 'damaged', /version 2/],
    [
      'gzip around text',
      'notes.gz',
      gzipSync('Meeting at nine, bring the capture.\n'),
      'not-a-capture',
      /looks like text/,
    ],
    ['gzip around nothing', 'nothing.gz', gzipSync(''), 'empty-file', /is empty/],
    [
      'gzip damaged from the start',
      'bad.gz',
      concat(Uint8Array.of(0x1f, 0x8b, 8, 0), u32(0), Uint8Array.of(0, 3, 0xff, 0xff, 9)),
      'damaged',
      /gzip/,
    ],
    ['gzip cut in its header', 'cut.gz', gzipSync(LARGE).subarray(0, 6), 'damaged', /gzip/],
  ])('%s', async (_, name, bytes, code, message) => {
    const path = folder.write(name, bytes)
    const error = await failure(path)
    expect(error).toMatchObject({ name: 'CaptureError', code, path })
    expect(error.message.startsWith(`${path}: `)).toBe(true)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
  })

  it('a missing path', async () => {
    const path = join(folder.path, 'missing.pcap')
    expect(await failure(path)).toMatchObject({
      code: 'not-found',
      message: `${path}: no such file or folder: check the path`,
    })
    expect(await failure(join(folder.write('file.pcap', ''), 'below.pcap'))).toMatchObject({ code: 'not-found' })
  })

  it('a folder', async () => {
    expect(await failure(folder.path)).toMatchObject({ code: 'is-folder', path: folder.path })
  })

  it.skipIf(process.getuid?.() === 0)('a file without permission (root may read everything)', async () => {
    const path = folder.write('secret.pcap', LARGE)
    chmodSync(path, 0)
    expect(await failure(path)).toMatchObject({ code: 'no-permission', path })
  })
})

describe('gzip', () => {
  it('is found by its bytes, with any name', async () => {
    const sink = collector()
    const summary = await readCapture(folder.write('no-gz-here.pcap', gzipSync(LARGE)), sink)
    expect(summary).toMatchObject({ format: 'pcap', compression: 'gzip', packets: 8000, complete: true, warnings: [] })
    expect(sink.frames).toHaveLength(8000)
  })

  it('may contain pcapng', async () => {
    const { summary } = await readBytes(gzipSync(pcapngFile({ packets: [ONE, ONE] })), [1, 2, 3, 11, 12])
    expect(summary).toMatchObject({ format: 'pcapng', compression: 'gzip', packets: 2, complete: true })
  })

  it('may have several members, cut anywhere', async () => {
    const file = pcapFile({ packets: [ONE, ONE, ONE] })
    const members = [gzipSync(file.subarray(0, 40)), gzipSync(file.subarray(40, 50)), gzipSync(file.subarray(50))]
    const whole = concat(...members)
    for (let cut = 1; cut < whole.length; cut++) {
      const { summary, frames } = await readBytes(whole, [cut])
      expect(frames).toHaveLength(3)
      expect(summary.complete).toBe(true)
    }
  })

  it('gives the packets before the cut of a truncated file', async () => {
    const packed = gzipSync(LARGE)
    const path = folder.write('cut.pcap.gz', packed.subarray(0, packed.length / 2))
    const sink = collector()
    const summary = await readCapture(path, sink)
    expect(sink.frames.length).toBeGreaterThan(1000)
    expect(sink.frames.length).toBeLessThan(8000)
    const last = sink.frames.length
    expect(summary).toMatchObject({ compression: 'gzip', packets: last, complete: false })
    expect(summary.warnings).toEqual([
      {
        code: 'truncated-gzip',
        message: `the gzip data end early, at byte ${Math.floor(packed.length / 2)}; frame ${last} is the last that was read`,
        frame: last,
      },
    ])
  })

  it('gives the packets of a file that only lacks its check sum', async () => {
    const { summary, frames } = await readBytes(gzipSync(LARGE).subarray(0, -8))
    expect(frames).toHaveLength(8000)
    expect(summary).toMatchObject({ complete: false, warnings: [{ code: 'truncated-gzip' }] })
  })

  it('gives the packets before damage, and says so', async () => {
    const packed = Uint8Array.from(gzipSync(LARGE, { level: 1 }))
    packed.fill(0xff, packed.length * 0.9, packed.length * 0.9 + 50)
    const { summary, frames } = await readBytes(packed)
    expect(frames.length).toBeGreaterThan(1000)
    // What damaged data unpack to is no record, which is found before zlib finds that they are damaged.
    expect(summary).toMatchObject({ complete: false, warnings: [{ code: 'corrupt-record', frame: frames.length }] })
    expect(await readBytes(packed, [packed.length * 0.9 + 10])).toEqual({ summary, frames })
  })

  it('ends where the capture in it is damaged', async () => {
    const bad = concat(
      pcapFile({ packets: [ONE] }),
      new Uint8Array(8),
      u32(0xffff_ffff),
      u32(0),
      new Uint8Array(5_000_000),
    )
    const { summary, frames } = await readBytes(gzipSync(bad))
    expect(frames).toHaveLength(1)
    expect(summary.warnings).toMatchObject([{ code: 'corrupt-record', frame: 1 }])
  })

  it('may end in zeros, as tapes do', async () => {
    const padded = concat(gzipSync(pcapFile({ packets: [ONE] })), new Uint8Array(8))
    for (let cut = 0; cut < padded.length; cut++) {
      const { summary } = await readBytes(padded, [cut])
      expect(summary).toMatchObject({ packets: 1, complete: true })
    }
  })

  it('is damaged where other bytes follow the last member', async () => {
    const { summary, frames } = await readBytes(concat(gzipSync(LARGE), new Uint8Array(50).fill(7)))
    expect(frames).toHaveLength(8000)
    expect(summary).toMatchObject({ complete: false, warnings: [{ code: 'corrupt-gzip', frame: 8000 }] })
  })
})

describe('readCaptureStream', () => {
  it.each(['pcap', 'pcapng'])('delivers each frame as soon as it has arrived, %s', async (format) => {
    const stream = new PassThrough()
    const sink = collector()
    const reading = readCaptureStream(stream, 'live', sink)
    const file = format === 'pcap' ? pcapFile({ packets: [] }) : pcapngFile({ packets: [] })
    stream.write(file.subarray(0, 3))
    stream.write(file.subarray(3))
    for (let i = 1; i <= 5; i++) {
      const record = format === 'pcap' ? pcapFile({ packets: [ONE] }).subarray(24) : simplePacketBlock(ONE)
      stream.write(record.subarray(0, 10))
      stream.write(record.subarray(10))
      while (sink.frames.length < i) await new Promise((resolve) => setImmediate(resolve))
    }
    stream.end()
    expect(await reading).toMatchObject({ format, packets: 5, complete: true })
  })

  it('ends with the reason of its signal while it waits', async () => {
    const stop = new AbortController()
    const stream = new PassThrough()
    const reading = readCaptureStream(stream, 'live', collector(), { signal: stop.signal })
    stream.write(pcapFile({ packets: [ONE] }))
    setImmediate(() => stop.abort(new Error('enough')))
    await expect(reading).rejects.toThrow('enough')
    expect(stream.destroyed).toBe(true)
  })

  it('keeps the frames before the stream failed', async () => {
    const failing = Readable.from(
      (async function* () {
        yield pcapFile({ packets: [ONE, ONE] })
        throw Object.assign(new Error('gone'), { code: 'EIO' })
      })(),
    )
    const summary = await readCaptureStream(failing, 'pipe', collector())
    expect(summary).toMatchObject({
      packets: 2,
      complete: false,
      warnings: [
        { code: 'read-error', message: 'reading failed at byte 66 (EIO); frame 2 is the last that was read', frame: 2 },
      ],
    })
  })

  it('has no frames where the stream fails at once', async () => {
    const failing = new Readable({ read: () => failing.destroy(Object.assign(new Error('gone'), { code: 'EIO' })) })
    await expect(readCaptureStream(failing, 'pipe', collector())).rejects.toMatchObject({
      code: 'unreadable',
      path: 'pipe',
    })
  })

  it('stops reading at damage', async () => {
    const bad = concat(pcapFile({ packets: [ONE] }), new Uint8Array(8), u32(0xffff_ffff), u32(0))
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield bad
      for (;;) yield new Uint8Array(1000)
    }
    const summary = await readCaptureStream(Readable.from(endless()), 'pipe', collector())
    expect(summary).toMatchObject({ packets: 1, complete: false })
  })

  it('skips a block that is larger than the buffers', async () => {
    const head = pcapngFile({ packets: [ONE] })
    async function* huge(): AsyncGenerator<Uint8Array> {
      yield concat(head, u32(0x777), u32(1_000_000_012))
      const filler = new Uint8Array(1_000_000)
      for (let i = 0; i < 1000; i++) yield filler
      yield concat(u32(1_000_000_012), simplePacketBlock(ONE), block(0x777, ONE))
    }
    const sink = collector()
    const summary = await readCaptureStream(Readable.from(huge()), 'pipe', sink)
    expect(summary).toMatchObject({ packets: 2, complete: true })
  })
})

describe('standard input', () => {
  let program: string
  beforeAll(async () => {
    program = join(folder.path, 'read.mjs')
    const source = `
      import { readCapture } from './src/capture/read/read-capture.ts'
      try {
        const { packets, compression, complete } = await readCapture('-', { frame() {} })
        console.log(JSON.stringify({ packets, compression, complete }))
      } catch (error) {
        console.log(JSON.stringify({ code: error.code, message: error.message }))
      }`
    await build({
      stdin: { contents: source, resolveDir: ROOT },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    })
  })

  /** Runs it with `input` as a pipe, or with a file as standard input. */
  function run(input: Uint8Array | { file: string }): Promise<unknown> {
    const fd = 'file' in input ? openSync(input.file, 'r') : null
    const child = spawn(process.execPath, [program], { stdio: [fd ?? 'pipe', 'pipe', 'inherit'] })
    if (fd !== null) closeSync(fd)
    child.stdin?.on('error', () => undefined)
    if (!('file' in input)) child.stdin?.end(input)
    return new Promise((resolve, reject) => {
      let text = ''
      child.stdout?.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      child.on('error', reject)
      child.on('close', () => resolve(JSON.parse(text)))
    })
  }

  it('may be a pipe', async () => {
    expect(await run(LARGE)).toEqual({ packets: 8000, compression: null, complete: true })
    expect(await run(gzipSync(LARGE))).toEqual({ packets: 8000, compression: 'gzip', complete: true })
  })

  it('may be a file', async () => {
    const path = folder.write('stdin.pcap', LARGE)
    expect(readFileSync(path)).toHaveLength(LARGE.length)
    expect(await run({ file: path })).toEqual({ packets: 8000, compression: null, complete: true })
  })

  it('is named as such in errors', async () => {
    expect(await run(new Uint8Array(0))).toMatchObject({
      code: 'empty-file',
      message: expect.stringMatching(/^standard input: /),
    })
    expect(await run(Buffer.from('just some text'))).toMatchObject({ code: 'not-a-capture' })
  })
})
