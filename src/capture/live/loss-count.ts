/** Counts of one interface over all runs of its program. */
import type { RunCounts } from './programs/program.ts'
import type { InterfaceLoss } from './request/live-capture.ts'

/** libpcap counts in 32 bits: at 300,000 packets/s a count wraps every four hours. It is read more often than that, so no wrap is missed. */
const WRAP = 2 ** 32

const KEYS = ['received', 'droppedByKernel', 'droppedByInterface'] as const
type Counts = Record<(typeof KEYS)[number], number | null>

const UNKNOWN: Counts = { received: null, droppedByKernel: null, droppedByInterface: null }

export interface LossCount {
  startRun(): void
  /** What the present run has counted since its start, or some of it. */
  count(counts: Partial<RunCounts>, isFinal: boolean): void
  /**
   * If the run ended without its final counts, those before are a lower bound.
   * @param begun false if it ended before it captured anything: then there was nothing to count
   */
  endRun(begun: boolean): void
  loss(interfaceName: string): Omit<InterfaceLoss, 'countsAll'>
}

/** @param countedBy for people, with the reason for what is not known */
export function createLossCount(countedBy: string): LossCount {
  let past = UNKNOWN
  let run: Counts | null = null
  let hasFinal = false
  /** A run ended without its final counts. */
  let isIncomplete = false

  return {
    startRun() {
      run = UNKNOWN
      hasFinal = false
    },
    count(counts, isFinal) {
      if (run === null) return
      const {
        received = run.received,
        droppedByKernel = run.droppedByKernel,
        droppedByInterface = run.droppedByInterface,
      } = counts
      run = {
        received: unwrapped(run.received, received),
        droppedByKernel: unwrapped(run.droppedByKernel, droppedByKernel),
        droppedByInterface: unwrapped(run.droppedByInterface, droppedByInterface),
      }
      hasFinal ||= isFinal
    },
    endRun(begun) {
      if (run === null) return
      // At its end tcpdump has no line for the drops of the interface if there are none.
      if (hasFinal && run.droppedByKernel !== null) run.droppedByInterface ??= 0
      isIncomplete ||= begun && !hasFinal
      past = sum(past, run)
      run = null
    },
    loss(interfaceName) {
      const all = run === null ? past : sum(past, run)
      const isPart = isIncomplete || (run !== null && KEYS.some((key) => past[key] !== null && run?.[key] === null))
      return {
        interface: interfaceName,
        ...all,
        atLeast: isPart && KEYS.some((key) => all[key] !== null),
        from: countedBy,
      }
    },
  }
}

/** Turns a count of 32 bits into one that never decreases. */
function unwrapped(before: number | null, count: number | null): number | null {
  if (before === null || count === null || count >= before) return count
  const wrapped = before - (before % WRAP) + (count % WRAP)
  return wrapped >= before ? wrapped : wrapped + WRAP
}

/** The sum of what is known: a run without counts adds nothing, and makes the sum a lower bound. */
function sum(a: Counts, b: Counts): Counts {
  const add = (x: number | null, y: number | null) => (x === null ? y : x + (y ?? 0))
  return {
    received: add(a.received, b.received),
    droppedByKernel: add(a.droppedByKernel, b.droppedByKernel),
    droppedByInterface: add(a.droppedByInterface, b.droppedByInterface),
  }
}
