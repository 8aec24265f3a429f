/**
 * Files that contain packets, or may, and are not read: how the first bytes identify each format, and how to convert it to a capture that is read. One
 * entry a format. The signatures are those of Wireshark, of the programs themselves, and of file(1).
 */
import { u16be, u16le, u32be, u32le } from '../../../dissectors/bytes.ts'
import type { CaptureErrorCode } from '../capture-error.ts'
import { behindZeros } from './zeros.ts'

/** This many bytes are enough for every signature below. */
export const FOREIGN_BYTES = 4096

/** Why a file is not read, and what to do about it. */
export interface Foreign {
  code: CaptureErrorCode
  problem: string
}

interface ForeignFormat extends Foreign {
  /** One of them is enough. A string is latin1, at the start of the file. */
  signs: readonly (string | Sign)[]
}

/** @param name of the file, for formats without a signature */
type Sign = (head: Uint8Array, name: string) => boolean

const EDITCAP = 'convert it first: editcap FILE out.pcapng'
const THEN_FOLDER = 'and give the folder'
const AS_BINARY = 'it was sent or saved as text, which breaks it: copy it again as binary'

export const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  foreign('a Network Monitor capture', EDITCAP, 'GMBU', 'RTSS'),
  foreign(
    'a Windows event trace (ETL)',
    'convert it first: etl2pcapng FILE out.pcapng, or, if pktmon made it, pktmon etl2pcap FILE',
    isEventTrace,
  ),
  foreign('a snoop capture', EDITCAP, 'snoop\0\0\0'),
  foreign('an Endace ERF capture', EDITCAP, isErf),
  foreign('a NetScaler trace (nstrace)', EDITCAP, isNetScaler),
  foreign('an AIX iptrace capture', EDITCAP, 'iptrace 1.0', 'iptrace 2.0'),
  foreign('an EtherPeek, AiroPeek or OmniPeek capture', EDITCAP, '\x7fver', isPeekClassic),
  foreign(
    'a Tektronix K12 capture',
    EDITCAP,
    '\x00\x00\x02\x00\x12\x05\x00\x10',
    '+---------+---------------+----------+',
  ),
  foreign('a Sniffer capture', EDITCAP, 'TRSNIFF data'),
  foreign('a NetXRay or Windows Sniffer capture', EDITCAP, 'XCP\0', 'VL\0\0'),
  foreign('an Observer capture', EDITCAP, 'ObserverPktBuffe'),
  foreign('a Colasoft Capsa capture', EDITCAP, 'cpse'),
  foreign('a Visual Networks capture', EDITCAP, '\x05VNF'),
  foreign('a 5View capture', EDITCAP, '\xaa\xaa\xaa\xaa\x20\0\0\0'),
  foreign('a LANalyzer capture', EDITCAP, (head) => head[1] === 0x10 && startsWith(head, 'Trace Display Trace', 6)),
  foreign('a CommView capture', EDITCAP, isCommView),
  foreign(
    'an HP-UX nettl trace',
    EDITCAP,
    '\x54\x52\x00\x64\x00\x00\x00\x00\x00\x00\x00\x80',
    '\x00\x00\x00\x01\x00\x00\x00\x00\x00\x07\xd0\x00',
  ),
  foreign('a RADCOM capture', EDITCAP, (head) => head[0] === 0x42 && startsWith(head, '\x34\x12\x66\x22\x88', 3)),
  foreign(
    'an Ixia lcap capture',
    EDITCAP,
    '\x1c\x00\x01\xac',
    '\xac\x01\x00\x1c',
    '\x1c\x00\x01\xab',
    '\xab\x01\x00\x1c',
  ),

  packed('gzip-compressed twice', 'unpack it once: gzip -dc FILE > once.gz', '\x1f\x8b\x08'),
  packed('xz-compressed', 'unpack it first: xz -dk FILE', '\xfd7zXZ\0'),
  packed('LZMA-compressed', 'unpack it first: xz --format=lzma -dc FILE > out.pcap', isLzma),
  packed('zstd-compressed', 'unpack it first: zstd -dk FILE', '\x28\xb5\x2f\xfd', isZstdSkippable),
  packed('bzip2-compressed', 'unpack it first: bzip2 -dk FILE', isBzip2),
  packed('lz4-compressed', 'unpack it first: lz4 -dk FILE', '\x04\x22\x4d\x18', '\x02\x21\x4c\x18'),
  packed('lzip-compressed', 'unpack it first: lzip -dk FILE', 'LZIP\x01'),
  packed('lzop-compressed', 'unpack it first: lzop -d FILE', '\x89LZO\0\r\n\x1a\n'),
  packed('compressed with compress', 'unpack it first: gzip -dc FILE > out.pcap', '\x1f\x9d'),
  packed('a zip archive', `unpack it first, unzip FILE -d DIR, ${THEN_FOLDER}`, isZip),
  packed('a 7z archive', `unpack it first, 7z x FILE, ${THEN_FOLDER}`, '7z\xbc\xaf\x27\x1c'),
  packed('a RAR archive', `unpack it first, unrar x FILE DIR/, ${THEN_FOLDER}`, 'Rar!\x1a\x07'),
  packed('a tar archive', `unpack it first, tar -xf FILE -C DIR, ${THEN_FOLDER}`, (h) => startsWith(h, 'ustar', 257)),
  packed('a cabinet archive', `unpack it first, cabextract -d DIR FILE, ${THEN_FOLDER}`, 'MSCF\0\0\0\0'),

  {
    code: 'not-fetched',
    problem: 'is a Git LFS pointer, not the file itself: get it with git lfs pull',
    signs: ['version https://git-lfs.github.com/spec/', 'version https://hawser.github.com/spec/'],
  },
  {
    code: 'not-fetched',
    problem: 'is a git-annex pointer, not the file itself: get it with git annex get FILE',
    signs: ['/annex/objects/', (head) => /^(\.\.\/)*\.git\/annex\/objects\//.test(latin1(head, 200))],
  },
  translated('a pcap file', isTranslatedPcap),
  translated('a pcapng file', isTranslatedPcapng),
  printed('a capture as base64 text', 'decode it first: base64 -d FILE > out.pcap', isBase64),
  printed(
    'a hex dump of a capture',
    'convert it back first: xxd -r FILE out.pcap, xxd -r -p if it has no offsets, cut -c10-58 FILE | xxd -r -p > out.pcap if hexdump -Cv made it',
    isHexOfFile,
  ),
  printed('a hex dump of packets', 'convert it back first: text2pcap FILE out.pcapng', isHexOfPackets),
  printed(
    'the text output of tcpdump, without the packets',
    'give the capture, or capture again with tcpdump -w',
    isTcpdumpText,
  ),
  printed('the text output of tshark or Wireshark', 'give the capture that it was made from', isTsharkText),
]

/** What the file is that begins with `head`, its first FOREIGN_BYTES or all of a shorter one; null if it contains no packets. */
export function describeForeign(head: Uint8Array, name: string): Foreign | null {
  const known =
    FOREIGN_FORMATS.find(({ signs }) => signs.some((sign) => typeof sign === 'string' && startsWith(head, sign))) ??
    // Formats without a signature are checked only if no signature matches.
    FOREIGN_FORMATS.find(({ signs }) => signs.some((sign) => typeof sign !== 'string' && sign(head, name)))
  return known ? { code: known.code, problem: known.problem } : null
}

function foreign(what: string, advice: string, ...signs: (string | Sign)[]): ForeignFormat {
  return { code: 'unsupported-format', problem: `is ${what}: ${advice}`, signs }
}

function packed(what: string, advice: string, ...signs: (string | Sign)[]): ForeignFormat {
  return { code: 'unsupported-compression', problem: `is ${what}: ${advice}`, signs }
}

function translated(what: string, sign: Sign): ForeignFormat {
  return { code: 'translated', problem: `was ${what}: ${AS_BINARY}`, signs: [sign] }
}

function printed(what: string, advice: string, sign: Sign): ForeignFormat {
  return { code: 'translated', problem: `is ${what}: ${advice}`, signs: [sign] }
}

/** @param signature latin1 */
export function startsWith(bytes: Uint8Array, signature: string, at = 0): boolean {
  if (bytes.length < at + signature.length) return false
  for (let i = 0; i < signature.length; i++) if (bytes[at + i] !== signature.charCodeAt(i)) return false
  return true
}

/** The first `most` bytes as text, a byte a character. */
function latin1(head: Uint8Array, most = head.length): string {
  let text = ''
  for (let i = 0; i < Math.min(most, head.length); i++) text += String.fromCharCode(head[i]!)
  return text
}

/**
 * A trace begins with the header of its first buffer: its size, the end of the saved data, the current end, a reference count. It has no signature,
 * so the file's name decides if the numbers are unusual.
 */
function isEventTrace(head: Uint8Array, name: string): boolean {
  if (head.length < 72) return false
  if (/\.etl$/i.test(name) && !startsWith(head, 'MZ')) return true
  const size = u32le(head, 0)
  if (size < 1024 || size > 0x100_0000 || size % 1024 !== 0) return false
  const saved = u32le(head, 4)
  const current = u32le(head, 8)
  return saved >= 72 && saved <= size && current <= size && u32le(head, 12) <= 0xff
}

const SECONDS_1990 = 631_152_000
/** Records: 8 time (fixed point, seconds in the high half), 1 type, 1 flags, 2 record length, 2 loss, 2 wire length. */
function isErf(head: Uint8Array): boolean {
  let records = 0
  let at = 0
  let before = 0
  for (; head.length - at >= 16 && records < 8; records++) {
    const seconds = u32le(head, at + 4)
    const length = u16be(head, at + 10)
    const type = head[at + 8]! & 0x7f
    if (seconds < SECONDS_1990 || seconds < before - 3600 || length < 16) return false
    // From 1, HDLC, to 48, the last type that is assigned.
    if (type === 0 || type > 48) return false
    before = seconds
    at += length
  }
  return records > 2 || (records > 0 && at === head.length)
}

function isNetScaler(head: Uint8Array): boolean {
  return /Net[Ss]caler (V\d\d )?Performance Data/.test(latin1(head, 96))
}

/** Versions 5 to 7, Ethernet, Token Ring or wireless, and twelve reserved bytes. */
function isPeekClassic(head: Uint8Array): boolean {
  if (head.length < 50) return false
  const version = head[0]! & 0x7f
  return (
    version >= 5 &&
    version <= 7 &&
    u32be(head, 2) >= 50 &&
    u32be(head, 22) <= 1 &&
    u32be(head, 26) <= 1 &&
    behindZeros(head, 38, 50) === 50
  )
}

/** Records of NCF: 2 length, 2 source length, 1 zero, then the date, a header of 24 bytes. Of NCFX: 4 length, then the date, 20 bytes. */
function isCommView(head: Uint8Array): boolean {
  return isCommViewOf(head, 5, 24) || isCommViewOf(head, 4, 20)
}

function isCommViewOf(head: Uint8Array, date: number, headerLength: number): boolean {
  let records = 0
  let at = 0
  for (; head.length - at >= headerLength && records < 8; records++) {
    const [low, high, month, day, hour, minute, second] = head.subarray(at + date, at + date + 7)
    const year = low! + 256 * high!
    if (year < 1990 || year > 2100 || month! < 1 || month! > 12 || day! < 1 || day! > 31) return false
    if (hour! > 23 || minute! > 59 || second! > 60) return false
    at += headerLength + (headerLength === 24 ? u16le(head, at) : u32le(head, at))
  }
  return records > 2 || (records > 0 && at === head.length)
}

/** .lzma has no signature: properties, size of the dictionary, size of the content or all ones. */
function isLzma(head: Uint8Array): boolean {
  if (head.length < 14 || head[0] !== 0x5d) return false
  const dictionary = u32le(head, 1)
  const top = 31 - Math.clz32(dictionary)
  if (dictionary < 4096 || (dictionary & (dictionary - 1) && dictionary !== 3 * 2 ** (top - 1))) return false
  const unknownSize = u32le(head, 5) === 0xffff_ffff && u32le(head, 9) === 0xffff_ffff
  return unknownSize || u32le(head, 9) < 0x100
}

function isZstdSkippable(head: Uint8Array): boolean {
  return head.length >= 8 && (head[0]! & 0xf0) === 0x50 && startsWith(head, '\x2a\x4d\x18', 1)
}

function isBzip2(head: Uint8Array): boolean {
  if (!/^BZh[1-9]/.test(latin1(head, 4))) return false
  return startsWith(head, '1AY&SY', 4) || startsWith(head, '\x17rE8P\x90', 4)
}

/** Office documents and some programs are zip archives too. */
function isZip(head: Uint8Array): boolean {
  if (startsWith(head, 'PK\x05\x06')) return true
  const name = latin1(head.subarray(30), 40)
  return (
    startsWith(head, 'PK\x03\x04') &&
    !/^(\[Content_Types\]\.xml|mimetypeapplication\/|META-INF\/|AndroidManifest)/.test(name)
  )
}

/**
 * The magic numbers of pcap, with the version behind them, after a conversion: from Latin-1 to UTF-8; as invalid UTF-8, to replacement characters; to
 * question marks; to seven bits. PowerShell's > writes UTF-16, from whichever code page the console has.
 */
const TRANSLATED_PCAP: readonly string[] = [
  '\xc3\x94\xc3\x83\xc2\xb2\xc2\xa1\x02\x00',
  '\xef\xbf\xbd\xc3\xb2\xef\xbf\xbd\x02\x00',
  '????\x02\x00\x04\x00',
  'TC2!\x02\x00\x04\x00',
  'M<\xc2\xb2\xc2\xa1\x02\x00',
  'M<\xef\xbf\xbd\xef\xbf\xbd\x02\x00',
  'M<??\x02\x00\x04\x00',
  'M<2!\x02\x00\x04\x00',
  '\xc2\xa1\xc2\xb2\xc3\x83\xc3\x94\x00\x02',
  '\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x00\x02',
  '????\x00\x02\x00\x04',
  '!2CT\x00\x02\x00\x04',
  '\xff\xfe\xd4\x00\xc3\x00\xb2\x00\xa1\x00',
  '\xff\xfe\x58\x25\x1c\x25\x93\x25\xed\x00',
  '\xff\xfe\xc8\x00\x1c\x25\x93\x25\xed\x00',
  '\xff\xfe\xfd\xff\xf2\x00\xfd\xff',
]

function isTranslatedPcap(head: Uint8Array): boolean {
  return TRANSLATED_PCAP.some((sign) => startsWith(head, sign))
}

/** The type of the first block consists of line ends, so a conversion is visible: 0a 0d 0d 0a. */
const TRANSLATED_PCAPNG: readonly string[] = ['\r\n\r\r\r\n', '\n\r\n', '\n\n\n\n', '\r\r\r\r', '\n\n', '\r\n\r\n\r\n']

function isTranslatedPcapng(head: Uint8Array): boolean {
  if (startsWith(head, '\xff\xfe\n\0\r\0\r\0\n\0')) return true
  if (!TRANSLATED_PCAPNG.some((sign) => startsWith(head, sign))) return false
  const start = latin1(head, 32)
  return start.includes('M<+\x1a') || start.includes('\x1a+<M')
}

function isBase64(head: Uint8Array): boolean {
  return /^(1MOyoQIABA|obLD1AACAAQ|TTyyoQIABA|obI8TQACAAQ|Cg0NC[g-v][A-Za-z0-9+/]{4})[A-Za-z0-9+/\s]*=*\s*$/.test(
    latin1(head),
  )
}

const HEX_OF_MAGICS = /^(d4c3b2a10200|a1b2c3d40002|4d3cb2a10200|a1b23c4d0002|0a0d0d0a.{8}(4d3c2b1a|1a2b3c4d))/

/** Dumps of xxd, hexdump -C, od -tx1, and C arrays. The little-endian words of od -x and hexdump have another order. */
function isHexOfFile(head: Uint8Array): boolean {
  const line = latin1(head, 120).toLowerCase()
  const digits = (text: string) => text.replace(/0x|[\s,{}\\]/g, '')
  return HEX_OF_MAGICS.test(digits(line)) || HEX_OF_MAGICS.test(digits(line.replace(/^\s*0*:?\s+/, '')))
}

function isHexOfPackets(head: Uint8Array): boolean {
  return /^\s*0{3,8}:?[ \t]+([0-9a-f]{2}[ \t]+){12,}/i.test(latin1(head, 200))
}

function isTcpdumpText(head: Uint8Array): boolean {
  return /^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{6,9} (IP6? |ARP, |[0-9a-f]{2}(:[0-9a-f]{2}){5} )/.test(
    latin1(head, 120),
  )
}

function isTsharkText(head: Uint8Array): boolean {
  const text = latin1(head)
  return (
    /^(Frame|Packet) \d+: \d+ bytes on wire/.test(text) ||
    /^No\. +Time +Source +Destination/.test(text) ||
    /^\s*(<\?xml[^>]*>\s*)?(<\?xml-stylesheet[^>]*>\s*)?(<!--.*?-->\s*)?<(pdml|psml)\b/s.test(text) ||
    /^\{"index":\{"_index":"packets-/.test(text) ||
    /^\s*\[\s*\{\s*"_index": "packets-/.test(text)
  )
}
