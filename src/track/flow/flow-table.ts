/**
 * The connections that are followed, by their two endpoints. Open addressing over one array of hashes, so that the look-up of a packet that
 * belongs to none of them, the usual case, touches one word. Both directions of a connection find the same entry. Several connections may be open
 * between the same endpoints, of networks that use the same addresses or where a port is used again: the newest leads to the older ones.
 */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { finishWith, type HashKeys, mixWith, OWN_KEYS } from '../../base/seeded-hash.ts'
import type { Connection } from '../smb/smb-flow.ts'

const MIN_CAPACITY = 1024
/** The third word of an IPv4 address in the form of IPv6, ::ffff:0:0/96; the first two are 0. */
const IPV4_MAPPED = 0x0000ffff

export class FlowTable {
  private hashes = new Int32Array(MIN_CAPACITY)
  private entries: (Connection | null)[] = new Array(MIN_CAPACITY).fill(null)
  private mask = MIN_CAPACITY - 1
  private count = 0

  get size(): number {
    return this.count
  }

  /** The newest connection between the endpoints of a segment, or null. `fromA` is sourceIsA(s), `hash` is flowHash(s, fromA). */
  find(s: Segment, fromA: boolean, hash: number): Connection | null {
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
  add(connection: Connection, s: Segment, fromA: boolean, hash: number): void {
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
  remove(connection: Connection): void {
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
  connections(): Connection[] {
    const all: Connection[] = []
    for (const entry of this.entries) for (let c = entry; c !== null; c = c.older) all.push(c)
    return all
  }

  /** The same, longest idle first. */
  idleFirst(): Connection[] {
    return this.connections().sort((x, y) => x.facts.lastFrame - y.facts.lastFrame)
  }

  /** Removes the given share of connections, longest idle first, and returns them. */
  evict(share: number): Connection[] {
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

function leadsTo(newest: Connection | null, connection: Connection): boolean {
  for (let c = newest; c !== null; c = c.older) if (c === connection) return true
  return false
}

/** The same for both directions, never 0. */
export function flowHash(s: Segment, fromA: boolean): number {
  return flowHashWith(OWN_KEYS, s, fromA)
}

/** The same with other keys, for what must be alike in every run. */
export function flowHashWith(keys: HashKeys, s: Segment, fromA: boolean): number {
  let h = mixWith(keys, keys.seed, fromA ? s.src3 : s.dst3)
  h = mixWith(keys, h, fromA ? s.dst3 : s.src3)
  h = mixWith(keys, h, fromA ? (s.srcPort << 16) | s.dstPort : (s.dstPort << 16) | s.srcPort)
  if (((s.src2 ^ IPV4_MAPPED) | (s.dst2 ^ IPV4_MAPPED) | s.src1 | s.dst1 | s.src0 | s.dst0) !== 0) {
    h = mixWith(keys, h, fromA ? s.src2 : s.dst2)
    h = mixWith(keys, h, fromA ? s.dst2 : s.src2)
    h = mixWith(keys, h, fromA ? s.src1 : s.dst1)
    h = mixWith(keys, h, fromA ? s.dst1 : s.src1)
    h = mixWith(keys, h, fromA ? s.src0 : s.dst0)
    h = mixWith(keys, h, fromA ? s.dst0 : s.src0)
  }
  h = finishWith(keys, h)
  return h === 0 ? 1 : h
}

/** The endpoint that sorts first is "a": so a connection has one form whichever side is seen first. */
export function sourceIsA(s: Segment): boolean {
  if (s.src3 !== s.dst3) return s.src3 < s.dst3
  if (s.src2 !== s.dst2) return s.src2 < s.dst2
  if (s.src1 !== s.dst1) return s.src1 < s.dst1
  if (s.src0 !== s.dst0) return s.src0 < s.dst0
  return s.srcPort < s.dstPort
}
