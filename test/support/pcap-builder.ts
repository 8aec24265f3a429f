/**
 * Builds capture files for tests, byte by byte: pcap (libpcap's file format) and pcapng (draft-ietf-opsawg-pcapng). Every field can have a wrong
 * value. Times are microseconds since 1970 unless the name says `ticks`.
 */

export type Endian = 'little' | 'big'

export interface BuilderPacket {
  data: Uint8Array
  /** Microseconds since 1970; packet n gets `BASE_TIME` + n milliseconds where it is left out. */
  time?: number
  /** Nanoseconds below the microsecond, 0..999: written by formats that can. */
  nanoseconds?: number
  /** Length on the wire, where it is not the captured one. */
  original?: number
  /** Index of the packet's interface in its section (pcapng). */
  interface?: number
}

/** 2023-11-14T22:13:20Z. */
export const BASE_TIME = 1_700_000_000_000_000

export interface PcapOptions {
  packets: readonly (Uint8Array | BuilderPacket)[]
  linkType?: number
  endian?: Endian
  /** Writes the nanosecond magic number and nanosecond stamps. */
  nanoseconds?: boolean
  snapLength?: number
  /** Another magic number, for instance 0xa1b2cd34 (24-byte record headers). */
  magic?: number
  version?: readonly [major: number, minor: number]
}

export function pcapFile(options: PcapOptions): Uint8Array {
  const { endian = 'little', nanoseconds = false } = options
  const magic = options.magic ?? (nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4)
  const [major, minor] = options.version ?? [2, 4]
  const header = concat(
    u32(magic, endian),
    u16(major, endian),
    u16(minor, endian),
    u32(0, endian),
    u32(0, endian),
    u32(options.snapLength ?? 262_144, endian),
    u32(options.linkType ?? 1, endian),
  )
  const records = options.packets.map((packet, i) => {
    const { data, time, original, nanoseconds: below } = filled(packet, i)
    const seconds = Math.floor(time / 1e6)
    const fraction = time - seconds * 1e6
    const extra = magic === 0xa1b2cd34 ? [new Uint8Array(8)] : []
    return concat(
      u32(seconds, endian),
      u32(nanoseconds ? fraction * 1000 + below : fraction, endian),
      u32(data.length, endian),
      u32(original, endian),
      ...extra,
      data,
    )
  })
  return concat(header, ...records)
}

export interface InterfaceOptions {
  linkType?: number
  /** 0: no limit. */
  snapLength?: number
  /** The byte of if_tsresol: a power of ten, or of two with the high bit set. Absent: microseconds. */
  timestampResolution?: number
  /** if_tsoffset, seconds. */
  timestampOffset?: bigint
}

/** One block of a section, in file order. */
export type SectionPart =
  | { kind: 'packet'; packet: Uint8Array | BuilderPacket }
  | { kind: 'interface'; interface: InterfaceOptions }
  | { kind: 'bytes'; bytes: Uint8Array }

export interface SectionOptions {
  endian?: Endian
  interfaces?: readonly InterfaceOptions[]
  packets?: readonly (Uint8Array | BuilderPacket)[]
  /** Blocks after the interfaces and packets above. */
  parts?: readonly SectionPart[]
  /** The section length field: -1 (not given) where it is left out, 'given' writes the real one. */
  length?: 'unknown' | 'given'
}

/** One section by its own options, or several with `sections`. */
export function pcapngFile(
  options: SectionOptions & { linkType?: number; sections?: readonly SectionOptions[] },
): Uint8Array {
  const { sections, linkType, ...only } = options
  if (sections) return concat(...sections.map(pcapngSection))
  return pcapngSection({ ...only, interfaces: only.interfaces ?? [{ linkType: linkType ?? 1 }] })
}

export function pcapngSection(options: SectionOptions): Uint8Array {
  const endian = options.endian ?? 'little'
  const interfaces = [...(options.interfaces ?? [{}])]
  const blocks = interfaces.map((i) => interfaceBlock(i, endian))
  let count = 0
  const enhanced = (packet: Uint8Array | BuilderPacket): Uint8Array => {
    const { data, time, original, nanoseconds, interface: id } = filled(packet, count++)
    const ticks = toTicks(time, nanoseconds, interfaces[id] ?? {})
    return enhancedPacketBlock({ interface: id, ticks, data, original }, endian)
  }
  for (const packet of options.packets ?? []) blocks.push(enhanced(packet))
  for (const part of options.parts ?? []) {
    if (part.kind === 'packet') blocks.push(enhanced(part.packet))
    else if (part.kind === 'bytes') blocks.push(part.bytes)
    else {
      interfaces.push(part.interface)
      blocks.push(interfaceBlock(part.interface, endian))
    }
  }
  const body = concat(...blocks)
  return concat(sectionHeaderBlock(endian, options.length === 'given' ? BigInt(body.length) : -1n), body)
}

export function sectionHeaderBlock(
  endian: Endian = 'little',
  sectionLength = -1n,
  options: Uint8Array = NOTHING,
): Uint8Array {
  const body = concat(u32(0x1a2b3c4d, endian), u16(1, endian), u16(0, endian), u64(sectionLength, endian), options)
  return block(0x0a0d0d0a, body, endian)
}

export function interfaceBlock(
  options: InterfaceOptions = {},
  endian: Endian = 'little',
  extra: Uint8Array = NOTHING,
): Uint8Array {
  const parts = [u16(options.linkType ?? 1, endian), u16(0, endian), u32(options.snapLength ?? 0, endian), extra]
  if (options.timestampResolution !== undefined) {
    parts.push(blockOption(9, Uint8Array.of(options.timestampResolution), endian))
  }
  if (options.timestampOffset !== undefined) parts.push(blockOption(14, u64(options.timestampOffset, endian), endian))
  if (parts.some((p, i) => i > 2 && p.length > 0)) parts.push(blockOption(0, NOTHING, endian))
  return block(1, concat(...parts), endian)
}

export interface PacketBlockFields {
  interface?: number
  ticks?: bigint
  data: Uint8Array
  original?: number
  /** A wrong captured length. */
  captured?: number
  options?: Uint8Array
}

export function enhancedPacketBlock(fields: PacketBlockFields, endian: Endian = 'little'): Uint8Array {
  return block(6, concat(u32(fields.interface ?? 0, endian), packetFields(fields, endian)), endian)
}

/** Block type 2, which Enhanced Packet Blocks replaced. */
export function obsoletePacketBlock(fields: PacketBlockFields, endian: Endian = 'little'): Uint8Array {
  const head = concat(u16(fields.interface ?? 0, endian), u16(0xffff, endian))
  return block(2, concat(head, packetFields(fields, endian)), endian)
}

export function simplePacketBlock(data: Uint8Array, original = data.length, endian: Endian = 'little'): Uint8Array {
  return block(3, concat(u32(original, endian), data), endian)
}

/** Any block: `body` is padded to four bytes and framed by type and lengths. */
export function block(type: number, body: Uint8Array, endian: Endian = 'little'): Uint8Array {
  const padded = pad4(body)
  const length = u32(padded.length + 12, endian)
  return concat(u32(type, endian), length, padded, length)
}

export function blockOption(code: number, value: Uint8Array, endian: Endian = 'little'): Uint8Array {
  return concat(u16(code, endian), u16(value.length, endian), pad4(value))
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function u16(value: number, endian: Endian = 'little'): Uint8Array {
  const b = new Uint8Array(2)
  new DataView(b.buffer).setUint16(0, value, endian === 'little')
  return b
}

export function u32(value: number, endian: Endian = 'little'): Uint8Array {
  const b = new Uint8Array(4)
  new DataView(b.buffer).setUint32(0, value, endian === 'little')
  return b
}

/** 64 bits; negative values in two's complement. */
export function u64(value: bigint, endian: Endian = 'little'): Uint8Array {
  const b = new Uint8Array(8)
  new DataView(b.buffer).setBigUint64(0, BigInt.asUintN(64, value), endian === 'little')
  return b
}

const NOTHING = new Uint8Array(0)

function packetFields(fields: PacketBlockFields, endian: Endian): Uint8Array {
  const ticks = fields.ticks ?? BigInt(BASE_TIME)
  return concat(
    u32(Number((ticks >> 32n) & 0xffff_ffffn), endian),
    u32(Number(ticks & 0xffff_ffffn), endian),
    u32(fields.captured ?? fields.data.length, endian),
    u32(fields.original ?? fields.data.length, endian),
    pad4(fields.data),
    fields.options ?? NOTHING,
  )
}

function pad4(b: Uint8Array): Uint8Array {
  const rest = b.length % 4
  return rest === 0 ? b : concat(b, new Uint8Array(4 - rest))
}

function filled(packet: Uint8Array | BuilderPacket, index: number): Required<BuilderPacket> {
  const p: BuilderPacket = packet instanceof Uint8Array ? { data: packet } : packet
  return {
    data: p.data,
    time: p.time ?? BASE_TIME + index * 1000,
    nanoseconds: p.nanoseconds ?? 0,
    original: p.original ?? p.data.length,
    interface: p.interface ?? 0,
  }
}

/** Ticks of the interface's clock, rounded down. */
function toTicks(
  time: number,
  below: number,
  { timestampResolution = 6, timestampOffset = 0n }: InterfaceOptions,
): bigint {
  const nanoseconds = BigInt(time) * 1000n + BigInt(below) - timestampOffset * 1_000_000_000n
  const perSecond =
    timestampResolution & 0x80 ? 1n << BigInt(timestampResolution & 0x7f) : 10n ** BigInt(timestampResolution)
  return (nanoseconds * perSecond) / 1_000_000_000n
}
