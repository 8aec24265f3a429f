/**
 * The first look at a frame. Most frames of a mixed capture are plain Ethernet and IPv4 without options and carry nothing that any protocol here
 * reads. A few bytes at fixed offsets show that, without decoding. The decoders read all other frames: the only verdict here is
 * "irrelevant".
 */
import { u16be } from '../../../dissectors/bytes.ts'
import { protocolLayer } from '../../../dissectors/layers/layer.ts'
import { DECODED } from '../../../dissectors/layers/segment.ts'
import { UNREAD } from '../../../dissectors/layers/unread.ts'
import { TCP_SYN } from '../../../dissectors/net/tcp.ts'
import { portLayer } from '../../../dissectors/net/udp.ts'
import type { UnreadPackets } from '../unread/unread-packets.ts'
import type { DatagramPorts, ProtocolPorts } from './protocol-ports.ts'

/** Ethernet, IPv4 without options, TCP without options. */
const PLAIN_HEADERS = 54
const ETHERNET_HEADER = 14
/** Where the header of TCP or UDP starts. */
const TRANSPORT = 34
const PROTOCOL_TCP = 6
const PROTOCOL_UDP = 17
const UDP_HEADER = 8

export class FastPath {
  private readonly streams: ProtocolPorts
  /** Null where there is no protocol over UDP. */
  private readonly datagrams: DatagramPorts | null
  private readonly unread: UnreadPackets

  constructor(streams: ProtocolPorts, datagrams: DatagramPorts | null, unread: UnreadPackets) {
    this.streams = streams
    this.datagrams = datagrams
    this.unread = unread
  }

  /**
   * Is the Ethernet frame at [start, end) of `b` plain, and irrelevant? It is where it holds neither TCP, nor UDP on a protocol's port, nor a tunnel;
   * or a whole datagram with TCP, no SYN, on no port that is followed, and a payload that no protocol begins with.
   */
  isIrrelevant(b: Uint8Array, start: number, end: number, frame: number): boolean {
    if (end - start < PLAIN_HEADERS || b[start + 12] !== 0x08 || b[start + 13] !== 0x00 || b[start + 14] !== 0x45)
      return false
    if (b[start + 23] !== PROTOCOL_TCP) return this.isIrrelevantDatagram(b, start, end, frame)
    if (isFragment(b, start)) return false
    const tcp = start + TRANSPORT
    const { streams } = this
    if ((streams.isFollowed(u16be(b, tcp), u16be(b, tcp + 2)) | (b[tcp + 13] & TCP_SYN)) !== 0) return false
    const total = u16be(b, start + 16)
    const payloadEnd = total === 0 ? end : Math.min(end, start + ETHERNET_HEADER + total)
    return !streams.mayStart(b, tcp + (b[tcp + 12] >> 4) * 4, payloadEnd)
  }

  /** Is it certain that a frame without TCP carries nothing that is read? Frames that may hide something are counted. */
  private isIrrelevantDatagram(b: Uint8Array, start: number, end: number, frame: number): boolean {
    const protocol = b[start + 23]
    if (protocol !== PROTOCOL_UDP) {
      if (protocolLayer(protocol) !== DECODED.OTHER) return false
      this.unread.packet(UNREAD.PROTOCOL | protocol, frame)
      return true
    }
    const udp = start + TRANSPORT
    const source = u16be(b, udp)
    const destination = u16be(b, udp + 2)
    if (isFragment(b, start) || portLayer(source, destination) !== DECODED.OTHER) return false
    if (this.datagrams !== null && this.datagrams.ofPorts(source, destination) !== null) return false
    const payload = udp + UDP_HEADER
    this.unread.udp(b, payload, Math.min(end, udp + u16be(b, udp + 4)), source, destination, frame)
    return true
  }
}

/** More Fragments is set, or there is an offset: the decoders handle it. */
function isFragment(b: Uint8Array, start: number): boolean {
  return ((b[start + 20] & 0x3f) | b[start + 21]) !== 0
}
