/**
 * What kept a frame from being read to its TCP, as one number: a kind, and sixteen bits of which one it is. Decoders put it into the segment where they
 * stop before something that no decoder reads. The caller decides whether that may hide IP.
 */
export const UNREAD = {
  /** Nothing to name: a frame that is too short or damaged. */
  NOTHING: 0,
  /** With an EtherType. */
  ETHERTYPE: 0x10000,
  /** With the protocol of an IP header. */
  PROTOCOL: 0x20000,
  /** A datagram between ports of no tunnel: they are in the segment, and its payload is the datagram's. */
  UDP: 0x30000,
  /** With one of CLOSED. */
  CLOSED: 0x40000,
  /** Of a link type, which a capture or a header inside of it gives. */
  LINK: 0x50000,
} as const

/** What is known by name, and closed to us. */
export const CLOSED = {
  ENCRYPTED_WIRELESS: 1,
  AGGREGATED_WIRELESS: 2,
  ENCRYPTED_MACSEC: 3,
  ENCRYPTED_CAPWAP: 4,
  ENCRYPTED_PPP: 5,
  NETBEUI: 6,
  UPPER_PDU: 7,
  ERF_TYPE: 8,
  L2TPV3: 9,
  ENCRYPTED_LISP: 10,
} as const

export const UNREAD_KIND = 0x70000
export const UNREAD_NUMBER = 0xffff
