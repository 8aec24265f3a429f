/**
 * Which protocol a TCP segment belongs to: by its ports, one byte for each, and on ports that no protocol has by what its payload begins with. The
 * ports of the connections that were recognised by their content are noted in the same bytes, so that one look-up a port decides about a packet.
 */
import type { DatagramTracker, StreamTracker } from '../core/protocol.ts'

/** Of a port: no protocol has it, and no connection that is followed. */
const NONE = 0
/** A connection is followed that was recognised by its content. Below it are the protocols: their places in the list, from 1 on. */
const FOLLOWED = 255

export class ProtocolPorts {
  /** If several protocols are possible, the first of the list is tried first. */
  private readonly trackers: readonly StreamTracker[]
  private readonly ports = new Uint8Array(65_536)

  constructor(trackers: readonly StreamTracker[]) {
    if (trackers.length >= FOLLOWED) throw new RangeError(`more than ${FOLLOWED - 1} protocols`)
    this.trackers = trackers
    this.forgetFollowed()
  }

  /** Not 0 if a segment between these ports must be read, with any content. */
  isFollowed(source: number, destination: number): number {
    return this.ports[source]! | this.ports[destination]!
  }

  /** The protocol that has one of these ports; null where none does. */
  ofPorts(source: number, destination: number): StreamTracker | null {
    const { ports, trackers } = this
    const one = ports[source]!
    const other = ports[destination]!
    const first = one === NONE || (other !== NONE && other < one) ? other : one
    return first === NONE || first === FOLLOWED ? null : trackers[first - 1]!
  }

  /** A connection between these ports was recognised by its content. */
  follow(a: number, b: number): void {
    const { ports } = this
    if (ports[a] === NONE) ports[a] = FOLLOWED
    if (ports[b] === NONE) ports[b] = FOLLOWED
  }

  /** No such connection is left. */
  forgetFollowed(): void {
    const { ports, trackers } = this
    ports.fill(NONE)
    for (let i = trackers.length; i > 0; i--) for (const port of trackers[i - 1]!.protocol.ports) ports[port] = i
  }

  /** May the payload [start, end) of `b` be the beginning of any protocol's conversation? */
  mayStart(b: Uint8Array, start: number, end: number): boolean {
    const { trackers } = this
    for (let i = 0; i < trackers.length; i++) if (trackers[i]!.protocol.mayStart(b, start, end)) return true
    return false
  }

  /** The protocol whose message begins with this payload, on ports of no protocol; null where none does, or too little is there to decide. */
  ofPayload(b: Uint8Array, start: number, end: number): StreamTracker | null {
    const { trackers } = this
    for (let i = 0; i < trackers.length; i++) if (startsWith(trackers[i]!, b, start, end)) return trackers[i]!
    return null
  }

  /** The first protocol to which this payload, too short to decide, may belong: the next segments decide. */
  ofShortPayload(b: Uint8Array, start: number, end: number): StreamTracker | null {
    for (const tracker of this.trackers) {
      const { protocol } = tracker
      if (end - start < protocol.recognisableBytes && protocol.mayStart(b, start, end)) return tracker
    }
    return null
  }

  /** The protocol that the first payload of a connection shows; `current`, where it may be that one's, or shows none. */
  recognised(b: Uint8Array, start: number, end: number, current: StreamTracker): StreamTracker {
    if (this.trackers.length === 1 || startsWith(current, b, start, end)) return current
    return this.ofPayload(b, start, end) ?? current
  }
}

function startsWith({ protocol }: StreamTracker, b: Uint8Array, start: number, end: number): boolean {
  return end - start >= protocol.recognisableBytes && protocol.mayStart(b, start, end) && protocol.starts(b, start, end)
}

/** Which protocol a UDP datagram belongs to: by its ports, one byte for each, which holds a place in the list, from 1 on. */
export class DatagramPorts {
  /** Where both ports have a protocol, the first of the list counts. */
  private readonly trackers: readonly DatagramTracker[]
  private readonly ports = new Uint8Array(65_536)

  constructor(trackers: readonly DatagramTracker[]) {
    if (trackers.length > 255) throw new RangeError('more than 255 protocols')
    this.trackers = trackers
    for (let i = trackers.length; i > 0; i--) for (const port of trackers[i - 1]!.protocol.ports) this.ports[port] = i
  }

  /** The protocol that has one of these ports; null where none does. */
  ofPorts(source: number, destination: number): DatagramTracker | null {
    const one = this.ports[source]!
    const other = this.ports[destination]!
    if ((one | other) === 0) return null
    return this.trackers[(one === 0 || (other !== 0 && other < one) ? other : one) - 1]!
  }
}
