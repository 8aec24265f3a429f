import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { deliver, openOutput } from '../../../src/cli/output/report-file.ts'
import { pcapFile, pcapngFile } from '../../support/pcap-builder.ts'
import { smblens } from '../../support/smblens.ts'

const root = mkdtempSync(join(tmpdir(), 'smblens-output-'))
let folder = ''
let counter = 0

beforeEach(() => {
  folder = join(root, String(counter++))
  mkdirSync(folder)
})
afterAll(() => rmSync(root, { recursive: true }))

const MKFIFO = 'mkfifo'
const isRoot = process.getuid?.() === 0
const packets = [Uint8Array.of(1, 2, 3)]
const PCAP = pcapFile({ packets })

const write = (path: string, text: string) => {
  const output = openOutput(path, [])
  deliver(output, () => output.write(text))
}

describe('--output', () => {
  it('appears once it is complete, and not before', () => {
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

  it('is written through a link, which remains', () => {
    writeFileSync(join(folder, 'target.txt'), 'old')
    const link = join(folder, 'link.txt')
    symlinkSync('target.txt', link)
    const output = openOutput(link, [])
    deliver(output, () => output.write('new'))
    expect(readFileSync(join(folder, 'target.txt'), 'utf8')).toBe('new')
    expect(readdirSync(folder).sort()).toEqual(['link.txt', 'target.txt'])
  })

  it('writes into a device, which remains one', () => {
    const output = openOutput('/dev/null', [])
    deliver(output, () => output.write('gone'))
    expect(() => readFileSync('/dev/null')).not.toThrow()
  })

  it('is never one of the captures to read, under any name', () => {
    const capture = join(folder, 'a.txt')
    writeFileSync(capture, 'not recognised by its bytes')
    symlinkSync('a.txt', join(folder, 'b.txt'))
    expect(() => openOutput(join(folder, 'b.txt'), [capture])).toThrow(/is one of the captures that are read/)
  })

  it.each<[name: string, bytes: Uint8Array]>([
    ['pcap', PCAP],
    ['big-endian pcap', pcapFile({ packets, endian: 'big' })],
    ['nanosecond pcap', pcapFile({ packets, nanoseconds: true })],
    ["Kuznetzov's pcap", pcapFile({ packets, magic: 0xa1b2cd34 })],
    ['pcapng', pcapngFile({ packets })],
    ['big-endian pcapng', pcapngFile({ packets, endian: 'big' })],
    ['gzip', gzipSync(PCAP)],
    ['xz', Buffer.from('fd377a585a000004', 'hex')],
    ['a zip archive', Buffer.from('504b030414000000', 'hex')],
    ['snoop', Buffer.from('736e6f6f7000000000000002', 'hex')],
    ['Network Monitor', Buffer.from('474d425500020100', 'hex')],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n')],
    ['a hex dump', Buffer.from('d4c3b2a1020004000000')],
  ])('is never a capture (%s) at all: -o *.pcap names one', (_name, bytes) => {
    const path = join(folder, 'other.pcap')
    writeFileSync(path, bytes)
    expect(() => openOutput(path, [])).toThrow(/is a capture itself/)
    symlinkSync('other.pcap', join(folder, 'link'))
    expect(() => openOutput(join(folder, 'link'), [])).toThrow(/is a capture itself/)
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0)
    expect(readdirSync(folder).sort()).toEqual(['link', 'other.pcap'])
  })

  it.each([0o600, 0o640, 0o664, 0o604])('keeps the mode of the file it replaces, %i', (mode) => {
    const path = join(folder, 'report.txt')
    writeFileSync(path, 'old')
    chmodSync(path, mode)
    write(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).mode & 0o7777).toBe(mode)
  })

  it.skipIf(!isRoot)('keeps the owner of the file it replaces (needs root)', () => {
    const path = join(folder, 'report.txt')
    writeFileSync(path, 'old')
    chownSync(path, 1234, 2345)
    chmodSync(path, 0o640)
    write(path, 'new')
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 2345 })
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })

  it('has the mode that the user gives new files', () => {
    const path = join(folder, 'report.txt')
    const before = process.umask(0o027)
    write(path, 'new')
    process.umask(before)
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })

  it.skipIf(isRoot)('does not replace a read-only file (root may write everything)', () => {
    const path = join(folder, 'report.txt')
    writeFileSync(path, 'old')
    chmodSync(path, 0o444)
    expect(() => openOutput(path, [])).toThrow(/permission denied/)
  })

  it('follows a link to a file that does not exist yet', () => {
    mkdirSync(join(folder, 'reports'))
    symlinkSync('reports', join(folder, 'today'))
    symlinkSync(join('today', 'a.txt'), join(folder, 'latest'))
    symlinkSync('latest', join(folder, 'link'))
    write(join(folder, 'link'), 'first')
    expect(readFileSync(join(folder, 'reports/a.txt'), 'utf8')).toBe('first')
    write(join(folder, 'link'), 'second')
    expect(readFileSync(join(folder, 'reports/a.txt'), 'utf8')).toBe('second')
    for (const name of ['link', 'latest', 'today']) expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true)
    expect(readdirSync(join(folder, 'reports'))).toEqual(['a.txt'])
  })

  it('is refused if a link leads to a missing folder, or to itself', () => {
    symlinkSync('missing/a.txt', join(folder, 'nowhere'))
    symlinkSync('circle', join(folder, 'circle'))
    expect(() => openOutput(join(folder, 'nowhere'), [])).toThrow(/its folder does not exist/)
    expect(() => openOutput(join(folder, 'circle'), [])).toThrow(/cannot be written/)
    expect(readdirSync(folder).sort()).toEqual(['circle', 'nowhere'])
  })

  it.skipIf(process.platform === 'win32')('may be a named pipe (needs mkfifo)', async () => {
    const path = join(folder, 'pipe')
    expect(spawnSync(MKFIFO, [path]).status).toBe(0)
    const reader = spawn('cat', [path])
    let text = ''
    reader.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece
    })
    const ended = new Promise((resolve) => reader.on('close', resolve))
    write(path, 'through the pipe')
    await ended
    expect(text).toBe('through the pipe')
    expect(lstatSync(path).isFIFO()).toBe(true)
  })

  it.each([
    ['scan', 'missing.pcap'],
    ['messages', 'missing.pcap'],
    ['scan', 'notes.txt'],
    ['messages', 'notes.txt'],
  ])('of a run of %s that can read nothing (%s) stays as it was', (command, input) => {
    writeFileSync(join(folder, 'notes.txt'), 'no capture')
    writeFileSync(join(folder, 'old'), 'yesterday')
    const { status, stderr } = smblens([command, join(folder, input), '-o', join(folder, 'old')])
    expect(status).toBe(3)
    expect(stderr.split('\n').slice(0, -1)).toHaveLength(2)
    expect(stderr).toContain('old: not written, because nothing could be read\n')
    expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('yesterday')
    expect(smblens([command, join(folder, input), '-o', join(folder, 'new')]).status).toBe(3)
    expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'old'])
  })

  it.each([
    ['a folder', '', /is a folder/],
    ['in a missing folder', 'missing/report.txt', /its folder does not exist/],
  ])('%s is refused before any work', (_name, path, message) => {
    expect(() => openOutput(join(folder, path), [])).toThrow(message)
    expect(readdirSync(folder)).toEqual([])
  })
})
