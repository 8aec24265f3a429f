/** Zeros where a record should be: a capture program reserves space in its file before it writes packets. */
import type { Damage } from './format.ts'

/** The first index from `at` on that holds no zero; `end` if there is none. */
export function behindZeros(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] === 0) at++
  return at
}

/** Zeros up to the end of the file are not packets: the program that reserved them never closed the file. */
export function zeroTail(position: number, bytes: number): Damage {
  return {
    code: 'zero-tail',
    position,
    what: `the file ends in ${bytes} zero bytes`,
    consequence:
      'the capture program reserved them and did not close the file properly, so the last packets may be missing',
  }
}
