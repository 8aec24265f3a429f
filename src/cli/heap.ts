/** How much memory V8 takes for what is soon garbage. */
import { statSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'

/** Bytes of captures whose reading takes seconds. */
const LARGE = 1e9

/**
 * Room for new objects grows to 32 MB, and a scan that ends in a second gains a twentieth of its time by that. A long one goes on in the megabyte
 * with which every program starts: what it keeps needs the room. To be called before reading; bench/README.md has the figures.
 */
export function keepYoungHeapSmall(files: readonly string[]): void {
  let bytes = 0
  for (const path of files) {
    const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false })
    if (stats?.isFile()) bytes += stats.size
  }
  if (bytes >= LARGE) setFlagsFromString('--semi-space-growth-factor=1')
}
