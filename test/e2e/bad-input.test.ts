/** Input that is not a capture, or only the first part of one: a line says what to do, and the rest is scanned anyway. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { some } from '../support/cases.ts'
import { pcapFile } from '../support/pcap-builder.ts'
import { ROOT, records, smblens } from '../support/smblens.ts'

const GOOD = 'captures/guest-silent-mapping.pcap'
const good = readFileSync(join(ROOT, GOOD))

const folder = mkdtempSync(join(tmpdir(), 'smblens-bad-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

function hugeRecord(): Uint8Array {
  const bytes = Buffer.from(good)
  // The captured length of the second record.
  const second = 24 + 16 + bytes.readUInt32LE(24 + 8)
  bytes.writeUInt32LE(0xffffffff, second + 8)
  bytes.writeUInt32LE(0xffffffff, second + 12)
  return bytes
}

mkdirSync(join(folder, 'nothing'))
const locked = file('locked.pcap', good)
chmodSync(locked, 0)
const isRoot = process.getuid?.() === 0

/** Name, path, what the line says, and whether anything can be read. */
const CASES: [name: string, path: string, message: RegExp, readable: boolean][] = [
  ['a text file', file('notes.txt', 'these are notes, not packets\n'), /notes\.txt: .*(text|capture)/, false],
  ['an empty file', file('empty.pcap', ''), /empty\.pcap: is empty: /, false],
  ['a folder without captures', join(folder, 'nothing'), /nothing: contains no capture: /, false],
  ['a missing path', join(folder, 'missing.pcap'), /missing\.pcap: no such file or folder: check the path/, false],
  ['a truncated gzip', file('cut.pcap.gz', gzipSync(good).subarray(0, -200)), /cut\.pcap\.gz: /, true],
  ['a gzip of text', file('notes.gz', gzipSync('these are notes')), /notes\.gz: /, false],
  ['a record of 4 GB', file('huge.pcap', hugeRecord()), /huge\.pcap: .*(at byte|frame 1)/, true],
  [
    'an unknown link type',
    file('usb.pcap', pcapFile({ linkType: 147, packets: [good.subarray(40, 100)] })),
    /usb\.pcap: .*147/,
    true,
  ],
  ['a cut record', file('cut.pcap', good.subarray(0, -7)), /cut\.pcap: .*at byte \d+/, true],
  ['a header alone, cut', file('header.pcap', good.subarray(0, 11)), /header\.pcap: /, false],
]

describe('bad input', () => {
  it.each(some(CASES))('%s', (_name, path, message, readable) => {
    const { status, stdout, stderr } = smblens(['scan', path, GOOD, '-f', 'ndjson'])
    const lines = stderr.split('\n').slice(0, -1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^smblens: /)
    expect(lines[0]).toMatch(message)
    expect(status).toBe(3)

    const captures = records(stdout).filter((record) => record['type'] === 'capture')
    const paths = readable ? [path, GOOD] : [GOOD]
    expect(captures.map((capture) => capture['path']).sort()).toEqual(paths.sort())
    if (readable) expect(captures.find((capture) => capture['path'] === path)).toMatchObject({ complete: false })
    const found = records(stdout).filter((record) => record['type'] === 'finding' && record['capture'] === GOOD)
    expect(found.length).toBeGreaterThan(0)
    expect(records(stdout).at(-1)).toMatchObject({ type: 'summary', inputsUnread: readable ? 0 : 1 })
  })

  it.skipIf(isRoot)(`an unreadable file${isRoot ? ' (skipped: root reads everything)' : ''}`, () => {
    const { status, stderr } = smblens(['scan', locked, GOOD])
    expect(stderr).toMatch(/^smblens: .*locked\.pcap: permission denied: /)
    expect(status).toBe(3)
  })

  it('all of it at once: one line each, and only the format on standard output', () => {
    const { status, stdout, stderr } = smblens(['scan', ...CASES.map(([, path]) => path), GOOD, '-f', 'json'])
    expect(stderr.split('\n').slice(0, -1)).toHaveLength(CASES.length)
    expect(() => JSON.parse(stdout)).not.toThrow()
    expect(status).toBe(3)
  })

  it('alone gives no verdict, and the table says so', () => {
    const { status, stdout } = smblens([join(folder, 'notes.txt')])
    expect(stdout).toMatch(/^Nothing could be read\./)
    expect(status).toBe(3)
  })

  it('has its name escaped', () => {
    const { stderr } = smblens([file('\x1b[31mred\n.pcap', 'text')])
    expect(stderr).toContain('\\x1b[31mred\\n.pcap: ')
    expect(stderr.slice(0, -1)).not.toMatch(/\p{Cc}/u)
  })

  it('is reported by messages too', () => {
    const cut = smblens(['messages', join(folder, 'cut.pcap')])
    expect(records(cut.stdout).length).toBeGreaterThan(5)
    expect(cut.stderr).toMatch(/^smblens: .*cut\.pcap: /)
    expect(cut.status).toBe(3)
    expect(smblens(['messages', join(folder, 'nothing')]).status).toBe(3)
  })

  it('of every kind in one folder: one line each, one line for files that are not captures, and the captures are read', () => {
    const mixed = join(folder, 'mixed')
    mkdirSync(join(mixed, 'deep'), { recursive: true })
    const put = (name: string, bytes: Uint8Array | string) => writeFileSync(join(mixed, name), bytes)
    const wrongSum = gzipSync(good)
    wrongSum[wrongSum.length - 6]! ^= 1
    put('a-good.pcap', good)
    put('b-twice.pcap', Buffer.concat([good, good]))
    put('c-sum.pcap.gz', wrongSum)
    put('deep/d-zeros.pcap', Buffer.concat([good, Buffer.alloc(4096)]))
    put('deep/e.snoop', 'snoop\0\0\0\0\0\0\x02\0\0\0\x04')
    put('f.pcap', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')
    put('g.rar', 'Rar!\x1a\x07\x01\0')
    put('h.pcap.gz', gzipSync(gzipSync(good)))
    put('notes.txt', 'notes')
    put('deep/more.md', '# more')
    put('shot.png', Buffer.from('89504e470d0a1a0a', 'hex'))
    put('empty.pcap', '')
    const { status, stdout, stderr } = smblens(['scan', mixed, '-f', 'ndjson'])
    const lines = stderr.split('\n').map((line) => line.replace(`smblens: ${mixed}`, '').replace(/(: .{12}).*/, '$1'))
    expect(lines).toEqual([
      '/deep/e.snoop: is a snoop c',
      '/f.pcap: is a Git LFS',
      '/g.rar: is a RAR arc',
      '/h.pcap.gz: is gzip-comp',
      ': skipped 4 fi',
      '/b-twice.pcap: another capt',
      '/c-sum.pcap.gz: the gzip dat',
      '/deep/d-zeros.pcap: the file end',
      '',
    ])
    expect(stderr).toContain('skipped 4 files that are not captures (2 text, 1 empty, 1 image)\n')
    expect(status).toBe(3)
    const captures = records(stdout).filter((record) => record['type'] === 'capture')
    const packets = captures.map((capture) => capture['packets'] as number)
    expect(packets).toEqual([packets[0], 2 * packets[0]!, packets[0], packets[0]])
    expect(captures.map((capture) => capture['complete'])).toEqual([true, true, false, false])
    expect(records(stdout).at(-1)).toMatchObject({ type: 'summary', captures: 4, inputsUnread: 4 })
    rmSync(join(mixed, 'deep/e.snoop'))
    const read = smblens(['scan', mixed, '-f', 'ndjson', '--fail-on', 'info'])
    expect(read.status).toBe(1)
  })

  it('a file that is not a capture beside a whole one is not a failure', () => {
    const plain = join(folder, 'plain')
    mkdirSync(plain)
    writeFileSync(join(plain, 'a.pcap'), readFileSync(join(ROOT, GOOD)))
    writeFileSync(join(plain, 'a.txt'), 'notes')
    const { status, stderr } = smblens(['scan', plain])
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `smblens: ${plain}: skipped 1 file that is not a capture (text)\n`,
    })
    expect(smblens(['scan', join(plain, 'a.txt'), join(plain, 'a.pcap')]).status).toBe(3)
  })
})
