/**
 * How pcap-parser handles damaged files and other formats, which is why only tests use it (docs/binary-parser.md).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'pcap-parser'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/frames.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

const SAMPLES = fileURLToPath(new URL('../../captures', import.meta.url))
const whole = readFileSync(join(SAMPLES, 'smb202.pcap'))
/** The offset of the first packet's captured length. */
const CAPTURED_LENGTH = 24 + 8

/** How many packets it finds, and its error. */
function read(name: string, file: Uint8Array): Promise<{ packets: number; errors: string[] }> {
  const path = folder.write(name, file)
  return new Promise((resolve) => {
    const errors: string[] = []
    let packets = 0
    parse(path)
      .on('packet', () => packets++)
      .on('error', (error) => errors.push(String(error)))
      // Also after an error.
      .on('end', () => resolve({ packets, errors }))
  })
}

describe('why the program does not use pcap-parser', () => {
  it('reads a cut file without an error', async () => {
    const { packets } = await read('whole.pcap', whole)
    expect(await read('cut.pcap', whole.subarray(0, -10))).toEqual({ packets: packets - 1, errors: [] })
  })

  it('waits for a packet of 2 GB until the file ends, without an error', async () => {
    const corrupt = Buffer.from(whole)
    corrupt.writeUInt32LE(0x7fffffff, CAPTURED_LENGTH)
    expect(await read('corrupt.pcap', corrupt)).toEqual({ packets: 0, errors: [] })
  })

  it('supports neither nanoseconds nor pcapng', async () => {
    const nanoseconds = Buffer.from(whole)
    nanoseconds.writeUInt32LE(0xa1b23c4d, 0)
    for (const file of [nanoseconds, readFileSync(join(SAMPLES, 'pcapng.pcapng'))]) {
      const { packets, errors } = await read('other', file)
      expect(packets).toBe(0)
      expect(errors.join()).toContain('unknown magic number')
    }
  })
})
