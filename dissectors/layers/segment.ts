/**
 * One decoded TCP segment or UDP datagram, or fragment of an IP datagram that may hold one, filled in place frame after frame: nothing is allocated
 * per packet.
 *
 * Addresses are those of the innermost IP header: four 32-bit words in network order, IPv4 as the mapped form ::ffff:a.b.c.d, so that both
 * families are compared alike. All words, seq and ack are signed 32-bit integers (`| 0`): V8 keeps them unboxed, and sequence arithmetic wraps
 * by itself.
 */
export interface Segment {
  src0: number
  src1: number
  src2: number
  src3: number
  dst0: number
  dst1: number
  dst2: number
  dst3: number
  srcPort: number
  dstPort: number
  seq: number
  ack: number
  /** TCP flags, the low eight bits. */
  flags: number
  /** Where the payload starts in the frame's buffer, and where its captured bytes end. While headers are read: what the last one carries. */
  payload: number
  payloadEnd: number
  /** Payload bytes on the wire: more than payloadEnd - payload where the capture cut the frame. */
  length: number
  /** How many of them only an IP header claims: the record calls the packet whole without them. A mirror cut them, or the header lies. */
  claimed: number
  /** What of a frame is not read further, as unread.ts has it. A UDP datagram is noted here too: most have no protocol that reads them. */
  unread: number
  /** Headers entered so far, and how many may be. */
  depth: number
  readonly depthLimit: number
  /** Of a fragment: Identification, 16 bits in IPv4 and a signed 32-bit integer in IPv6. */
  fragmentId: number
  /** Protocol of the datagram; in IPv6 the Next Header of the fragment header. */
  fragmentProtocol: number
  /** Where its data belongs in the datagram, in bytes. */
  fragmentOffset: number
  /** 1 where more fragments follow, 0 in the last. */
  fragmentMore: number
}

/** In one frame, from that of the link to TCP's own; each VLAN tag and MPLS label counts. Networks in earnest nest about ten. */
export const MAX_HEADERS = 16

/** @param depthLimit headers that may be one inside the other, tags and tunnels included */
export function createSegment(depthLimit: number = MAX_HEADERS): Segment {
  return {
    src0: 0,
    src1: 0,
    src2: 0,
    src3: 0,
    dst0: 0,
    dst1: 0,
    dst2: 0,
    dst3: 0,
    srcPort: 0,
    dstPort: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    payload: 0,
    payloadEnd: 0,
    length: 0,
    claimed: 0,
    unread: 0,
    depth: 0,
    depthLimit,
    fragmentId: 0,
    fragmentProtocol: 0,
    fragmentOffset: 0,
    fragmentMore: 0,
  }
}

/** The result of decoding a frame. */
export const DECODED = {
  /** Neither TCP nor UDP, or too short to decide. */
  OTHER: 0,
  TCP: 1,
  /** A fragment of an IP datagram that may carry TCP or UDP, in any tunnel. */
  FRAGMENT: 2,
  UNKNOWN_LINK: 3,
  /** More headers than `depthLimit`. */
  TOO_DEEP: 4,
  /** A UDP datagram between ports of no tunnel. */
  UDP: 5,
} as const
