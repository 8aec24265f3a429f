/**
 * Which frames carry which connections: by the innermost addresses and the ports, so in any tunnel. A fragment of an IP datagram shows no
 * ports: those between the two addresses are all taken. Fragments of a tunnel's own datagrams are not taken.
 */
import ipaddr from 'ipaddr.js'
import { decodeFrame } from '../../dissectors/frame/decode-frame.ts'
import { createSegment, DECODED, type Segment } from '../../dissectors/layers/segment.ts'
import type { Endpoint } from '../ledger/endpoint.ts'
import { flowHash, sourceIsA } from '../track/flow/flow-hash.ts'
import type { EvidenceConnection } from './selection.ts'

export interface ConnectionMatcher {
  /**
   * The connections that the frame at [start, start + captured) of `bytes` belongs to and whose frame ranges include it, at most `limit`; valid until the
   * next call. Frames come in ascending order.
   */
  match(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    linkType: number,
    frame: number,
    limit: number,
  ): readonly EvidenceConnection[]
}

interface Entry {
  connection: EvidenceConnection
  ends: Segment
}

/** Entries with one hash. A port pair may be used again, so only entries whose range has begun and not ended are compared. */
interface Group {
  /** By first frame; those from `next` on have not begun. */
  entries: Entry[]
  next: number
  active: Entry[]
}

export function matchConnections(connections: readonly EvidenceConnection[]): ConnectionMatcher {
  const byPorts = new Map<number, Group>()
  const byAddresses = new Map<number, Group>()
  for (const connection of [...connections].sort((x, y) => x.firstFrame - y.firstFrame)) {
    const ends = endsOf(connection)
    if (ends === null) continue
    const entry = { connection, ends }
    push(byPorts, flowHash(ends, sourceIsA(ends)), entry)
    push(byAddresses, addressHash({ ...ends }), entry)
  }
  const segment = createSegment()
  const matched: EvidenceConnection[] = []
  return {
    // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
    match(bytes, start, captured, original, linkType, frame, limit) {
      matched.length = 0
      const decoded = decodeFrame(linkType, bytes, start, start + captured, start + original, segment)
      const isFragment = decoded === DECODED.FRAGMENT
      if (decoded !== DECODED.TCP && !isFragment) return matched
      const group = isFragment
        ? byAddresses.get(addressHash(segment))
        : byPorts.get(flowHash(segment, sourceIsA(segment)))
      if (group !== undefined) collect(group, segment, !isFragment, frame, limit, matched)
      return matched
    },
  }
}

function collect(
  group: Group,
  s: Segment,
  withPorts: boolean,
  frame: number,
  limit: number,
  matched: EvidenceConnection[],
): void {
  const { entries, active } = group
  while (group.next < entries.length && entries[group.next]!.connection.firstFrame <= frame) {
    active.push(entries[group.next++]!)
  }
  for (let i = 0; i < active.length && matched.length < limit; ) {
    const { connection, ends } = active[i]!
    if (connection.lastFrame < frame) {
      active[i] = active.at(-1)!
      active.pop()
      continue
    }
    if (isBetween(s, ends, withPorts)) matched.push(connection)
    i++
  }
}

function push(map: Map<number, Group>, key: number, entry: Entry): void {
  const group = map.get(key)
  if (group === undefined) map.set(key, { entries: [entry], next: 0, active: [] })
  else group.entries.push(entry)
}

/** The same in both directions, and for all ports, which are lost from `s`. */
function addressHash(s: Segment): number {
  s.srcPort = 0
  s.dstPort = 0
  return flowHash(s, sourceIsA(s))
}

function endsOf({ client, server }: EvidenceConnection): Segment | null {
  const source = words(client)
  const destination = words(server)
  if (source === null || destination === null) return null
  const ends = createSegment()
  ;[ends.src0, ends.src1, ends.src2, ends.src3] = source
  ;[ends.dst0, ends.dst1, ends.dst2, ends.dst3] = destination
  ends.srcPort = client.port
  ends.dstPort = server.port
  return ends
}

function isBetween(s: Segment, ends: Segment, withPorts: boolean): boolean {
  return (
    (sourceIs(s, ends.src0, ends.src1, ends.src2, ends.src3) &&
      destinationIs(s, ends.dst0, ends.dst1, ends.dst2, ends.dst3) &&
      (!withPorts || (s.srcPort === ends.srcPort && s.dstPort === ends.dstPort))) ||
    (sourceIs(s, ends.dst0, ends.dst1, ends.dst2, ends.dst3) &&
      destinationIs(s, ends.src0, ends.src1, ends.src2, ends.src3) &&
      (!withPorts || (s.srcPort === ends.dstPort && s.dstPort === ends.srcPort)))
  )
}

function sourceIs(s: Segment, w0: number, w1: number, w2: number, w3: number): boolean {
  return s.src3 === w3 && s.src2 === w2 && s.src1 === w1 && s.src0 === w0
}

function destinationIs(s: Segment, w0: number, w1: number, w2: number, w3: number): boolean {
  return s.dst3 === w3 && s.dst2 === w2 && s.dst1 === w1 && s.dst0 === w0
}

/** As Segment holds an address: signed words, IPv4 in its mapped form. */
function words({ ip }: Endpoint): [number, number, number, number] | null {
  if (!ipaddr.isValid(ip)) return null
  const address = ipaddr.parse(ip)
  const bytes = Uint8Array.from(
    address instanceof ipaddr.IPv4 ? address.toIPv4MappedAddress().toByteArray() : address.toByteArray(),
  )
  const view = new DataView(bytes.buffer)
  return [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)]
}
