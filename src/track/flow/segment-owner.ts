/**
 * Which of the connections between two endpoints a segment belongs to. Usually there is one. There are several where a port is used again, where
 * networks with the same addresses are captured together (tenants in VLANs or tunnels, of which only one direction may carry a tag), and where
 * an attacker sends stray segments. Sequence numbers and acknowledgements distinguish them.
 */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { TCP_ACK, TCP_SYN } from '../../../dissectors/net/tcp.ts'
import type { Handshake } from './recent-syns.ts'
import type { TcpFlow } from './tcp-flow.ts'

/** How well a segment fits a connection. */
export const FIT = {
  /** Neither its sequence number nor its acknowledgement is near the position of the connection. */
  NONE: 0,
  /** One of the two is far away. */
  HALF: 1,
  NEAR: 2,
  /** It is the next that its direction awaits. */
  NEXT: 3,
} as const

/** How well a segment without SYN fits: one of FIT. */
export function fitOf(flow: TcpFlow, s: Segment, fromA: boolean): number {
  if (flow.isNext(s, fromA)) return FIT.NEXT
  if (flow.openStreamOf(fromA)?.isFar(s.seq) !== true) return FIT.NEAR
  const hasAck = (s.flags & TCP_ACK) !== 0
  return !hasAck || flow.closedIn !== 0 || flow.openStreamOf(!fromA)?.isFar(s.ack) === true ? FIT.NONE : FIT.HALF
}

/** How far a segment is from the next that its direction awaits; 0 where that is not known. */
function distance(flow: TcpFlow, s: Segment, fromA: boolean): number {
  return Math.abs(flow.openStreamOf(fromA)?.distance(s.seq) ?? 0)
}

/** The connection, `newest` or one before it, that a segment without SYN fits best; the nearest of several that it fits alike. */
export function bestFit(newest: TcpFlow, s: Segment, fromA: boolean): TcpFlow {
  if (newest.older === null) return newest
  let best = newest
  let fit = fitOf(newest, s, fromA)
  for (let flow = newest.older as TcpFlow | null; flow !== null && fit < FIT.NEXT; flow = flow.older) {
    const other = fitOf(flow, s, fromA)
    if (other < fit || (other === fit && distance(flow, s, fromA) >= distance(best, s, fromA))) continue
    best = flow
    fit = other
  }
  return best
}

/** The connection that a SYN, or the answer to one, belongs to; null where it begins another. */
export function ownerOfSyn(newest: TcpFlow, s: Segment, fromA: boolean): TcpFlow | null {
  const isAnswer = (s.flags & TCP_ACK) !== 0
  for (let flow: TcpFlow | null = newest; flow !== null; flow = flow.older) {
    if (isAnswer ? isAnsweredBy(flow, s, fromA) : isOpenedBy(flow, s, fromA)) return flow
  }
  return null
}

/** Is this the SYN that opened it? It may come behind the first data, where the capture is out of order. */
function isOpenedBy(flow: TcpFlow, s: Segment, fromA: boolean): boolean {
  if (flow.isnKnown) return s.seq === flow.isn && fromA === flow.clientIsA
  return mayBeginBehind(flow, s, fromA)
}

/** Is this a SYN-ACK of it? Proxies and attackers may send several: each of them is one. */
function isAnsweredBy(flow: TcpFlow, s: Segment, fromA: boolean): boolean {
  if (!flow.isnKnown) return mayBeginBehind(flow, s, fromA)
  const answered = (s.ack - flow.isn) | 0
  return fromA !== flow.clientIsA && answered >= 1 && answered <= 1 + flow.synData
}

function mayBeginBehind(flow: TcpFlow, s: Segment, fromA: boolean): boolean {
  const stream = flow.openStreamOf(fromA)
  return stream === null || !stream.hasBegun || stream.beginsBehind(s.seq)
}

/** Is it the handshake of `newest`, or of a connection before it? */
export function isHandshakeOf(newest: TcpFlow, handshake: Handshake): boolean {
  for (let flow: TcpFlow | null = newest; flow !== null; flow = flow.older)
    if (flow.hasStartedAt(handshake)) return true
  return false
}

/** Is it a SYN, with or without ACK? */
export function isSyn(s: Segment): boolean {
  return (s.flags & TCP_SYN) !== 0
}
