/**
 * pcap files, draft-ietf-opsawg-pcap. A header of 24 bytes in the writer's byte order
 *
 *   0 magic  4 major (2)  6 minor (2)  8 reserved (8)  16 snap length  20 link type (low 16 bits; above: frame check sequence)
 *
 * and records of 16 bytes and the packet:
 *
 *   0 seconds  4 microseconds or nanoseconds  8 captured length  12 original length
 *
 * The magic number gives byte order and resolution. Alexey Kuznetzov's variant has 8 more bytes in each record header. Files before version 2.4 may
 * hold the two lengths in reverse order.
 */
import { u16be, u16le, u32be, u32le } from '../../../dissectors/bytes.ts'
import type { Warning } from '../../ledger/capture-facts.ts'
import type { FrameSink } from '../frame-sink.ts'
import {
  type CaptureFormat,
  type Checkpoint,
  type Damage,
  damageText,
  MAX_LARGE_RECORD_BYTES,
  mayBeLarge,
  type RecordWalker,
  Tally,
  type WalkOptions,
} from './format.ts'
import { behindZeros, zeroTail } from './zeros.ts'

const MAGIC_MICROSECONDS = 0xa1b2c3d4
const MAGIC_NANOSECONDS = 0xa1b23c4d
const MAGIC_KUZNETZOV = 0xa1b2cd34

/** Magic number and version. */
const START_BYTES = 8

/** See PcapWalker. */
interface PcapCheckpoint extends Checkpoint {
  little: boolean
  nanoseconds: boolean
  headerLength: number
  lengthsMayBeSwapped: boolean
  linkType: number
}

export const PCAP: CaptureFormat<PcapCheckpoint> = {
  name: 'pcap',
  startBytes: START_BYTES,
  isStart: (bytes, start, end) => end - start >= 4 && isMagicAt(bytes, start),
  // Four bytes may be the time of a packet, so the version is checked too.
  isJoinedAt(bytes, at) {
    if (!isMagicAt(bytes, at)) return false
    const u16 = isMagic(u32le(bytes, at)) ? u16le : u16be
    return u16(bytes, at + 4) === 2 && u16(bytes, at + 6) <= 4
  },
  walker: (sink, options) => new PcapWalker(sink, options),
  walkerFrom: (checkpoint, sink, options) => new PcapWalker(sink, options, checkpoint),
}

function isMagicAt(bytes: Uint8Array, at: number): boolean {
  return isMagic(u32le(bytes, at)) || isMagic(u32be(bytes, at))
}

function isMagic(magic: number): boolean {
  return magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS || magic === MAGIC_KUZNETZOV
}

/** Variants that nothing in the file announces, by how many bytes longer their record headers are. */
const EXTRA_BYTES = [4, 8]
const LONGEST_EXTRA = 8
const LONGER_HEADERS =
  'the tcpdump of Nokia, Red Hat 6.1 or SuSE 6.3 may have written it: convert it with editcap FILE out.pcapng'

const FILE_HEADER_LENGTH = 24
const RECORD_HEADER_LENGTH = 16
const KUZNETZOV_RECORD_HEADER_LENGTH = 24

class PcapWalker implements RecordWalker {
  readonly format = PCAP.name
  tally = new Tally()
  position = 0
  readonly warnings: Warning[] = []
  started = false
  atAnotherFile = false
  damage: Damage | null = null

  private readonly sink: FrameSink
  private readonly options: WalkOptions
  private little = true
  private nanosecondStamps = false
  private headerLength = RECORD_HEADER_LENGTH
  private lengthsMayBeSwapped = false
  /** Frames of the files before this one. */
  private framesBefore = 0
  private linkType = 0
  /** Bytes of a large record that are still to be skipped, and where it starts. */
  private skip = 0
  private skipped = 0
  /** Record headers of zeros that came last, consumed and not delivered, and where they start: what follows decides whether they are packets. */
  private zeroHeaders = 0
  private zerosFrom = 0
  /** No more bytes come. */
  private ending = false

  /** @param from where to resume in a file that was walked before, instead of at its header */
  constructor(sink: FrameSink, options: WalkOptions, from?: PcapCheckpoint) {
    this.sink = sink
    this.options = options
    if (from === undefined) return
    this.started = true
    this.position = from.position
    this.tally.frames = from.frames
    this.little = from.little
    this.nanosecondStamps = from.nanoseconds
    this.headerLength = from.headerLength
    this.lengthsMayBeSwapped = from.lengthsMayBeSwapped
    this.linkType = from.linkType
  }

  linkTypes(): number[] {
    return this.started ? [this.linkType] : []
  }

  consume(bytes: Uint8Array, start: number, end: number): number {
    if (this.stopped) return start
    let at = start
    if (!this.started) {
      if (end - at < FILE_HEADER_LENGTH) return at
      this.readFileHeader(bytes, at)
      at += FILE_HEADER_LENGTH
    }
    if (this.skip > 0) {
      const passed = Math.min(this.skip, end - at)
      this.skip -= passed
      at += passed
    }
    at = this.walk(bytes, at, end, this.position - start)
    this.position += at - start
    return at
  }

  finish(bytes: Uint8Array, start: number, end: number): void {
    this.ending = true
    const at = this.consume(bytes, start, end)
    const zeros = this.zeroHeaders * this.headerLength
    if (this.damage || (at === end && this.skip === 0 && zeros === 0 && this.started)) return
    if (zeros > 0) {
      const tail = behindZeros(bytes, at, end) === end
      this.damage = tail ? zeroTail(this.zerosFrom, zeros + end - at) : this.notPackets()
      return
    }
    const what = this.started ? 'the file ends in the middle of a packet' : 'the file ends in its header'
    this.damage = { code: 'truncated-record', position: this.skip > 0 ? this.skipped : this.position, what }
  }

  follow({ tally, position }: RecordWalker): void {
    this.tally = tally
    this.framesBefore = tally.frames
    this.position = position
  }

  checkpoint(): PcapCheckpoint | null {
    if (!this.started) return null
    const { little, headerLength, lengthsMayBeSwapped, linkType } = this
    return {
      format: this.format,
      position: this.zeroHeaders > 0 ? this.zerosFrom : this.position + this.skip,
      frames: this.tally.frames,
      shared: null,
      sharedCount: 0,
      little,
      nanoseconds: this.nanosecondStamps,
      headerLength,
      lengthsMayBeSwapped,
      linkType,
    }
  }

  nanoseconds(bytes: Uint8Array, start: number): number {
    // The headers of zeros may no longer be in the chunk.
    return this.nanosecondStamps && this.zeroHeaders === 0 ? this.u32(bytes, start - this.headerLength + 4) % 1000 : 0
  }

  private get stopped(): boolean {
    return this.damage !== null || this.atAnotherFile
  }

  private readFileHeader(bytes: Uint8Array, at: number): void {
    this.little = isMagic(u32le(bytes, at))
    const magic = this.u32(bytes, at)
    this.nanosecondStamps = magic === MAGIC_NANOSECONDS
    this.headerLength = magic === MAGIC_KUZNETZOV ? KUZNETZOV_RECORD_HEADER_LENGTH : RECORD_HEADER_LENGTH
    const u16 = this.little ? u16le : u16be
    this.lengthsMayBeSwapped = u16(bytes, at + 4) === 2 && u16(bytes, at + 6) < 4
    this.linkType = this.u32(bytes, at + 20) & 0xffff
    this.started = true
  }

  /** `base` + an index into `bytes` is a position in the file. */
  private walk(bytes: Uint8Array, start: number, end: number, base: number): number {
    const { sink, tally, little, nanosecondStamps, headerLength, linkType } = this
    const { maxRecordBytes } = this.options
    let at = this.zeroHeaders > 0 ? this.passZeros(bytes, start, end, base) : start
    if (this.stopped || this.zeroHeaders > 0) return at
    while (end - at >= headerLength) {
      let captured = little ? u32le(bytes, at + 8) : u32be(bytes, at + 8)
      let original = little ? u32le(bytes, at + 12) : u32be(bytes, at + 12)
      if (this.lengthsMayBeSwapped && captured > original) [captured, original] = [original, captured]
      if (captured === 0 && original === 0) {
        if (this.endsAtAnotherFile(bytes, at, end)) break
        if (behindZeros(bytes, at, at + headerLength) === at + headerLength) {
          at = this.passZeros(bytes, at, end, base)
          if (this.stopped || this.zeroHeaders > 0) break
          continue
        }
      }
      let excess = 0
      if (captured > maxRecordBytes) {
        if (!this.isLargeRecord(captured, bytes, at, end, base)) break
        excess = captured - maxRecordBytes
        captured = maxRecordBytes
      }
      const data = at + headerLength
      if (end - data < captured) break
      const seconds = little ? u32le(bytes, at) : u32be(bytes, at)
      const fraction = little ? u32le(bytes, at + 4) : u32be(bytes, at + 4)
      const time = seconds * 1e6 + (nanosecondStamps ? Math.floor(fraction / 1000) : fraction)
      tally.packets++
      tally.bytes += captured + excess
      if (time < tally.firstTime) tally.firstTime = time
      if (time > tally.lastTime) tally.lastTime = time
      if (original < captured + excess) original = captured + excess
      sink.frame(bytes, data, captured, original, linkType, time, ++tally.frames)
      if (excess > 0) {
        const passed = Math.min(excess, end - data - captured)
        this.skip = excess - passed
        this.skipped = base + at
        captured += passed
      }
      at = data + captured
    }
    return at
  }

  private endsAtAnotherFile(bytes: Uint8Array, at: number, end: number): boolean {
    if (this.options.fileStarts.isAt(bytes, at, end)) this.atAnotherFile = true
    return this.atAnotherFile
  }

  /**
   * May the record at `at`, which claims to have more than maxRecordBytes, have them? If not, the walk ends: another file begins here, the record is
   * damaged, or more bytes are needed to know what is wrong with it.
   */
  private isLargeRecord(captured: number, bytes: Uint8Array, at: number, end: number, base: number): boolean {
    if (this.endsAtAnotherFile(bytes, at, end)) return false
    if (mayBeLarge(this.linkType) && captured <= MAX_LARGE_RECORD_BYTES) return true
    if (end - at < this.headerLength + LONGEST_EXTRA && !this.ending) return false
    const consequence = this.hasLongerHeaders(bytes, at, end) ? { consequence: LONGER_HEADERS } : {}
    this.damage = {
      code: 'corrupt-record',
      position: base + at,
      what: `a record claims ${captured} bytes`,
      ...consequence,
    }
    return false
  }

  /** At a record header of zeros, or behind some. They are packets where a record follows. Returns where the walk continues. */
  private passZeros(bytes: Uint8Array, start: number, end: number, base: number): number {
    const { headerLength, tally, sink, linkType } = this
    const { fileStarts } = this.options
    if (this.zeroHeaders === 0) this.zerosFrom = base + start
    const other = behindZeros(bytes, start, end)
    const passed = Math.floor((other - start) / headerLength)
    this.zeroHeaders += passed
    const at = start + passed * headerLength
    if (end - at < headerLength || (end - other < fileStarts.bytes && !this.ending)) return at
    if (fileStarts.isAt(bytes, other, end)) {
      const tail = zeroTail(this.zerosFrom, base + other - this.zerosFrom)
      this.warnings.push({ code: tail.code, message: damageText(tail), frame: tally.frames || null })
      this.zeroHeaders = 0
      this.atAnotherFile = true
      return other
    }
    if (!this.mayBeRecord(bytes, at)) {
      this.damage = this.notPackets()
      return at
    }
    for (; this.zeroHeaders > 0; this.zeroHeaders--) {
      tally.packets++
      tally.firstTime = Math.min(tally.firstTime, 0)
      tally.lastTime = Math.max(tally.lastTime, 0)
      sink.frame(bytes, at, 0, 0, linkType, 0, ++tally.frames)
    }
    return at
  }

  private mayBeRecord(bytes: Uint8Array, at: number): boolean {
    const captured = this.u32(bytes, at + 8)
    const length = this.lengthsMayBeSwapped ? Math.min(captured, this.u32(bytes, at + 12)) : captured
    return length <= (mayBeLarge(this.linkType) ? MAX_LARGE_RECORD_BYTES : this.options.maxRecordBytes)
  }

  /** Does the second record of the file start a few bytes further on, at a time near the first one's? */
  private hasLongerHeaders(bytes: Uint8Array, at: number, end: number): boolean {
    const { headerLength, tally } = this
    if (tally.frames - this.framesBefore !== 1) return false
    return EXTRA_BYTES.some((extra) => {
      const from = at + extra
      if (end - from < headerLength || !this.mayBeRecord(bytes, from)) return false
      const seconds = this.u32(bytes, from)
      return this.u32(bytes, from + 4) < 1e9 && Math.abs(seconds * 1e6 - tally.lastTime) < 86_400e6
    })
  }

  private notPackets(): Damage {
    const zeros = this.zeroHeaders * this.headerLength
    return { code: 'corrupt-record', position: this.zerosFrom, what: `${zeros} zero bytes, and no record behind them` }
  }

  private u32(bytes: Uint8Array, at: number): number {
    return this.little ? u32le(bytes, at) : u32be(bytes, at)
  }
}
