/**
 * pcapng files, draft-ietf-opsawg-pcapng: sections of blocks, each block
 *
 *   0 type  4 total length  8 body  (padded to four bytes)  total length again
 *
 * in the byte order of its section, which the byte-order magic of the Section Header Block gives. These are read:
 *
 *   Section Header      8 byte-order magic  12 major (2)  14 minor (2)  16 section length (8: not needed, blocks are walked)
 *   Interface           8 link type (2)  12 snap length  16 options: if_tsresol (9), if_tsoffset (14)
 *   Enhanced Packet     8 interface  12 time high  16 time low  20 captured length  24 original length  28 packet
 *   Packet (obsolete)   8 interface (2)  10 drops (2)  then as above
 *   Simple Packet       8 original length  12 packet; from the first interface, without a time
 *
 * Other blocks are skipped. Those that Wireshark shows as separate frames (custom blocks, systemd journal entries, system calls) take a frame
 * number, so that the numbers agree.
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
  recordLimit,
  Tally,
  type WalkOptions,
} from './format.ts'
import {
  BLOCK_FRAME_LENGTH,
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET_BLOCK,
  INTERFACE_DESCRIPTION_BLOCK,
  isFrameInWireshark,
  isRead,
  PACKET_BLOCK,
  PACKET_OFFSET,
  SECTION_HEADER_BLOCK,
  SIMPLE_PACKET_BLOCK,
  SIMPLE_PACKET_OFFSET,
} from './pcapng-blocks.ts'
import { type CaptureInterface, readClock } from './pcapng-interface.ts'
import { MICROSECOND_CLOCK, microseconds, nanosecondsBelow } from './timestamps.ts'
import { behindZeros, zeroTail } from './zeros.ts'

/** How much longer a block may be than what it must hold: room for its options. Blocks that are not read may have any length. */
const MAX_OPTION_BYTES = 16 * 1024 * 1024
/** Interfaces of one section. Packets of further ones are counted but not delivered. */
const MAX_INTERFACES = 65_536

/** See PcapngWalker. */
interface PcapngCheckpoint extends Checkpoint {
  little: boolean
  lastStamp: number
  described: number
  /** The interfaces of the section. */
  shared: readonly CaptureInterface[]
}

export const PCAPNG: CaptureFormat<PcapngCheckpoint> = {
  name: 'pcapng',
  startBytes: BLOCK_FRAME_LENGTH,
  isStart: (bytes, start, end) => end - start >= BLOCK_FRAME_LENGTH && isSectionAt(bytes, start),
  isJoinedAt: isSectionAt,
  walker: (sink, options) => new PcapngWalker(sink, options),
  walkerFrom: (checkpoint, sink, options) => new PcapngWalker(sink, options, checkpoint),
}

function isSectionAt(bytes: Uint8Array, at: number): boolean {
  return (
    u32le(bytes, at) === SECTION_HEADER_BLOCK &&
    (u32le(bytes, at + 8) === BYTE_ORDER_MAGIC || u32be(bytes, at + 8) === BYTE_ORDER_MAGIC)
  )
}

class PcapngWalker implements RecordWalker {
  readonly format = PCAPNG.name
  tally = new Tally()
  position = 0
  readonly warnings: Warning[] = []
  started = false
  atAnotherFile = false
  damage: Damage | null = null

  private readonly sink: FrameSink
  private readonly options: WalkOptions
  /** How many bytes of a block are read; the rest of a longer block is skipped. */
  private readonly heldBytes: number
  private little = true
  private interfaces: CaptureInterface[] = []
  /** Interfaces that the section describes, including those above the limit. */
  private described = 0
  private readonly usedLinkTypes = new Set<number>()
  /** The time of the last packet that had one. */
  private lastStamp = 0
  /** Bytes of a long block that are still to be skipped, and where it starts. */
  private skip = 0
  private skipped = 0
  /** Where zeros stand in place of a block: up to `position` there was nothing else. -1: nowhere. */
  private zerosFrom = -1
  /** A Simple Packet Block is being delivered: its packet has no timestamp in front of it. */
  private simple = false

  /** @param from where to resume in a file that was walked before, instead of at its first section */
  constructor(sink: FrameSink, options: WalkOptions, from?: PcapngCheckpoint) {
    this.sink = sink
    this.options = options
    this.heldBytes = recordLimit(options.maxRecordBytes)
    if (from === undefined) return
    this.started = true
    this.position = from.position
    this.tally.frames = from.frames
    this.little = from.little
    this.lastStamp = from.lastStamp
    this.described = from.described
    this.interfaces = from.shared.slice(0, from.sharedCount)
  }

  linkTypes(): number[] {
    if (this.usedLinkTypes.size > 0) return [...this.usedLinkTypes]
    return [...new Set(this.interfaces.map((i) => i.linkType))]
  }

  consume(bytes: Uint8Array, start: number, end: number): number {
    if (this.damage || this.atAnotherFile) return start
    let at = start
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
    const zeros = this.zerosFrom >= 0
    if (this.damage || (start === end && this.skip === 0 && !zeros && this.started)) return
    if (zeros && behindZeros(bytes, start, end) === end) {
      this.damage = zeroTail(this.zerosFrom, this.position + end - start - this.zerosFrom)
      return
    }
    if (zeros) {
      this.notBlocks(this.position)
      return
    }
    const what = this.started ? 'the file ends in the middle of a block' : 'the file ends in its header'
    this.damage = { code: 'truncated-record', position: this.skip > 0 ? this.skipped : this.position, what }
  }

  follow({ tally, position }: RecordWalker): void {
    this.tally = tally
    this.position = position
  }

  checkpoint(): PcapngCheckpoint | null {
    if (!this.started) return null
    const { little, lastStamp, described, interfaces } = this
    return {
      format: this.format,
      position: this.zerosFrom >= 0 ? this.zerosFrom : this.position + this.skip,
      frames: this.tally.frames,
      // The list of a section only grows, so all checkpoints in the section share it.
      shared: interfaces,
      sharedCount: interfaces.length,
      little,
      lastStamp,
      described,
    }
  }

  nanoseconds(bytes: Uint8Array, start: number): number {
    if (this.simple) return 0
    const at = start - PACKET_OFFSET
    const id = this.u32(bytes, at) === PACKET_BLOCK ? this.u16(bytes, at + 8) : this.u32(bytes, at + 8)
    return nanosecondsBelow(this.interfaces[id]!.clock, this.u32(bytes, at + 12), this.u32(bytes, at + 16))
  }

  /** `base` + an index into `bytes` is a position in the file. */
  private walk(bytes: Uint8Array, start: number, end: number, base: number): number {
    let at = this.zerosFrom >= 0 ? this.passZeros(bytes, start, end, base) : start
    while (end - at >= BLOCK_FRAME_LENGTH && !this.damage) {
      const type = this.u32(bytes, at)
      if (!isRead(type) && this.options.fileStarts.isAt(bytes, at, end)) {
        this.atAnotherFile = true
        break
      }
      if (type === SECTION_HEADER_BLOCK && !this.readByteOrder(bytes, at)) {
        this.corrupt(base + at, 'a section header has no byte-order magic')
        break
      }
      const total = this.u32(bytes, at + 4)
      if (type === 0 && total === 0) {
        this.zerosFrom = base + at
        at = this.passZeros(bytes, at, end, base)
        continue
      }
      const size = total + (-total & 3)
      if (total < BLOCK_FRAME_LENGTH || (isRead(type) && size > this.heldBytes + MAX_OPTION_BYTES)) {
        this.corrupt(base + at, `a block claims ${total} bytes`)
        break
      }
      const held = Math.min(size, this.heldBytes)
      if (end - at < held) break
      if (held === size && this.u32(bytes, at + size - 4) !== total) {
        this.corrupt(base + at, 'the two lengths of a block differ')
        break
      }
      const fault = this.readBlock(type, bytes, at, held, size)
      if (fault !== null) {
        this.corrupt(base + at, fault)
        break
      }
      if (size > held) {
        const passed = Math.min(size, end - at)
        this.skip = size - passed
        this.skipped = base + at
        at += passed
      } else at += size
    }
    return at
  }

  /** Behind zeros that stand in place of a block: only zeros, or another file, may follow. Returns where the walk continues. */
  private passZeros(bytes: Uint8Array, start: number, end: number, base: number): number {
    const { fileStarts } = this.options
    const other = behindZeros(bytes, start, end)
    if (end - other < fileStarts.bytes) return other
    if (fileStarts.isAt(bytes, other, end)) {
      const tail = zeroTail(this.zerosFrom, base + other - this.zerosFrom)
      this.warn(tail.code, damageText(tail), this.tally.frames || null)
      this.zerosFrom = -1
    } else this.notBlocks(base + other)
    return other
  }

  private notBlocks(end: number): void {
    this.corrupt(this.zerosFrom, `${end - this.zerosFrom} zero bytes, and no block behind them`)
  }

  /** Reads one block, of which `held` bytes are at hand. Returns what is wrong with it, or null. */
  private readBlock(type: number, bytes: Uint8Array, at: number, held: number, size: number): string | null {
    switch (type) {
      case ENHANCED_PACKET_BLOCK:
        if (size < PACKET_OFFSET + 4) return 'an enhanced packet block is too short'
        return this.packet(this.u32(bytes, at + 8), bytes, at, size)
      case PACKET_BLOCK:
        if (size < PACKET_OFFSET + 4) return 'a packet block is too short'
        return this.packet(this.u16(bytes, at + 8), bytes, at, size)
      case SIMPLE_PACKET_BLOCK:
        return this.simplePacket(bytes, at, size)
      case INTERFACE_DESCRIPTION_BLOCK:
        return this.interfaceDescription(bytes, at, held, size)
      case SECTION_HEADER_BLOCK:
        return this.sectionHeader(bytes, at, size)
      default:
        if (isFrameInWireshark(type)) this.tally.frames++
        return null
    }
  }

  private sectionHeader(bytes: Uint8Array, at: number, size: number): string | null {
    if (size < 28) return 'a section header is too short'
    const major = this.u16(bytes, at + 12)
    if (major !== 1) return `a section has version ${major}, and only version 1 is known`
    this.interfaces = []
    this.described = 0
    this.started = true
    return null
  }

  private interfaceDescription(bytes: Uint8Array, at: number, held: number, size: number): string | null {
    if (size < 20) return 'an interface description is too short'
    if (this.described++ >= MAX_INTERFACES) {
      this.warn(
        'limit-interfaces',
        `a section has more than ${MAX_INTERFACES} interfaces: packets of the others are not read`,
      )
      return null
    }
    const { clock, damaged } = readClock(bytes, at + 16, held === size ? at + size - 4 : at + held, this.little)
    if (damaged) this.warn('damaged-option', 'an option of an interface description is longer than its block')
    const linkType = this.u16(bytes, at + 8)
    this.interfaces.push({ linkType, snapLength: this.u32(bytes, at + 12), clock, used: false })
    return null
  }

  /** The part that Enhanced Packet and Packet Blocks share. */
  private packet(id: number, bytes: Uint8Array, at: number, size: number): string | null {
    const room = size - PACKET_OFFSET - 4
    const captured = this.u32(bytes, at + 20)
    if (captured > room) return `a packet of ${captured} bytes is in a block with room for ${room}`
    if (id >= this.interfaces.length) return this.unknownInterface(id)
    const from = this.interfaces[id]!
    const high = this.u32(bytes, at + 12)
    const low = this.u32(bytes, at + 16)
    const time =
      from.clock === MICROSECOND_CLOCK && high < 0x20_0000
        ? high * 0x1_0000_0000 + low
        : microseconds(from.clock, high, low)
    const { tally } = this
    const fault = this.deliver(from, bytes, at + PACKET_OFFSET, captured, this.u32(bytes, at + 24), time)
    if (fault === null) {
      this.lastStamp = time
      if (time < tally.firstTime) tally.firstTime = time
      if (time > tally.lastTime) tally.lastTime = time
    }
    return fault
  }

  private simplePacket(bytes: Uint8Array, at: number, size: number): string | null {
    const room = size - SIMPLE_PACKET_OFFSET - 4
    if (room < 0) return 'a simple packet block is too short'
    if (this.interfaces.length === 0) return this.unknownInterface(0)
    const from = this.interfaces[0]!
    const original = this.u32(bytes, at + 8)
    const captured = from.snapLength > 0 && from.snapLength < original ? from.snapLength : original
    if (captured > room) return `a packet of ${captured} bytes is in a block with room for ${room}`
    if (this.warnings.length === 0 || !this.warnings.some((w) => w.code === 'no-timestamp')) {
      const message = 'packets without a time (simple packet blocks): they get the time of the packet before them'
      this.warn('no-timestamp', message, this.tally.frames + 1)
    }
    this.simple = true
    const fault = this.deliver(from, bytes, at + SIMPLE_PACKET_OFFSET, captured, original, this.lastStamp)
    this.simple = false
    return fault
  }

  private deliver(
    from: CaptureInterface,
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    time: number,
  ): string | null {
    let held = captured
    const { maxRecordBytes } = this.options
    if (captured > maxRecordBytes) {
      if (!mayBeLarge(from.linkType) || captured > MAX_LARGE_RECORD_BYTES) return `a packet claims ${captured} bytes`
      held = maxRecordBytes
    }
    if (!from.used) {
      from.used = true
      this.usedLinkTypes.add(from.linkType)
    }
    const { tally } = this
    tally.packets++
    tally.bytes += captured
    this.sink.frame(bytes, start, held, Math.max(original, captured), from.linkType, time, ++tally.frames)
    return null
  }

  private unknownInterface(id: number): string | null {
    if (id >= this.described) return `a packet names interface ${id} of ${this.described}`
    this.tally.packets++
    this.tally.frames++
    return null
  }

  private readByteOrder(bytes: Uint8Array, at: number): boolean {
    this.little = u32le(bytes, at + 8) === BYTE_ORDER_MAGIC
    return this.little || u32be(bytes, at + 8) === BYTE_ORDER_MAGIC
  }

  private corrupt(position: number, what: string): void {
    this.damage = { code: 'corrupt-record', position, what }
  }

  private warn(code: string, message: string, frame: number | null = null): void {
    if (!this.warnings.some((w) => w.code === code)) this.warnings.push({ code, message, frame })
  }

  private u16(bytes: Uint8Array, at: number): number {
    return this.little ? u16le(bytes, at) : u16be(bytes, at)
  }

  private u32(bytes: Uint8Array, at: number): number {
    return this.little ? u32le(bytes, at) : u32be(bytes, at)
  }
}
