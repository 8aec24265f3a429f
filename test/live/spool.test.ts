import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CaptureError } from '../../src/capture/capture-error.ts'
import { openSpool, type Spool } from '../../src/live/spool.ts'

const PACKET = 100
let spool: Spool
afterEach(() => spool.close())

describe('packets that are stored for showing them again', () => {
  it('are read by the numbers that records cite, over all files', async () => {
    spool = openSpool('smblens', 40 * PACKET)
    for (let i = 1; i <= 60; i++) put(i)
    expect(await numbers(58, 60)).toEqual([58, 59, 60])
    expect(await numbers(25, 40)).toEqual(Array.from({ length: 16 }, (_, i) => 25 + i))
    put(61)
    expect(await numbers(61, 61)).toEqual([61])
  })

  it('go, the oldest first, and it is said what keeps them', async () => {
    spool = openSpool('smblens', 10 * PACKET)
    for (let i = 1; i <= 100; i++) put(i)
    await expect(numbers(1, 1)).rejects.toThrow(CaptureError)
    await expect(numbers(1, 1)).rejects.toThrow('--write')
    // What is left of a range is read.
    const left = await numbers(1, 100)
    expect(left.at(-1)).toBe(100)
    expect(left).toEqual(Array.from({ length: left.length }, (_, i) => 101 - left.length + i))
  })

  it('can be read by this user only, and are deleted at the end', () => {
    const own = mkdtempSync(join(tmpdir(), 'spool-test-'))
    vi.stubEnv('TMPDIR', own)
    try {
      spool = openSpool('smblens')
      put(1)
      const [folder] = readdirSync(own)
      expect(statSync(join(own, folder!)).mode & 0o777).toBe(0o700)
      spool.close()
      expect(readdirSync(own)).toEqual([])
    } finally {
      vi.unstubAllEnvs()
      rmSync(own, { recursive: true })
    }
  })
})

/** Each packet has its own number for its contents. */
function put(number: number): void {
  const bytes = new Uint8Array(PACKET)
  new DataView(bytes.buffer).setUint32(0, number)
  spool.packet(bytes, 0, PACKET, PACKET, 1, number * 1000, 'eth0')
}

async function numbers(from: number, to: number): Promise<number[]> {
  const found: number[] = []
  await spool.read(
    'eth0',
    {
      frame(bytes, start, _captured, _original, _linkType, _time, number) {
        expect(new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(0)).toBe(number)
        found.push(number)
      },
    },
    { from, to },
  )
  return found
}
