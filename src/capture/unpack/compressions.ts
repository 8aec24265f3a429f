/**
 * The compressions that are unpacked. A new one is a file beside this one and a line here; docs/inputs.md and the record schema name it, and its entry
 * among the foreign formats goes.
 */
import type { Compression } from './compression.ts'
import { GZIP } from './gzip.ts'

export const COMPRESSIONS: readonly Compression[] = [GZIP]

/** How the input that begins with [start, end) is packed; null: not at all. */
export function detectCompression(
  bytes: Uint8Array,
  start: number,
  end: number,
  compressions: readonly Compression[] = COMPRESSIONS,
): Compression | null {
  return compressions.find((each) => each.isStart(bytes, start, end)) ?? null
}
