import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OutputError, ReaderGone } from '../../../src/cli/output/descriptor-sink.ts'
import { PatientWriter, writerTo, writerToPath } from '../../../src/cli/output/patient-writer.ts'
import { temporaryFolder } from '../../support/frames.ts'
import { hasProgram } from '../../support/smblens.ts'

const hasPipes = hasProgram('mkfifo')
let at: string
let remove: () => void
beforeEach(() => {
  const folder = temporaryFolder()
  at = folder.path
  remove = folder.remove
})
afterEach(() => {
  vi.useRealTimers()
  remove()
})

describe('a writer to a file', () => {
  it('appends to it, on a new line', async () => {
    const path = join(at, 'log')
    writeFileSync(path, 'one\ntw')
    const writer = writerToPath(path)
    void writer.put('three\n')
    await writer.finish()
    expect(readFileSync(path, 'utf8')).toBe('one\ntw\nthree\n')
  })

  it('adds no empty line to a file that is empty or ends with a line break', async () => {
    for (const text of ['', 'one\n']) {
      const path = join(at, 'log')
      writeFileSync(path, text)
      const writer = writerToPath(path)
      void writer.put('two\n')
      await writer.finish()
      expect(readFileSync(path, 'utf8')).toBe(`${text}two\n`)
    }
  })

  it('throws the system’s error if the file cannot be created', () => {
    expect(() => writerToPath(join(at, 'none/log'))).toThrow('ENOENT')
    expect(() => writerToPath(at)).toThrow('EISDIR')
  })

  it('reports a full disk once', async () => {
    const writer = writerToPath('/dev/full')
    void writer.put('one\n')
    expect(() => writer.flush()).toThrow(OutputError)
    expect(writer.put('two\n')).toBeUndefined()
    writer.flush()
    await writer.finish()
    expect(writer.failure).toBeInstanceOf(OutputError)
  })
})

describe.skipIf(!hasPipes)(`a writer to a pipe${hasPipes ? '' : ' (skipped: needs mkfifo)'}`, () => {
  function pipe(): string {
    const path = join(at, 'pipe')
    spawnSync('mkfifo', [path])
    return path
  }

  it('keeps what is written before the reader comes', async () => {
    const path = pipe()
    const writer = writerToPath(path)
    void writer.put('early\n')
    writer.flush()
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    await writer.finish()
    expect(take(reader)).toBe('early\n')
    closeSync(reader)
  })

  it('lets the caller wait for a slow reader, and loses nothing', async () => {
    const path = pipe()
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = writerToPath(path)
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i} ${'x'.repeat(60)}\n`)
    let seen = ''
    const reading = setInterval(() => {
      seen += take(reader, 50_000)
    }, 1)
    let waits = 0
    for (const line of lines) {
      const waiting = writer.put(line)
      if (waiting === undefined) continue
      waits++
      await waiting
      expect(writer.behind).toBeLessThan(300_000)
    }
    await writer.finish()
    clearInterval(reading)
    for (let more = take(reader); more !== ''; more = take(reader)) seen += more
    closeSync(reader)
    expect(waits).toBeGreaterThan(0)
    expect(seen).toBe(lines.join(''))
  })

  it('waits for a stuck reader until it must hurry, and then for seconds', async () => {
    vi.useFakeTimers()
    const path = pipe()
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = writerToPath(path)
    let failed = false
    const waiting = writer.put(`${'x'.repeat(1_000_000)}\n`)!.catch(() => {
      failed = true
    })
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect([failed, writer.failure]).toEqual([false, null])
    writer.hurry()
    await vi.advanceTimersByTimeAsync(2000)
    expect(failed).toBe(false)
    await vi.advanceTimersByTimeAsync(3000)
    await waiting
    expect(failed).toBe(true)
    expect(writer.failure?.message).toMatch(/^the output has no reader: \d+ bytes/)
    closeSync(reader)
  })

  it('gives a reader that takes a little now and then ten seconds in all', async () => {
    vi.useFakeTimers()
    const path = pipe()
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = writerToPath(path)
    const waiting = writer.put(`${'x'.repeat(10_000_000)}\n`)!.catch(() => {})
    writer.hurry()
    for (let second = 0; second < 9; second++) {
      await vi.advanceTimersByTimeAsync(1000)
      take(reader, 65_536)
    }
    expect(writer.failure).toBeNull()
    for (let second = 0; second < 3; second++) {
      await vi.advanceTimersByTimeAsync(1000)
      take(reader, 65_536)
    }
    await waiting
    expect(writer.failure).toBeInstanceOf(OutputError)
    closeSync(reader)
  })

  it('notices that its reader has gone', () => {
    const path = pipe()
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writer = writerToPath(path)
    closeSync(reader)
    void writer.put('x\n')
    expect(() => writer.flush()).toThrow(ReaderGone)
  })

  it('never blocks in a write, although its descriptor would', () => {
    const path = pipe()
    const both = openSync(path, constants.O_RDWR)
    const writer = writerTo(both)
    void writer.put(`${'x'.repeat(200_000)}\n`)
    writer.flush()
    expect(writer.behind).toBeGreaterThan(0)
    closeSync(both)
  })
})

it('writes nothing while there is no reader', () => {
  const writer = new PatientWriter(() => null)
  void writer.put('x\n')
  writer.flush()
  expect(writer.behind).toBe(2)
})

function take(fd: number, bytes = 1 << 20): string {
  const buffer = Buffer.alloc(bytes)
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer))
  } catch {
    return ''
  }
}
