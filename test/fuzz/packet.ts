/** The packets that mutations change, and where their headers are. The fuzzer finds them by itself, independently of the engine. */
import { getUint, putUint } from './bytes.ts'

/** Shared between captures: a mutation must change a copy. */
export interface Packet {
  readonly bytes: Uint8Array
  /** On the wire. */
  readonly original: number
  /** Microseconds since 1970. */
  readonly time: number
  readonly linkType: number
}

export const ETHERNET = 1
export const IPV4 = 0x0800
export const IPV6 = 0x86dd

/** Indices into a packet's bytes. */
export interface Layers {
  /** The two bytes that name the network layer; -1 where the link type alone does. */
  typeAt: number
  ip: number
  version: 4 | 6
  /** Behind the network layer's header. */
  transport: number
  /** The transport protocol. */
  protocol: number
  /** Where the datagram ends, by its length field and the captured bytes. */
  end: number
  /** Of TCP: behind its header; -1 for other protocols. */
  payload: number
}

const TCP = 6
const VLAN_TYPES = [0x8100, 0x88a8, 0x9100]

/** Null if there is no IP directly on the link. */
export function layersOf({ bytes, linkType }: Packet): Layers | null {
  const link = linkHeader(bytes, linkType)
  if (link === null) return null
  const { typeAt, ip } = link
  const version = bytes[ip] === undefined ? 0 : bytes[ip] >> 4
  if (version === 4) {
    const transport = ip + (bytes[ip]! & 0x0f) * 4
    if (ip + 20 > bytes.length || transport < ip + 20) return null
    const end = Math.min(bytes.length, ip + (getUint(bytes, ip + 2, 2, true) || bytes.length))
    return withPayload(bytes, { typeAt, ip, version, transport, protocol: bytes[ip + 9]!, end, payload: -1 })
  }
  if (version === 6) {
    if (ip + 40 > bytes.length) return null
    const end = Math.min(bytes.length, ip + 40 + (getUint(bytes, ip + 4, 2, true) || bytes.length))
    return withPayload(bytes, {
      typeAt,
      ip,
      version,
      transport: ip + 40,
      protocol: bytes[ip + 6]!,
      end,
      payload: -1,
    })
  }
  return null
}

function withPayload(bytes: Uint8Array, layers: Layers): Layers {
  const { transport, end, protocol } = layers
  if (protocol !== TCP || transport + 20 > end) return layers
  const payload = transport + (bytes[transport + 12]! >> 4) * 4
  return payload < transport + 20 || payload > end ? layers : { ...layers, payload }
}

function linkHeader(bytes: Uint8Array, linkType: number): { typeAt: number; ip: number } | null {
  switch (linkType) {
    case ETHERNET: {
      let typeAt = 12
      while (VLAN_TYPES.includes(getUint(bytes, typeAt, 2, true)) && typeAt + 6 <= bytes.length) typeAt += 4
      return { typeAt, ip: typeAt + 2 }
    }
    case 0:
    case 108:
      return { typeAt: -1, ip: 4 }
    case 113:
      return { typeAt: 14, ip: 16 }
    case 276:
      return { typeAt: 0, ip: 20 }
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return { typeAt: -1, ip: 0 }
    default:
      return null
  }
}

/** A TCP segment with its layers, or null. */
export function segmentOf(packet: Packet): Layers | null {
  const layers = layersOf(packet)
  return layers !== null && layers.payload >= 0 ? layers : null
}

export function payloadOf(packet: Packet, { payload, end }: Layers): Uint8Array {
  return packet.bytes.subarray(payload, end)
}

/** The same headers with another payload, corrected lengths, and the sequence number moved. */
export function withOwnPayload(packet: Packet, layers: Layers, payload: Uint8Array, moved = 0): Packet {
  const { ip, version, transport } = layers
  const bytes = new Uint8Array(layers.payload + payload.length)
  bytes.set(packet.bytes.subarray(0, layers.payload))
  bytes.set(payload, layers.payload)
  setDatagramLength(bytes, ip, version)
  if (moved !== 0) putUint(bytes, transport + 4, 4, true, (getUint(bytes, transport + 4, 4, true) + moved) >>> 0)
  return { ...packet, bytes, original: bytes.length }
}

/** Says in the IP header at `ip` that the datagram goes to the end of `bytes`. */
export function setDatagramLength(bytes: Uint8Array, ip: number, version: 4 | 6): void {
  if (version === 4) putUint(bytes, ip + 2, 2, true, bytes.length - ip)
  else putUint(bytes, ip + 4, 2, true, bytes.length - ip - 40)
}

/** A copy to write into. */
export function changed(packet: Packet, change: (bytes: Uint8Array) => void): Packet {
  const bytes = packet.bytes.slice()
  change(bytes)
  return { ...packet, bytes }
}

/** The stream that a segment belongs to: the same text for every segment of one direction of one connection. */
export function streamOf({ bytes }: Packet, { ip, version, transport }: Layers): string {
  const addresses = version === 4 ? bytes.subarray(ip + 12, ip + 20) : bytes.subarray(ip + 8, ip + 40)
  return `${addresses.join('.')} ${bytes.subarray(transport, transport + 4).join('.')}`
}

/** The stream of the other direction. */
export function answerStreamOf({ bytes }: Packet, { ip, version, transport }: Layers): string {
  const size = version === 4 ? 4 : 16
  const source = version === 4 ? ip + 12 : ip + 8
  const addresses = [...bytes.subarray(source + size, source + 2 * size), ...bytes.subarray(source, source + size)]
  const ports = [...bytes.subarray(transport + 2, transport + 4), ...bytes.subarray(transport, transport + 2)]
  return `${addresses.join('.')} ${ports.join('.')}`
}

/** The first byte of the protocol id if an SMB message starts right behind a NetBIOS prefix in this payload, else 0. */
export function smbAt(payload: Uint8Array, at = 0): number {
  const isSmb = payload[at + 5] === 0x53 && payload[at + 6] === 0x4d && payload[at + 7] === 0x42
  return payload[at] === 0 && isSmb ? payload[at + 4]! : 0
}

/** Indices of the packets in which an SMB message starts. */
export function smbPackets(packets: readonly Packet[]): number[] {
  const found: number[] = []
  for (const [i, packet] of packets.entries()) {
    const layers = segmentOf(packet)
    if (layers !== null && smbAt(packet.bytes, layers.payload) !== 0) found.push(i)
  }
  return found
}
