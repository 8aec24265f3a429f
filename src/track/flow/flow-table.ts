/**
 * The connections that are followed, by their two endpoints. Open addressing over one array of hashes, so that the look-up of a packet that
 * belongs to none of them, the usual case, touches one word. Both directions of a connection find the same entry. Several connections may be open
 * between the same endpoints, of networks that use the same addresses or where a port is used again: the newest leads to the older ones.
 */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import type { TcpFlow } from './tcp-flow.ts'

const MIN_CAPACITY = 1024

export class FlowTable {
  private hashes = new Int32Array(MIN_CAPACITY)
  private entries: (TcpFlow | null)[] = new Array(MIN_CAPACITY).fill(null)
  private mask = MIN_CAPACITY - 1
  private count = 0

  get size(): number {
    return this.count
  }

  /** The newest connection between the endpoints of a segment, or null. `fromA` is sourceIsA(s), `hash` is flowHash(s, fromA), of flow-hash.ts. */
  find(s: Segment, fromA: boolean, hash: number): TcpFlow | null {
    let i = hash & this.mask
    while (this.hashes[i] !== 0) {
      if (this.hashes[i] === hash) {
        const c = this.entries[i]!
        if (c.matches(s, fromA)) return c
      }
      i = (i + 1) & this.mask
    }
    return null
  }

  /** Adds a connection, in front of those with the same endpoints. */
  add(connection: TcpFlow, s: Segment, fromA: boolean, hash: number): void {
    this.count++
    let i = hash & this.mask
    while (this.hashes[i] !== 0) {
      if (this.hashes[i] === hash && this.entries[i]!.matches(s, fromA)) {
        connection.older = this.entries[i]
        connection.hasRivals = this.entries[i]!.hasRivals = true
        this.entries[i] = connection
        return
      }
      i = (i + 1) & this.mask
    }
    this.hashes[i] = hash
    this.entries[i] = connection
    if (this.count * 2 > this.mask) this.grow()
  }

  /** Takes a connection out; nothing happens where it is not there. */
  remove(connection: TcpFlow): void {
    const { hashes, entries, mask } = this
    let i = connection.hash & mask
    while (hashes[i] !== 0 && !(hashes[i] === connection.hash && leadsTo(entries[i], connection))) i = (i + 1) & mask
    if (hashes[i] === 0) return
    this.count--
    let newer = entries[i]!
    if (newer !== connection) {
      while (newer.older !== connection) newer = newer.older!
      newer.older = connection.older
    } else if (connection.older !== null) {
      entries[i] = connection.older
    } else {
      this.clear(i)
    }
    connection.older = null
  }

  /** What follows an entry that is taken out moves up, as far as that brings it no nearer to the start than its own place. */
  private clear(entry: number): void {
    const { hashes, entries, mask } = this
    let hole = entry
    for (let i = (hole + 1) & mask; hashes[i] !== 0; i = (i + 1) & mask) {
      const home = hashes[i] & mask
      if (((i - home) & mask) < ((i - hole) & mask)) continue
      hashes[hole] = hashes[i]
      entries[hole] = entries[i]
      hole = i
    }
    hashes[hole] = 0
    entries[hole] = null
  }

  /** Every connection, in no particular order. */
  flows(): TcpFlow[] {
    const all: TcpFlow[] = []
    for (const entry of this.entries) for (let c = entry; c !== null; c = c.older) all.push(c)
    return all
  }

  /** The same, longest idle first. */
  idleFirst(): TcpFlow[] {
    return this.flows().sort((x, y) => x.facts.lastFrame - y.facts.lastFrame)
  }

  /** Removes the given share of connections, longest idle first, and returns them. */
  evict(share: number): TcpFlow[] {
    const idle = this.idleFirst()
    const evicted = idle.slice(0, Math.max(1, Math.floor(idle.length * share)))
    for (const connection of evicted) this.remove(connection)
    return evicted
  }

  private grow(): void {
    const entries = this.entries.filter((c) => c !== null)
    const capacity = (this.mask + 1) * 2
    this.hashes = new Int32Array(capacity)
    this.entries = new Array(capacity).fill(null)
    this.mask = capacity - 1
    for (const c of entries) {
      let i = c.hash & this.mask
      while (this.hashes[i] !== 0) i = (i + 1) & this.mask
      this.hashes[i] = c.hash
      this.entries[i] = c
    }
  }
}

function leadsTo(newest: TcpFlow | null, connection: TcpFlow): boolean {
  for (let c = newest; c !== null; c = c.older) if (c === connection) return true
  return false
}
