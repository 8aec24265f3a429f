import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureError } from '../../../src/capture/capture-error.ts'
import { recognise } from '../../../src/capture/format/detect.ts'
import { FOREIGN_BYTES, FOREIGN_FORMATS } from '../../../src/capture/format/foreign.ts'
import { expandInputs } from '../../../src/capture/read/inputs.ts'
import { readCapture } from '../../../src/capture/read/read-capture.ts'
import { collector, readBytes, temporaryFolder } from '../../support/frames.ts'
import { concat, pcapFile, pcapngFile, u16, u32 } from '../../support/pcap-builder.ts'
import { hasProgram, ROOT, SAMPLES, smblens } from '../../support/smblens.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
const zeros = (count: number) => new Uint8Array(count)
const sample = (name: string) => readFileSync(join(ROOT, 'captures', name))
const PCAP = pcapFile({ packets: [Uint8Array.of(1, 2, 3)] })
const BIG = pcapFile({ packets: [Uint8Array.of(1, 2, 3)], endian: 'big' })
const NANO = pcapFile({ packets: [Uint8Array.of(1, 2, 3)], nanoseconds: true })
const PCAPNG = pcapngFile({ packets: [Uint8Array.of(1, 2, 3)] })

/** Latin-1 for UTF-8, and what was no UTF-8. */
const asUtf8 = (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf8')
const replaced = (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf8')
const utf16 = (text: string) => concat(Uint8Array.of(0xff, 0xfe), Buffer.from(text, 'utf16le'))
const withLineEnds = (bytes: Uint8Array, from: RegExp, to: string) =>
  latin1(Buffer.from(bytes).toString('latin1').replace(from, to))

function erfRecord(seconds: number, type: number, payload: number): Uint8Array {
  return concat(
    u32(0),
    u32(seconds),
    Uint8Array.of(type, 4),
    u16(16 + payload, 'big'),
    u16(0),
    u16(payload, 'big'),
    zeros(payload),
  )
}

function hexdump(bytes: Uint8Array, line: (offset: number, hex: string[]) => string): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 16)
    text += `${line(
      at,
      Array.from(bytes.subarray(at, at + 16), (b) => b.toString(16).padStart(2, '0')),
    )}\n`
  return text
}

function tar(name: string, bytes: Uint8Array): Uint8Array {
  const header = zeros(512)
  header.set(latin1(name))
  header.set(latin1('ustar\x0000'), 257)
  return concat(header, bytes)
}

const lzma = (dictionary: number, size: Uint8Array) =>
  concat(Uint8Array.of(0x5d), u32(dictionary), size, latin1('\0packed'))
const event = (size: number, saved: number, current: number) =>
  concat(u32(size), u32(saved), u32(current), u32(0), zeros(80))

/** What each format's first bytes may be, under a part of what is said of it. */
const EXAMPLES: Record<string, readonly Uint8Array[]> = {
  'Network Monitor': [latin1('GMBU\0\x02\x01\0'), latin1('RTSS\x01\x01\x01\0')],
  'Windows event trace': [event(65_536, 65_536, 65_536), event(8192, 312, 312), event(0x20_0000, 0x1ff_ff0, 72)],
  snoop: [latin1('snoop\0\0\0\0\0\0\x02\0\0\0\x04')],
  ERF: [
    erfRecord(1_700_000_000, 2, 62),
    concat(erfRecord(1_700_000_000, 2, 62), erfRecord(1_700_000_001, 0x82, 1502), erfRecord(1_700_000_001, 2, 80)),
  ],
  nstrace: ['NetScaler Performance Data', 'NetScaler V20 Performance Data', 'Netscaler V35 Performance Data'].map(
    (text) => concat(Uint8Array.of(1, 1, 80, 0, 4, 3, 2, 1, 0, 0, 0, 0), latin1(text)),
  ),
  iptrace: [latin1('iptrace 1.0\0'), latin1('iptrace 2.0\0\0\0')],
  OmniPeek: [
    latin1('\x7fver\0\0\0\x18version'),
    concat(
      Uint8Array.of(7, 0),
      u32(99_000, 'big'),
      u32(12, 'big'),
      u32(1, 'big'),
      u32(2, 'big'),
      u32(3, 'big'),
      zeros(28),
    ),
  ],
  K12: [
    latin1('\0\0\x02\0\x12\x05\0\x10'),
    latin1('+---------+---------------+----------+\r\n10:20:30,405,060   ETHER'),
  ],
  'a Sniffer capture': [latin1('TRSNIFF data    \x1a')],
  NetXRay: [latin1('XCP\x00002.002\0'), latin1('VL\0\0abcd')],
  Observer: [latin1('ObserverPktBufferVersion=15.00')],
  Capsa: [latin1('cpse\0\0\x02\0')],
  'Visual Networks': [concat(latin1('\x05VNF'), zeros(60))],
  '5View': [concat(latin1('\xaa\xaa\xaa\xaa'), u32(32), zeros(60))],
  LANalyzer: [latin1('\x01\x10\x4c\0\x01\x05Trace Display Trace File\0')],
  CommView: [
    concat(latin1('\x4a\0\x4a\0\0\xea\x07\x0b\x17\x10\x0c\x0d\0\0\0\0'), zeros(8 + 0x4a)),
    concat(latin1('\x4a\0\0\0\xea\x07\x0b\x17\x10\x0c\x0d\0\0\0\0'), zeros(5 + 0x4a)),
  ],
  nettl: [latin1('TR\0\x64\0\0\0\0\0\0\0\x80'), latin1('\0\0\0\x01\0\0\0\0\0\x07\xd0\0')],
  RADCOM: [latin1('\x42\xd2\0\x34\x12\x66\x22\x88'), latin1('\x42\xd3\x01\x34\x12\x66\x22\x88')],
  lcap: [latin1('\xac\x01\0\x1c\x02\0\x04\0'), latin1('\x1c\0\x01\xab\0\x02\0\x04')],
  'gzip-compressed twice': [gzipSync(PCAP)],
  'xz-compressed': [latin1('\xfd7zXZ\0\0\x04')],
  'LZMA-compressed': [lzma(0x80_0000, new Uint8Array(8).fill(255)), lzma(0xc0_0000, concat(u32(70_000), u32(0)))],
  'zstd-compressed': [latin1('\x28\xb5\x2f\xfd\x24'), latin1('\x50\x2a\x4d\x18\x04\0\0\0')],
  'bzip2-compressed': [latin1('BZh91AY&SY')],
  'lz4-compressed': [latin1('\x04\x22\x4d\x18\x64'), latin1('\x02\x21\x4c\x18')],
  'lzip-compressed': [latin1('LZIP\x01\x0c')],
  'lzop-compressed': [latin1('\x89LZO\0\r\n\x1a\n\x10')],
  'compressed with compress': [latin1('\x1f\x9d\x90\xd4')],
  'zip archive': [
    latin1('PK\x03\x04\x14\0\0\0\x08\0'),
    concat(latin1('PK\x03\x04'), zeros(26), latin1('a.pcap')),
    latin1('PK\x05\x06'),
  ],
  '7z archive': [latin1('7z\xbc\xaf\x27\x1c\0\x04')],
  'RAR archive': [latin1('Rar!\x1a\x07\0'), latin1('Rar!\x1a\x07\x01\0')],
  'tar archive': [tar('a.pcap', PCAP)],
  'cabinet archive': [latin1('MSCF\0\0\0\0\x20')],
  'Git LFS pointer': [latin1('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n')],
  'git-annex pointer': [
    latin1('/annex/objects/SHA256E-s12--ab.pcap\n'),
    latin1('../../.git/annex/objects/Xq/SHA256E-s1--ab.pcap'),
  ],
  'was a pcap file': [
    ...[PCAP, BIG, NANO].flatMap((bytes) => [asUtf8(bytes), replaced(bytes), bytes.map((b) => b & 0x7f)]),
    ...['ÔÃ²¡', '╘├▓í', 'È├▓í', '\ufffdò\ufffd'].map((text) => utf16(`${text}\x02\0`)),
    concat(latin1('????'), PCAP.subarray(4)),
  ],
  'was a pcapng file': [
    withLineEnds(PCAPNG, /\n/g, '\r\n'),
    withLineEnds(PCAPNG, /\r\n/g, '\n'),
    withLineEnds(PCAPNG, /\r/g, '\n'),
    withLineEnds(PCAPNG, /\r/g, ''),
    withLineEnds(PCAPNG, /\n/g, '\r'),
    utf16(Buffer.from(PCAPNG).toString('latin1')),
  ],
  base64: [PCAP, BIG, NANO, PCAPNG].flatMap((bytes) => {
    const text = Buffer.from(bytes).toString('base64')
    return [latin1(`${text}\n`), latin1(text.replace(/.{76}/g, '$&\r\n'))]
  }),
  'hex dump of a capture': [PCAP, BIG, NANO, PCAPNG].flatMap((bytes) =>
    [
      hexdump(bytes, (at, hex) => `${at.toString(16).padStart(8, '0')}: ${hex.join('').replace(/.{4}/g, '$& ')} ....`),
      hexdump(bytes, (at, hex) => `${at.toString(16).padStart(8, '0')}  ${hex.join(' ')}  |....|`),
      hexdump(bytes, (at, hex) => `${at.toString(16).padStart(6, '0')} ${hex.join(' ')}`),
      hexdump(bytes, (_, hex) => hex.join('')),
      hexdump(bytes, (_, hex) => `  ${hex.map((b) => `0x${b}`).join(', ')},`),
    ].map(latin1),
  ),
  'hex dump of packets': [
    latin1('0000  00 0c 29 31 32 33 00 50 56 c0 00 08 08 00 45 00   ..)123.PV.....E.\n0010  00 34'),
    latin1('000000 00 0c 29 31 32 33 00 50 56 c0 00 08 08 00 45 00\n'),
  ],
  'the text output of tcpdump': [
    latin1('16:12:13.317089 IP 10.77.0.1.55886 > 10.77.0.2.445: Flags [P.], seq 1:100\n\t0x0000:  4500 0034 abcd'),
    latin1('2026-11-23 16:12:13.317089 IP6 fe80::1.1 > fe80::2.445: Flags [S]'),
  ],
  'the text output of tshark or Wireshark': [
    latin1('Frame 1: 66 bytes on wire (528 bits), 66 bytes captured (528 bits)\n'),
    latin1('No.     Time           Source                Destination'),
    latin1('<?xml version="1.0" encoding="utf-8"?>\n<pdml version="0">'),
    latin1('[\n  {\n    "_index": "packets-2026-11-23",'),
    latin1('{"index":{"_index":"packets-2026-11-23"}}\n'),
  ],
}

/** Where the documentation uses other words. */
const IN_DOCS: Record<string, string> = {
  'Windows event trace': 'Windows event traces',
  'a Sniffer capture': 'Sniffer',
  'gzip-compressed twice': 'gzip in gzip',
  'compressed with compress': 'compress',
  'Git LFS pointer': 'Git LFS',
  'git-annex pointer': 'git-annex',
  'was a pcap file': 'pcap and pcapng after a conversion',
  'was a pcapng file': 'pcap and pcapng after a conversion',
  'hex dump of a capture': 'hex dumps of files',
  'hex dump of packets': 'and of packets',
  'the text output of tcpdump': 'what tcpdump',
  'the text output of tshark or Wireshark': 'tshark and Wireshark print',
}

const CASES = Object.entries(EXAMPLES).flatMap(([what, list]) => list.map((bytes, i) => ({ what, i, bytes })))

async function failure(path: string): Promise<CaptureError> {
  const error = await readCapture(path, collector()).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(CaptureError)
  return error as CaptureError
}

describe('a file that contains packets and is not read', () => {
  it('has an example of each format', () => {
    const without = FOREIGN_FORMATS.filter(
      ({ problem }) => !Object.keys(EXAMPLES).some((what) => problem.includes(what)),
    )
    expect(without).toEqual([])
    for (const what of Object.keys(EXAMPLES))
      expect(FOREIGN_FORMATS.filter(({ problem }) => problem.includes(what))).toHaveLength(1)
  })

  it('is listed in docs/inputs.md', () => {
    const docs = readFileSync(join(ROOT, 'docs/inputs.md'), 'utf8')
    for (const what of Object.keys(EXAMPLES))
      expect(docs).toContain(IN_DOCS[what] ?? what.replace(/[- ](archive|compressed)$/, ''))
  })

  it.each(CASES)('is recognised as $what ($i), with the way to convert it', ({ what, bytes }) => {
    const expected = FOREIGN_FORMATS.find(({ problem }) => problem.includes(what))
    expect(recognise(bytes.subarray(0, FOREIGN_BYTES), 'file')).toMatchObject({
      kind: 'foreign',
      code: expected?.code,
      problem: expected?.problem,
    })
  })

  it('is an error where it is named, in pieces of any size, and packed', async () => {
    for (const { what, bytes, i } of CASES) {
      if (what === 'gzip-compressed twice') continue
      const named = await failure(folder.write(`named-${i}`, bytes))
      expect(named.message).toContain(what)
      const cuts = [1, 5, 11, 12, 13, 40]
      await expect(readBytes(bytes, cuts)).rejects.toMatchObject({ code: named.code })
      await expect(readBytes(gzipSync(bytes))).rejects.toMatchObject({ code: named.code })
    }
    await expect(readBytes(gzipSync(gzipSync(PCAP)))).rejects.toMatchObject({ code: 'unsupported-compression' })
  })

  it('is an error in a folder, in the order of names, and files without packets are counted', async () => {
    const mixed = temporaryFolder()
    for (const [i, { bytes }] of CASES.entries()) mixed.write(String(i).padStart(3, '0'), bytes)
    mixed.write('x.pcap', PCAP)
    mixed.write('y.txt', 'notes')
    mixed.write('y.pcap', '')
    const { files, errors, leftOut } = await expandInputs([mixed.path])
    mixed.remove()
    // A capture that is packed once is one.
    const single = CASES.findIndex(({ what }) => what === 'gzip-compressed twice')
    expect(files.map((file) => file.slice(-3))).toEqual(
      [String(single).padStart(3, '0'), 'cap'].map((n) => n.slice(-3)),
    )
    expect(errors.map(({ path }) => Number(path.slice(-3)))).toEqual(CASES.map((_, i) => i).filter((i) => i !== single))
    expect(leftOut).toEqual([
      {
        folder: mixed.path,
        kinds: new Map([
          ['empty', 1],
          ['text', 1],
        ]),
      },
    ])
  })

  it('may be recognised by its name where the bytes are unusual', () => {
    const odd = concat(u32(77), zeros(100))
    expect(recognise(odd, 'net.etl')).toMatchObject({ kind: 'foreign' })
    expect(recognise(odd, 'net.bin')).toEqual({ kind: 'other' })
  })

  const WRITTEN_BY_EDITCAP =
    '5views commview-ncf commview-ncfx k12text lanalyzer netmon1 netmon2 nettl ngsniffer ngwsniffer_1_1 ngwsniffer_2_0 observer snoop visual'
  it.skipIf(!hasProgram('editcap')).each(WRITTEN_BY_EDITCAP.split(' '))(
    'is known as editcap writes it: %s (needs editcap)',
    (format) => {
      const path = join(folder.path, format)
      const made = spawnSync('editcap', ['-F', format, join(ROOT, 'captures/smb311-signed.pcap'), path])
      if (made.status !== 0) return
      expect(recognise(readFileSync(path).subarray(0, FOREIGN_BYTES), format)).toMatchObject({
        kind: 'foreign',
        code: 'unsupported-format',
      })
    },
  )

  it.skipIf(!hasProgram('editcap')).each(['nokiapcap', 'rh6_1pcap', 'suse6_3pcap'])(
    'is named where it says that it is pcap: %s (needs editcap)',
    async (format) => {
      const path = join(folder.path, format)
      execFileSync('editcap', ['-F', format, join(ROOT, 'captures/smb311-signed.pcap'), path])
      const bytes = readFileSync(path)
      const { summary } = await readBytes(bytes)
      expect(summary).toMatchObject({ complete: false, packets: 1 })
      expect(summary.warnings[0]?.message).toContain('may have written it: convert it with editcap')
      expect((await readBytes(bytes, [100, 114, 120, 125, 130, 131, 140])).summary).toEqual(summary)
    },
  )
})

describe('a file without packets', () => {
  it.each<[what: string, kind: string, bytes: Uint8Array]>([
    ['a picture', 'image', latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')],
    ['a photo', 'image', latin1('\xff\xd8\xff\xe0\0\x10JFIF')],
    ['an icon', 'image', latin1('\0\0\x01\0\x01\0\x20\x20\0\0\x01\0\x20\0')],
    ['a PDF', 'document', latin1('%PDF-1.7\n%\xe2\xe3')],
    ['an office document', 'document', concat(latin1('PK\x03\x04'), zeros(26), latin1('[Content_Types].xml'))],
    ['a web page', 'web-page', latin1('\n<!DOCTYPE html><html><body>Sign in</body></html>')],
    ['notes', 'text', latin1('Meeting at 10:30:00, bring the capture.\n')],
    ['notes in UTF-8', 'text', Buffer.from('# Übersicht der Mitschnitte\n')],
    ['a table', 'text', latin1('+-------+-------+\n| a     | b     |\n')],
    ['words that begin as bzip2 does', 'text', latin1('BZh9 is how bzip2 files begin\n')],
    ['numbers', 'text', latin1('0000 1111 2222 3333\n')],
    ['a program', 'other', concat(latin1('\x7fELF\x02\x01\x01'), zeros(57))],
    ['nothing', 'empty', zeros(0)],
    ['zeros', 'zeros', zeros(5000)],
  ])('is known as what it is: %s', (_, kind, bytes) => {
    expect(recognise(bytes.subarray(0, FOREIGN_BYTES), 'file')).toEqual({ kind })
  })

  it('may be a report of smblens in any format', () => {
    for (const format of ['table', 'json', 'ndjson', 'csv']) {
      const { stdout } = smblens(['scan', 'captures/guest-fallback.pcap', 'captures/outbound.pcap', '-f', format])
      expect(recognise(Buffer.from(stdout).subarray(0, FOREIGN_BYTES), 'report')).toEqual({ kind: 'text' })
    }
    const { stdout } = smblens(['messages', SAMPLES[0]!, '-f', 'table'])
    expect(recognise(Buffer.from(stdout).subarray(0, FOREIGN_BYTES), 'report')).toEqual({ kind: 'text' })
  })

  it('may be random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 200, maxLength: 400 }), (bytes) => {
        expect(recognise(bytes, 'random').kind).toBe('other')
      }),
    )
  })

  it('is never one of the sample captures', () => {
    for (const name of SAMPLES) {
      const bytes = sample(name.replace('captures/', ''))
      if (!name.endsWith('.gz')) expect(recognise(bytes.subarray(0, FOREIGN_BYTES), name).kind).toBe('capture')
    }
  })
})
