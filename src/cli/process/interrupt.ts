/**
 * Leaves nothing behind when a signal ends the program: the registered cleanups run, then the signal does what it would have done anyway. The process
 * thus dies of the signal (status 130 for Ctrl-C in a shell), and a shell loop around it stops too.
 */
import { END_SIGNALS } from './signals.ts'

const cleanups = new Set<() => void>()

/** Runs `cleanup` when such a signal comes, until the returned function is called. */
export function onInterrupt(cleanup: () => void): () => void {
  if (cleanups.size === 0) for (const signal of END_SIGNALS) process.on(signal, interrupted)
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
    if (cleanups.size === 0) for (const signal of END_SIGNALS) process.off(signal, interrupted)
  }
}

function interrupted(signal: NodeJS.Signals): void {
  for (const cleanup of cleanups) cleanup()
  cleanups.clear()
  for (const each of END_SIGNALS) process.off(each, interrupted)
  process.kill(process.pid, signal)
}
