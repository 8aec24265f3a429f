/** Which protocol a UDP datagram belongs to: by its ports, one byte for each. */
import type { DatagramTracker } from '../core/protocol.ts'

/** A byte holds a place in the list, from 1 on. */
const MOST = 255

export class DatagramPorts {
  /** Where both ports have a protocol, the first of the list counts. */
  private readonly trackers: readonly DatagramTracker[]
  private readonly ports = new Uint8Array(65_536)

  constructor(trackers: readonly DatagramTracker[]) {
    if (trackers.length > MOST) throw new RangeError(`more than ${MOST} protocols`)
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
