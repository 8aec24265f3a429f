/** How much memory V8 takes beside what is alive: nothing that matters while there is room, and little where there is not. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The room for new objects doubles where much of it lives on, to 32 MB and more: it stops at the first size from here on, in bytes. */
const YOUNG = 7e6
/** It may grow from this call on, a call being about a megabyte of input, where less than this share of the memory is taken. */
const CALM_CALLS = 12
const CALM = 0.42
/** From this share of the memory on V8 has to be sparing, and from that on garbage is collected at once. */
const SPARING = 0.6
const FULL = 0.88
/** A collection takes up to a tenth of a second: not more often than this, and only where this share of the memory is new. */
const LEAST_PAUSE_MS = 500
const LEAST_GROWTH = 0.04
/** To ask the system takes microseconds; this many milliseconds do not change much. */
const LOOK_MS = 20

/**
 * Returns what is to be called now and then while much is read or written. V8 lets its heap grow to several times of what is alive, and the room for new
 * objects to 32 MB: a scan that ends in a second gains a tenth of its time by that. A capture with more in it leaves no room for either.
 *
 * @param memory bytes that the process may take
 * @param resident bytes that it takes
 */
export function createHeapKeeper(memory: number, resident = residentMemory, collect = collector()): () => void {
  let sparing = false
  let calls = 0
  let isGrowing = false
  // Not in the first megabyte: a flood fills it with what lives on, and it is never given back.
  setFlagsFromString('--semi-space-growth-factor=1')
  let lookedAt = 0
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
    if (now - lookedAt < LOOK_MS) return
    lookedAt = now
    const taken = resident()
    const isFull = taken > memory * FULL && taken > least + memory * LEAST_GROWTH && now - collectedAt > LEAST_PAUSE_MS
    if (!isFull && (sparing || taken < memory * SPARING)) return
    if (!sparing) {
      setFlagsFromString('--heap-growing-percent=25')
      sparing = true
    }
    // The first one also lets V8 reckon with what is alive: before it, it reckons with the memory of the machine.
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

/** V8's own function is there only where a flag asks for it, in contexts that are made after that. */
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
