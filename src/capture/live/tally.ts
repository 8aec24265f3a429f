/** Counts of one interface over all runs of its program. */
import type { CaptureProgram, InterfaceLoss } from './live-capture.ts'
import type { Figures } from './words.ts'

/** libpcap counts in 32 bits: at 300,000 packets/s that begins anew every four hours. Asked more often than that, nothing is lost. */
const WRAP = 2 ** 32

/** As it goes to people, with the reason for what is not known. */
const SOURCES: Record<CaptureProgram, string> = {
  tcpdump: 'tcpdump',
  dumpcap: 'dumpcap, which counts at its end',
  cap: 'cap, which counts no losses',
}

type Counts = { [key in keyof Figures]: number | null }

const NONE: Counts = { received: 0, droppedByKernel: 0, droppedByInterface: 0 }
const UNKNOWN: Counts = { received: null, droppedByKernel: null, droppedByInterface: null }

export interface Tally {
  startRun(): void
  /** What the run that goes on has counted since its start, or a part of it. */
  count(figures: Partial<Figures>, last: boolean): void
  /** A run that ended without its last counts leaves them unknown for good. */
  endRun(): void
  loss(name: string): InterfaceLoss
}

export function createTally(program: CaptureProgram): Tally {
  let past = NONE
  let run: Counts | null = null
  let told = false

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
    endRun() {
      // At its end tcpdump has no line for the interface's drops where there are none.
      if (run !== null && run.droppedByKernel !== null) run.droppedByInterface ??= 0
      if (run !== null) past = sum(past, told ? run : UNKNOWN)
      run = null
    },
    loss: (name) => ({ interface: name, ...sum(past, run ?? NONE), from: SOURCES[program] }),
  }
}

/** `count` of 32 bits as one that never goes back. */
function onwards(before: number | null, count: number | null): number | null {
  if (before === null || count === null || count >= before) return count
  const wrapped = before - (before % WRAP) + (count % WRAP)
  return wrapped >= before ? wrapped : wrapped + WRAP
}

function sum(a: Counts, b: Counts): Counts {
  const add = (x: number | null, y: number | null) => (x === null || y === null ? null : x + y)
  return {
    received: add(a.received, b.received),
    droppedByKernel: add(a.droppedByKernel, b.droppedByKernel),
    droppedByInterface: add(a.droppedByInterface, b.droppedByInterface),
  }
}
