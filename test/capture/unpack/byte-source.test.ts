import { closeSync, fstatSync, openSync } from 'node:fs'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { type ByteSource, fileSource, ReadError, streamSource } from '../../../src/capture/unpack/byte-source.ts'
import { temporaryFolder } from '../../support/frames.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

const HEADROOM = 5000
const BYTES = new Uint8Array(3_500_000).map((_, i) => (i * 31) ^ (i >> 9))
const PATH = folder.write('bytes', BYTES)

/** Takes records of `size` bytes from a source, as a walker does, and returns all bytes in their order. */
async function drain(source: ByteSource, size: number): Promise<Uint8Array> {
  const all = new Uint8Array(BYTES.length)
  let length = 0
  let at = source.start
  while (await source.next(at)) {
    expect(source.end - source.start).toBeGreaterThan(0)
    at = source.start
    for (; source.end - at >= size; at += size) {
      all.set(source.bytes.subarray(at, at + size), length)
      length += size
    }
  }
  all.set(source.bytes.subarray(at, source.end), length)
  expect(length + source.end - at).toBe(BYTES.length)
  expect(await source.next(at)).toBe(false)
  expect(source.position).toBe(BYTES.length)
  return all
}

describe('a file', () => {
  it.each([1, 999, HEADROOM])('gives every byte once, with up to %i kept', async (size) => {
    const source = fileSource(openSync(PATH, 'r'), HEADROOM)
    expect(Buffer.compare(await drain(source, size), BYTES)).toBe(0)
    await source.close()
  })

  it('is closed when its reader is done, even if a read is pending', async () => {
    const fd = openSync(PATH, 'r')
    const source = fileSource(fd, HEADROOM)
    await source.next(source.start)
    await source.close()
    expect(() => fstatSync(fd)).toThrow('EBADF')
  })

  it.each([
    ['large', PATH],
    ['small', folder.write('small', BYTES.subarray(0, 100))],
  ])('rejects with the error of the system, a %s one', async (_, path) => {
    const fd = openSync(path, 'r')
    const source = fileSource(fd, HEADROOM)
    await source.next(source.start)
    closeSync(fd)
    const rest = async () => {
      // The chunk that was read ahead may still come.
      while (await source.next(source.end));
    }
    const error = await rest().catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ReadError)
    expect((error as ReadError).cause).toMatchObject({ code: 'EBADF' })
  })

  it('lets the event loop run, even where each file is small', async () => {
    const path = folder.write('small', BYTES.subarray(0, 100))
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    // Of its own processor time: on a busy machine it may not have had any of a short time on the clock.
    const before = process.cpuUsage().user
    while (turns === 0 && process.cpuUsage().user - before < 1e6) {
      const source = fileSource(openSync(path, 'r'), HEADROOM)
      while (await source.next(source.end));
      await source.close()
    }
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })
})

describe('a stream', () => {
  it.each([1, 999, HEADROOM])('gives every byte once, with up to %i kept', async (size) => {
    const cuts = [0, 1, 2, 10_000, 10_001, 300_000, 2_000_000, BYTES.length]
    const pieces = cuts.slice(1).map((cut, i) => BYTES.slice(cuts[i], cut))
    const source = streamSource(Readable.from(pieces), HEADROOM)
    expect(Buffer.compare(await drain(source, size), BYTES)).toBe(0)
    await source.close()
  })
})
