/** Limits how much memory V8 takes beside live objects: hardly at all while there is room, and strictly when there is none. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** V8 doubles the space for new objects while many survive, to 32 MB and more. Here it stops at the first size from this number of bytes on. */
const YOUNG = 7e6
/** It may grow from this call on (one call is about a megabyte of input), if less than this share of the memory is in use. */
const CALM_CALLS = 12
const CALM = 0.42
/** Above the first share of the memory V8 must save memory; above the second, garbage is collected at once. */
const SPARING = 0.6
const FULL = 0.88
/** A collection takes up to a tenth of a second: leave at least this time between two, and collect only after growth by this share. */
const LEAST_PAUSE_MS = 500
const LEAST_GROWTH = 0.04
/** Asking the system costs microseconds, and little changes within these milliseconds. */
const MEASURE_MS = 20

/**
 * Returns a function to call now and then while much is read or written. V8 lets its heap grow to several times the size of its live objects, and the
 * space for new objects to 32 MB. A short scan is a tenth faster for that. A large capture leaves room for neither.
 *
 * @param memory bytes that the process may use
 * @param resident gives the bytes that it uses
 */
export function createHeapKeeper(memory: number, resident = residentMemory, collect = collector()): () => void {
  let sparing = false
  let calls = 0
  let isGrowing = false
  // Not in the first megabyte: a flood fills it with objects that survive, and V8 never gives the space back.
  setFlagsFromString('--semi-space-growth-factor=1')
  let measuredAt = 0
  let collectedAt = 0
  let least = 0
  return () => {
    if (++calls === CALM_CALLS && resident() < memory * CALM) {
      setFlagsFromString('--semi-space-growth-factor=2')
      isGrowing = true
    } else if (isGrowing && youngHeap() >= YOUNG) {
      setFlagsFromString('--semi-space-growth-factor=1')
      isGrowing = false
    }
    const now = performance.now()
    if (now - measuredAt < MEASURE_MS) return
    measuredAt = now
    const taken = resident()
    const isFull = taken > memory * FULL && taken > least + memory * LEAST_GROWTH && now - collectedAt > LEAST_PAUSE_MS
    if (!isFull && (sparing || taken < memory * SPARING)) return
    if (!sparing) {
      setFlagsFromString('--heap-growing-percent=25')
      sparing = true
    }
    // After the first collection V8 sizes its heap by the live objects; before it, by the memory of the machine.
    collect()
    collectedAt = performance.now()
    least = resident()
  }
}

function youngHeap(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0
}

function residentMemory(): number {
  return process.memoryUsage.rss()
}

/** V8 exposes its collector only after a flag is set, and only in contexts created after that. */
function collector(): () => void {
  let gc: (() => void) | null = null
  return () => {
    if (gc === null) {
      setFlagsFromString('--expose-gc')
      gc = runInNewContext('gc') as () => void
      setFlagsFromString('--no-expose-gc')
    }
    gc()
  }
}
