import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { deliver, openOutput } from '../../src/cli/output.ts'

const root = mkdtempSync(join(tmpdir(), 'smblens-output-'))
let folder = ''
let counter = 0

beforeEach(() => {
  folder = join(root, String(counter++))
  mkdirSync(folder)
})
afterAll(() => rmSync(root, { recursive: true }))

const PCAP = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex')

describe('--output', () => {
  it('appears when it is whole, and not before', () => {
    const path = join(folder, 'report.txt')
    const output = openOutput(path, [])
    output.write('half')
    expect(() => readFileSync(path)).toThrow()
    output.write(' and half')
    output.finish()
    expect(readFileSync(path, 'utf8')).toBe('half and half')
    expect(readdirSync(folder)).toEqual(['report.txt'])
  })

  it('keeps the old report, and no half of a new one, when the work fails', () => {
    const path = join(folder, 'report.txt')
    writeFileSync(path, 'old')
    const output = openOutput(path, [])
    output.write('x'.repeat(200_000))
    output.discard()
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['report.txt'])
  })

  it('is written through a link, which stays', () => {
    writeFileSync(join(folder, 'target.txt'), 'old')
    const link = join(folder, 'link.txt')
    symlinkSync('target.txt', link)
    const output = openOutput(link, [])
    deliver(output, () => output.write('new'))
    expect(readFileSync(join(folder, 'target.txt'), 'utf8')).toBe('new')
    expect(readdirSync(folder).sort()).toEqual(['link.txt', 'target.txt'])
  })

  it('writes into a device and leaves it one', () => {
    const output = openOutput('/dev/null', [])
    deliver(output, () => output.write('gone'))
    expect(() => readFileSync('/dev/null')).not.toThrow()
  })

  it('is never one of the captures to read, by whatever name', () => {
    const capture = join(folder, 'a.txt')
    writeFileSync(capture, 'not recognised by its bytes')
    symlinkSync('a.txt', join(folder, 'b.txt'))
    expect(() => openOutput(join(folder, 'b.txt'), [capture])).toThrow(/is one of the captures to read/)
  })

  it.each([
    ['pcap', PCAP],
    ['pcapng', Buffer.from('0a0d0d0a1c000000', 'hex')],
    ['gzip', Buffer.from('1f8b0800', 'hex')],
  ])('is never a capture (%s) at all: -o *.pcap names one', (_name, bytes) => {
    const path = join(folder, 'other.pcap')
    writeFileSync(path, bytes)
    expect(() => openOutput(path, [])).toThrow(/is a capture itself/)
    expect(readFileSync(path)).toEqual(bytes)
  })

  it.each([
    ['a folder', '', /is a folder/],
    ['in no folder', 'missing/report.txt', /cannot be written \(ENOENT\)/],
  ])('%s is refused before any work', (_name, path, message) => {
    expect(() => openOutput(join(folder, path), [])).toThrow(message)
    expect(readdirSync(folder)).toEqual([])
  })
})
