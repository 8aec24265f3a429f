/**
 * The first look at a frame. Most frames of a mixed capture are plain Ethernet and IPv4 without options, carry nothing that we follow, and can be
 * told so from a few bytes at fixed places, without decoding them. Whatever is not that plain is left to the decoders: this only ever says "pass".
 */
import { u16be } from '../../../dissectors/bytes.ts'
import { protocolLayer } from '../../../dissectors/layers/layer.ts'
import { DECODED } from '../../../dissectors/layers/segment.ts'
import { UNREAD } from '../../../dissectors/layers/unread.ts'
import { TCP_SYN } from '../../../dissectors/net/tcp.ts'
import { portLayer } from '../../../dissectors/net/udp.ts'
import type { UnreadPackets } from '../unread/unread-packets.ts'

/** Ethernet, IPv4 without options, TCP without options. */
const PLAIN_HEADERS = 54
const ETHERNET_HEADER = 14
/** Where the header of TCP or UDP starts. */
const TRANSPORT = 34
const PROTOCOL_TCP = 6
const PROTOCOL_UDP = 17
const UDP_HEADER = 8

/**
 * Is the Ethernet frame at [start, end) of `b` plain, and none of ours: neither TCP nor a tunnel; or a whole datagram with TCP, no SYN, on no port
 * of `ports`, and with a payload that does not begin as SMB does?
 */
export function passesBy(
  b: Uint8Array,
  start: number,
  end: number,
  ports: Uint8Array,
  unread: UnreadPackets,
  frame: number,
): boolean {
  if (end - start < PLAIN_HEADERS || b[start + 12] !== 0x08 || b[start + 13] !== 0x00 || b[start + 14] !== 0x45)
    return false
  if (b[start + 23] !== PROTOCOL_TCP) return passesUntold(b, start, end, unread, frame)
  if (isFragment(b, start)) return false
  const tcp = start + TRANSPORT
  if ((ports[u16be(b, tcp)] | ports[u16be(b, tcp + 2)] | (b[tcp + 13] & TCP_SYN)) !== 0) return false
  const total = u16be(b, start + 16)
  const payloadEnd = total === 0 ? end : Math.min(end, start + ETHERNET_HEADER + total)
  return !mayBeSmb(b, tcp + (b[tcp + 12] >> 4) * 4, payloadEnd)
}

/** May what is not TCP itself carry it? If nobody knows, it is noted. */
function passesUntold(b: Uint8Array, start: number, end: number, unread: UnreadPackets, frame: number): boolean {
  const protocol = b[start + 23]
  if (protocol !== PROTOCOL_UDP) {
    if (protocolLayer(protocol) !== DECODED.OTHER) return false
    unread.packet(UNREAD.PROTOCOL | protocol, frame)
    return true
  }
  const udp = start + TRANSPORT
  const source = u16be(b, udp)
  const destination = u16be(b, udp + 2)
  if (isFragment(b, start) || portLayer(source, destination) !== DECODED.OTHER) return false
  const payload = udp + UDP_HEADER
  unread.udp(b, payload, Math.min(end, udp + u16be(b, udp + 4)), source, destination, frame)
  return true
}

/** More Fragments, or an offset: the decoders see to it. */
function isFragment(b: Uint8Array, start: number): boolean {
  return ((b[start + 20] & 0x3f) | b[start + 21]) !== 0
}

/** The 0 of the prefix and, where it is there, the 'S' of the protocol id: what a payload on a port that says nothing is tried for. */
export function mayBeSmb(b: Uint8Array, payload: number, end: number): boolean {
  return payload < end && b[payload] === 0 && (payload + 5 >= end || b[payload + 5] === 0x53)
}
