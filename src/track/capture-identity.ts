/**
 * The identity of a capture, wherever it is stored: a file name is valid only on one machine at one time. The identity is made of the packets that the capture begins
 * with, so it is the same for a copy under another name, compressed, through a pipe or in the other file format, for a file that has grown since, and
 * for one that was cut further on. It distinguishes captures that differ by themselves; it does not protect against an attacker who makes two captures look alike.
 */
import { finishWith, type HashKeys, mixWith } from '../base/seeded-hash.ts'

/** The last frame number that counts: two captures that begin with the same packets at the same microseconds are readings of one. */
export const IDENTIFYING = 256
/** Bytes of each: headers, and the beginning of what they carry. */
const BYTES = 128

/** The same in every run and every version: two halves, each computed from everything that counts. */
const HIGH: HashKeys = { seed: 0x1f83d9ab, first: 0x2545f491, second: 0x5851f42d }
const LOW: HashKeys = { seed: 0x5be0cd19, first: 0x14057b7f, second: 0x369dea0f }

export class CaptureIdentity {
  private high = HIGH.seed
  private low = LOW.seed

  /** The next packet, as FrameSink has it. */
  add(bytes: Uint8Array, start: number, captured: number, original: number, linkType: number, time: number): void {
    for (const fact of [Math.floor(time / 2 ** 32), time, captured, original, linkType]) this.word(fact | 0)
    const end = start + Math.min(captured, BYTES)
    for (let at = start; at < end; at += 4) {
      let word = 0
      for (let i = at; i < at + 4 && i < end; i++) word = (word << 8) | bytes[i]!
      this.word(word)
    }
  }

  /** 16 hex digits. */
  text(): string {
    return hex(finishWith(HIGH, this.high)) + hex(finishWith(LOW, this.low))
  }

  private word(word: number): void {
    this.high = mixWith(HIGH, this.high, word)
    // In another form, so that captures that agree in one half differ in the other.
    this.low = mixWith(LOW, this.low, (word << 7) | (word >>> 25))
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
