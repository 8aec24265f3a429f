/**
 * Does memory grow from case to case? Measured after garbage collection, and for the whole process. The first samples show how much the compiled code
 * and the caches take, and how much that varies. From then on, no run of that many samples may lie above them by more than a bound.
 */

export interface MemorySample {
  /** Bytes after a collection: the heap, and memory outside it. */
  heap: number
  /** Bytes of the process. */
  resident: number
}

export const HEAP_BOUND = 24 << 20
export const RESIDENT_BOUND = 400 << 20

const SAMPLES = 5

/** Reports once what grew, then starts again. */
export function createMemoryWatch(): { add(sample: MemorySample): string | null } {
  let first: MemorySample[] = []
  let last: MemorySample[] = []
  const grown = (name: keyof MemorySample, bound: number): string | null => {
    const highest = Math.max(...first.map((sample) => sample[name]))
    const lowest = Math.min(...last.map((sample) => sample[name]))
    return lowest > highest + bound ? `${name}: from ${megabytes(highest)} to ${megabytes(lowest)}` : null
  }
  return {
    add(sample) {
      if (first.length < SAMPLES) {
        first.push(sample)
        return null
      }
      last = [...last, sample].slice(-SAMPLES)
      if (last.length < SAMPLES) return null
      const leak = grown('heap', HEAP_BOUND) ?? grown('resident', RESIDENT_BOUND)
      if (leak !== null) {
        first = []
        last = []
      }
      return leak
    },
  }
}

/** Collects twice: the second collection frees what the first one finalized. */
export function memoryNow(collect: () => void): MemorySample {
  collect()
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, resident: rss }
}

function megabytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MB`
}
