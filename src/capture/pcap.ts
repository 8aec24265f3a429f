/**
 * pcap files, draft-ietf-opsawg-pcap. A header of 24 bytes in the writer's byte order
 *
 *   0 magic  4 major (2)  6 minor (2)  8 reserved (8)  16 snap length  20 link type (low 16 bits; above: frame check sequence)
 *
 * and records of 16 bytes and the packet:
 *
 *   0 seconds  4 microseconds or nanoseconds  8 captured length  12 original length
 *
 * The magic tells byte order and resolution. Alexey Kuznetzov's variant has 8 more bytes in each record header. Files before version 2.4 may hold
 * the lengths in reverse order.
 */
import { u16be, u16le, u32be, u32le } from '../../dissectors/bytes.ts'
import type { PcapCheckpoint } from './frame-index.ts'
import type { FrameSink } from './frame-sink.ts'
import { type Damage, MAX_LARGE_RECORD_BYTES, mayBeLarge, type RecordWalker, Tally } from './record-walker.ts'

const MAGIC_MICROSECONDS = 0xa1b2c3d4
const MAGIC_NANOSECONDS = 0xa1b23c4d
const MAGIC_KUZNETZOV = 0xa1b2cd34

const FILE_HEADER_LENGTH = 24
const RECORD_HEADER_LENGTH = 16
const KUZNETZOV_RECORD_HEADER_LENGTH = 24

/** Do these four bytes start a pcap file? */
export function isPcap(bytes: Uint8Array, at: number): boolean {
  return isPcapMagic(u32le(bytes, at)) || isPcapMagic(u32be(bytes, at))
}

function isPcapMagic(magic: number): boolean {
  return magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS || magic === MAGIC_KUZNETZOV
}

export class PcapWalker implements RecordWalker {
  readonly format = 'pcap'
  readonly tally = new Tally()
  readonly warnings = []
  started = false
  damage: Damage | null = null

  private readonly sink: FrameSink
  private readonly maxRecordBytes: number
  private little = true
  private nanosecondStamps = false
  private headerLength = RECORD_HEADER_LENGTH
  private lengthsMayBeSwapped = false
  private linkType = 0
  /** Bytes consumed before the chunk at hand. */
  private position = 0
  /** Bytes of a large record that are still to be passed over, and where it starts. */
  private skip = 0
  private skipped = 0

  /** @param from where to go on in a file that was walked before, instead of at its header */
  constructor(sink: FrameSink, maxRecordBytes: number, from?: PcapCheckpoint) {
    this.sink = sink
    this.maxRecordBytes = maxRecordBytes
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
    if (this.damage) return start
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

  finish(left: number): void {
    if (this.damage || (left === 0 && this.skip === 0 && this.started)) return
    const what = this.started ? 'the file ends in the middle of a packet' : 'the file ends in its header'
    this.damage = { code: 'truncated-record', position: this.skip > 0 ? this.skipped : this.position, what }
  }

  checkpoint(): PcapCheckpoint | null {
    if (!this.started) return null
    const { little, headerLength, lengthsMayBeSwapped, linkType } = this
    return {
      format: 'pcap',
      position: this.position + this.skip,
      frames: this.tally.frames,
      little,
      nanoseconds: this.nanosecondStamps,
      headerLength,
      lengthsMayBeSwapped,
      linkType,
    }
  }

  nanoseconds(bytes: Uint8Array, start: number): number {
    return this.nanosecondStamps ? this.u32(bytes, start - this.headerLength + 4) % 1000 : 0
  }

  private readFileHeader(bytes: Uint8Array, at: number): void {
    this.little = isPcapMagic(u32le(bytes, at))
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
    const { sink, tally, little, nanosecondStamps, headerLength, linkType, maxRecordBytes } = this
    let at = start
    while (end - at >= headerLength) {
      let captured = little ? u32le(bytes, at + 8) : u32be(bytes, at + 8)
      let original = little ? u32le(bytes, at + 12) : u32be(bytes, at + 12)
      if (this.lengthsMayBeSwapped && captured > original) [captured, original] = [original, captured]
      let excess = 0
      if (captured > maxRecordBytes) {
        if (!mayBeLarge(linkType) || captured > MAX_LARGE_RECORD_BYTES) {
          this.damage = { code: 'corrupt-record', position: base + at, what: `a record claims ${captured} bytes` }
          break
        }
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

  private u32(bytes: Uint8Array, at: number): number {
    return this.little ? u32le(bytes, at) : u32be(bytes, at)
  }
}
