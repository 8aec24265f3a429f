/**
 * What a capture is known by wherever it lies: a name is a name on one machine on one day. The identity is made of the packets that the capture begins
 * with, so it is the same for a copy under another name, compressed, through a pipe or in the other file format, for a file that has grown since, and
 * for one that was cut further on.
 */
import { createHash, type Hash } from 'node:crypto'

/** Packets that count: two captures that begin with the same ones at the same microseconds are readings of one. */
const PACKETS = 256
/** Bytes of each: headers, and the beginning of what they carry. */
const BYTES = 128
/** Time, lengths and link type of each. */
const FACTS = 20

export class CaptureIdentity {
  private hash: Hash | null = null
  private packets = 0

  /** The next packet, as FrameSink has it. True where that is enough of them. */
  add(bytes: Uint8Array, start: number, captured: number, original: number, linkType: number, time: number): boolean {
    this.packets++
    this.hash ??= createHash('sha256')
    const facts = new DataView(new ArrayBuffer(FACTS))
    facts.setFloat64(0, time)
    facts.setUint32(8, captured)
    facts.setUint32(12, original)
    facts.setUint32(16, linkType)
    this.hash.update(new Uint8Array(facts.buffer))
    this.hash.update(bytes.subarray(start, start + Math.min(captured, BYTES)))
    return this.packets === PACKETS
  }

  /** 16 hex digits. To be asked for once, at the end. */
  text(): string {
    const hash = this.hash ?? createHash('sha256')
    return hash.digest('hex').slice(0, 16)
  }
}
