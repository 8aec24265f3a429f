/** Reads what the kernel still holds when a capture ends. A program that is stopped leaves it there: tens of thousands of packets under load. */
import type { RunCounts } from './programs/program.ts'

/** The time limit for that. The kernel delivers packets at least once a second. */
const DRAIN_MS = 4000
const DRAIN_CHECK_MS = 50
/** Without progress for this long, nothing more is coming. */
const DRAIN_STILL_MS = 1200

/** Waits until the program has read what it had received when this began. `ask` gets its counts. It does not wait for a program that does not count. */
export async function drain(ask: () => Promise<Partial<RunCounts> | null>): Promise<void> {
  const began = performance.now()
  let progressAt = began
  let taken = -1
  let goal: number | null = null
  for (;;) {
    const now = performance.now()
    const counts = await ask()
    if (counts?.taken === undefined) return
    goal ??= counts.received ?? 0
    if (counts.taken + (counts.droppedByKernel ?? 0) >= goal || now - began > DRAIN_MS) return
    if (counts.taken !== taken) progressAt = now
    else if (now - progressAt > DRAIN_STILL_MS) return
    taken = counts.taken
    await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS))
  }
}
