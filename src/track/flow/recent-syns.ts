/**
 * Recent SYN segments on any port, so that a connection that is recognised by its content has its start: only the ports of protocols are followed
 * from the SYN on. A fixed number of slots; a newer SYN takes the place of an older one with the same hash.
 */

import type { Segment } from '../../../dissectors/layers/segment.ts'
import { TCP_ACK } from '../../../dissectors/net/tcp.ts'
import { type HashKeys, mixWith } from '../../base/seeded-hash.ts'
import { flowHashWith } from './flow-hash.ts'

const SLOTS = 1 << 14
/** Any words are possible: the keys are made from the beginning of the capture. */
const FROM: HashKeys = { seed: 0x2c1b3c6d, first: 0x297a2d39, second: 0x1b56c4e9 }

/** A SYN and its answer; frame and time are the SYN's. */
export interface Handshake {
  frame: number
  time: number
  clientIsA: boolean
  clientIsn: number
  serverIsn: number
}

export class RecentSyns {
  /** Made for the first SYN: most of many captures have none. */
  private hashes = new Int32Array(0)
  private frames = new Float64Array(0)
  private times = new Float64Array(0)
  /** Sequence numbers of the SYN and of the SYN-ACK. */
  private clientSeq = new Int32Array(0)
  private serverSeq = new Int32Array(0)
  private answered = new Uint8Array(0)
  private fromA = new Uint8Array(0)
  private keys: HashKeys | null = null

  note(s: Segment, fromA: boolean, frame: number, time: number): void {
    if (this.keys === null) this.begin(s, time)
    const hash = flowHashWith(this.keys!, s, fromA)
    const i = hash & (SLOTS - 1)
    if ((s.flags & TCP_ACK) === 0) {
      this.hashes[i] = hash
      this.frames[i] = frame
      this.times[i] = time
      this.clientSeq[i] = s.seq
      this.answered[i] = 0
      this.fromA[i] = fromA ? 1 : 0
    } else if (this.hashes[i] === hash && s.ack === ((this.clientSeq[i] + 1) | 0)) {
      this.answered[i] = 1
      this.serverSeq[i] = s.seq
    }
  }

  private begin(s: Segment, time: number): void {
    this.keys = keysOf(s, time)
    this.hashes = new Int32Array(SLOTS)
    this.frames = new Float64Array(SLOTS)
    this.times = new Float64Array(SLOTS)
    this.clientSeq = new Int32Array(SLOTS)
    this.serverSeq = new Int32Array(SLOTS)
    this.answered = new Uint8Array(SLOTS)
    this.fromA = new Uint8Array(SLOTS)
  }

  /** The slot of the handshake that this segment's sequence number shows to be its own, or -1. */
  find(s: Segment, fromA: boolean): number {
    if (this.keys === null) return -1
    const hash = flowHashWith(this.keys, s, fromA)
    const i = hash & (SLOTS - 1)
    if (this.hashes[i] !== hash || this.answered[i] === 0) return -1
    const isn = (this.fromA[i] === 1) === fromA ? this.clientSeq[i] : this.serverSeq[i]
    return s.seq === ((isn + 1) | 0) ? i : -1
  }

  start(slot: number): Handshake {
    return {
      frame: this.frames[slot],
      time: this.times[slot],
      clientIsA: this.fromA[slot] === 1,
      clientIsn: this.clientSeq[slot],
      serverIsn: this.serverSeq[slot],
    }
  }
}

/**
 * Which SYNs share a slot is the same in every run, and so are the records; but a sender that tries to push out the SYN of another must know when the
 * first SYN of the capture came, and what it held.
 */
function keysOf({ seq, ack, srcPort, dstPort, src3, dst3 }: Segment, time: number): HashKeys {
  const words = [seq, ack, (srcPort << 16) | dstPort, src3, dst3, time | 0]
  const seed = words.reduce((h, word) => mixWith(FROM, h, word), FROM.seed)
  const first = mixWith(FROM, seed, 1) | 1
  return { seed, first, second: mixWith(FROM, first, 2) | 1 }
}
