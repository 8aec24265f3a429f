/**
 * Writes pcapng, draft-ietf-opsawg-pcapng: one little-endian section; format/pcapng.ts has the layout of its blocks. The sink gets complete blocks, so
 * a file that ends between two writes can be read to its end, and one that is cut anywhere up to its last complete block.
 */
import {
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET_BLOCK,
  INTERFACE_DESCRIPTION_BLOCK,
  OPTION_COMMENT,
  OPTION_END,
  OPTION_IF_NAME,
  OPTION_IF_TSRESOL,
  OPTION_SHB_HARDWARE,
  OPTION_SHB_OS,
  OPTION_SHB_USERAPPL,
  PACKET_OFFSET,
  SECTION_HEADER_BLOCK,
} from '../format/pcapng-blocks.ts'

export interface ByteSink {
  /** `bytes` is borrowed: it is overwritten after the call returns. */
  write(bytes: Uint8Array): void
}

export interface SectionDescription {
  /** The program that wrote it (shb_userappl), such as "smblens 0.1.0". */
  application?: string
  /** shb_hardware and shb_os of the capturing machine. */
  hardware?: string
  os?: string
  comment?: string
}

export interface InterfaceDescription {
  linkType: number
  /** if_name. */
  name?: string
  /** 0, the default: no limit. */
  snapLength?: number
  /** Timestamps in nanoseconds instead of microseconds. */
  nanoseconds?: boolean
}

export interface WrittenPacket {
  /** What addInterface returned. */
  interface: number
  /** Its captured bytes are [start, start + captured) of these, borrowed. */
  bytes: Uint8Array
  start: number
  captured: number
  /** Length on the wire. */
  original: number
  /** Microseconds since 1970 UTC. pcapng cannot express earlier times: they become 1970. */
  time: number
  /** 0..999, if the interface has nanoseconds. */
  nanoseconds?: number
  /** One opt_comment for each; only the first MAX_COMMENT_BYTES of a long one are written. */
  comments?: readonly string[]
}

const WORD = 0x1_0000_0000
const BUFFER_BYTES = 256 * 1024
const MAX_COMMENT_BYTES = 4096

const encoder = new TextEncoder()

export class PcapngWriter {
  packets = 0
  /** Bytes of the file so far, including those that are still buffered. */
  bytes = 0
  private readonly sink: ByteSink
  private readonly fine: boolean[] = []
  private buffer = new Uint8Array(BUFFER_BYTES)
  private view = new DataView(this.buffer.buffer)
  private used = 0

  constructor(sink: ByteSink, { application, hardware, os, comment }: SectionDescription = {}) {
    this.sink = sink
    const options = [
      ...textOption(OPTION_COMMENT, comment),
      ...textOption(OPTION_SHB_HARDWARE, hardware),
      ...textOption(OPTION_SHB_OS, os),
      ...textOption(OPTION_SHB_USERAPPL, application),
    ]
    const at = this.begin(SECTION_HEADER_BLOCK, 28 + lengthOf(options))
    this.view.setUint32(at + 8, BYTE_ORDER_MAGIC, true)
    this.view.setUint16(at + 12, 1, true)
    this.view.setUint16(at + 14, 0, true)
    // All ones: the length of the section is not known, because it may still grow.
    this.view.setUint32(at + 16, 0xffffffff, true)
    this.view.setUint32(at + 20, 0xffffffff, true)
    this.putOptions(at + 24, options)
  }

  /** Describes an interface and returns its number for the packets. */
  addInterface({ linkType, name, snapLength = 0, nanoseconds = false }: InterfaceDescription): number {
    const options = [...textOption(OPTION_IF_NAME, name)]
    options.push({ code: OPTION_IF_TSRESOL, value: Uint8Array.of(nanoseconds ? 9 : 6) })
    const at = this.begin(INTERFACE_DESCRIPTION_BLOCK, 20 + lengthOf(options))
    this.view.setUint16(at + 8, linkType, true)
    this.view.setUint16(at + 10, 0, true)
    this.view.setUint32(at + 12, snapLength, true)
    this.putOptions(at + 16, options)
    return this.fine.push(nanoseconds) - 1
  }

  packet({
    interface: id,
    bytes,
    start,
    captured,
    original,
    time,
    nanoseconds = 0,
    comments = [],
  }: WrittenPacket): void {
    const options = comments.flatMap((comment) => textOption(OPTION_COMMENT, comment))
    const padded = captured + (-captured & 3)
    const at = this.begin(ENHANCED_PACKET_BLOCK, PACKET_OFFSET + 4 + padded + lengthOf(options))
    const { view } = this
    view.setUint32(at + 8, id, true)
    const stamp = Math.max(0, time)
    let high = Math.floor(stamp / WORD)
    let low = stamp % WORD
    if (this.fine[id]) {
      const product = low * 1000 + nanoseconds
      high = high * 1000 + Math.floor(product / WORD)
      low = product % WORD
    }
    view.setUint32(at + 12, high, true)
    view.setUint32(at + 16, low, true)
    view.setUint32(at + 20, captured, true)
    view.setUint32(at + 24, original, true)
    this.buffer.set(bytes.subarray(start, start + captured), at + PACKET_OFFSET)
    this.buffer.fill(0, at + PACKET_OFFSET + captured, at + PACKET_OFFSET + padded)
    this.putOptions(at + PACKET_OFFSET + padded, options)
    this.packets++
  }

  /** Writes what is buffered. */
  flush(): void {
    const { used } = this
    this.used = 0
    if (used > 0) this.sink.write(this.buffer.subarray(0, used))
  }

  /** Makes room for a block and writes its type and its two lengths. Returns where it starts. */
  private begin(type: number, length: number): number {
    if (this.used + length > this.buffer.length) this.flush()
    if (length > this.buffer.length) {
      this.buffer = new Uint8Array(length)
      this.view = new DataView(this.buffer.buffer)
    }
    const at = this.used
    this.view.setUint32(at, type, true)
    this.view.setUint32(at + 4, length, true)
    this.view.setUint32(at + length - 4, length, true)
    this.used += length
    this.bytes += length
    return at
  }

  private putOptions(at: number, options: readonly BlockOption[]): void {
    for (const { code, value } of options) {
      this.view.setUint16(at, code, true)
      this.view.setUint16(at + 2, value.length, true)
      this.buffer.set(value, at + 4)
      const end = at + 4 + value.length
      at = end + (-value.length & 3)
      this.buffer.fill(0, end, at)
    }
    if (options.length > 0) this.view.setUint32(at, OPTION_END, true)
  }
}

interface BlockOption {
  code: number
  value: Uint8Array
}

function textOption(code: number, text: string | undefined): BlockOption[] {
  if (text === undefined || text === '') return []
  const value = encoder.encode(text)
  if (value.length <= MAX_COMMENT_BYTES) return [{ code, value }]
  let end = MAX_COMMENT_BYTES
  // Not in the middle of a character.
  while ((value[end]! & 0xc0) === 0x80) end--
  return [{ code, value: value.subarray(0, end) }]
}

/** Including opt_endofopt, if there are options at all. */
function lengthOf(options: readonly BlockOption[]): number {
  return options.reduce((sum, { value }) => sum + 4 + value.length + (-value.length & 3), options.length > 0 ? 4 : 0)
}
