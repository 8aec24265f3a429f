/** Counts of one interface over all runs of its program. */

import type { Figures } from './programs/messages.ts'
import type { CaptureProgram, InterfaceLoss } from './request/live-capture.ts'

/** libpcap counts in 32 bits: at 300,000 packets/s that begins anew every four hours. Asked more often than that, nothing is lost. */
const WRAP = 2 ** 32

/** As it goes to people, with the reason for what is not known. */
const SOURCES: Record<CaptureProgram, string> = {
  tcpdump: 'tcpdump',
  dumpcap: 'dumpcap, which counts at its end',
  cap: 'cap, which counts no losses',
}

const KEYS = ['received', 'droppedByKernel', 'droppedByInterface'] as const
type Counts = Record<(typeof KEYS)[number], number | null>

const UNKNOWN: Counts = { received: null, droppedByKernel: null, droppedByInterface: null }

export interface Tally {
  startRun(): void
  /** What the run that goes on has counted since its start, or a part of it. */
  count(figures: Partial<Figures>, last: boolean): void
  /**
   * What a run had counted before it ended without its last counts stays as the least there was.
   * @param began false where it ended before it captured anything: then there was nothing to count
   */
  endRun(began: boolean): void
  loss(name: string): Omit<InterfaceLoss, 'countsAll'>
}

export function createTally(program: CaptureProgram): Tally {
  let past = UNKNOWN
  let run: Counts | null = null
  let told = false
  /** There was a run whose last counts nobody has told. */
  let untold = false

  return {
    startRun() {
      run = UNKNOWN
      told = false
    },
    count(figures, last) {
      if (run === null) return
      const {
        received = run.received,
        droppedByKernel = run.droppedByKernel,
        droppedByInterface = run.droppedByInterface,
      } = figures
      run = {
        received: onwards(run.received, received),
        droppedByKernel: onwards(run.droppedByKernel, droppedByKernel),
        droppedByInterface: onwards(run.droppedByInterface, droppedByInterface),
      }
      told ||= last
    },
    endRun(began) {
      if (run === null) return
      // At its end tcpdump has no line for the interface's drops where there are none.
      if (told && run.droppedByKernel !== null) run.droppedByInterface ??= 0
      untold ||= began && !told
      past = sum(past, run)
      run = null
    },
    loss(name) {
      const all = run === null ? past : sum(past, run)
      const isPart = untold || (run !== null && KEYS.some((key) => past[key] !== null && run?.[key] === null))
      return {
        interface: name,
        ...all,
        atLeast: isPart && KEYS.some((key) => all[key] !== null),
        from: SOURCES[program],
      }
    },
  }
}

/** `count` of 32 bits as one that never goes back. */
function onwards(before: number | null, count: number | null): number | null {
  if (before === null || count === null || count >= before) return count
  const wrapped = before - (before % WRAP) + (count % WRAP)
  return wrapped >= before ? wrapped : wrapped + WRAP
}

/** Of what is known: a run of which nobody knows adds nothing, and makes of a number the least there was. */
function sum(a: Counts, b: Counts): Counts {
  const add = (x: number | null, y: number | null) => (x === null ? y : x + (y ?? 0))
  return {
    received: add(a.received, b.received),
    droppedByKernel: add(a.droppedByKernel, b.droppedByKernel),
    droppedByInterface: add(a.droppedByInterface, b.droppedByInterface),
  }
}
