/**
 * Which of the connections between two endpoints a segment belongs to. Usually there is one. There are several where a port is used again, where
 * networks with the same addresses are captured together (tenants in VLANs or tunnels, of which only one direction may carry a tag), and where
 * somebody sends stray segments. Sequence numbers and acknowledgements tell them apart.
 */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { TCP_ACK, TCP_SYN } from '../../../dissectors/net/tcp.ts'
import type { Connection } from '../smb/smb-flow.ts'
import type { Handshake } from './recent-syns.ts'

/** How well a segment fits a connection. */
export const FIT = {
  /** Neither its sequence number nor its acknowledgement is near what the connection has come to. */
  NONE: 0,
  /** One of the two is far away. */
  HALF: 1,
  NEAR: 2,
  /** It is the next that its direction awaits. */
  NEXT: 3,
} as const

/** The connection, `newest` or one before it, that a segment without SYN fits best; of several that it fits alike the one that it is nearest to. */
export function bestFit(newest: Connection, s: Segment, fromA: boolean): Connection {
  if (newest.older === null) return newest
  let best = newest
  let fit = newest.fit(s, fromA)
  for (let c = newest.older as Connection | null; c !== null && fit < FIT.NEXT; c = c.older) {
    const other = c.fit(s, fromA)
    if (other < fit || (other === fit && c.distance(s, fromA) >= best.distance(s, fromA))) continue
    best = c
    fit = other
  }
  return best
}

/** The connection that a SYN, or the answer to one, is of; null where it begins another. */
export function ownerOfSyn(newest: Connection, s: Segment, fromA: boolean): Connection | null {
  const isAnswer = (s.flags & TCP_ACK) !== 0
  for (let c: Connection | null = newest; c !== null; c = c.older) {
    if (isAnswer ? c.isAnsweredBy(s, fromA) : c.isOpenedBy(s, fromA)) return c
  }
  return null
}

/** Is it the handshake of `newest`, or of a connection before it? */
export function isHandshakeOf(newest: Connection, handshake: Handshake): boolean {
  for (let c: Connection | null = newest; c !== null; c = c.older) if (c.hasStartedAt(handshake)) return true
  return false
}

/** Is it a SYN, with or without ACK? */
export function isSyn(s: Segment): boolean {
  return (s.flags & TCP_SYN) !== 0
}
