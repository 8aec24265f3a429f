/**
 * Leaving nothing behind when a signal ends the program: what was registered runs, then the signal does what it would have done. The process thus
 * dies of it (status 130 for Ctrl-C in a shell), and a shell loop around it stops too.
 */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const cleanups = new Set<() => void>()

/** Runs `cleanup` on such a signal, until the function returned is called. */
export function onInterrupt(cleanup: () => void): () => void {
  if (cleanups.size === 0) for (const signal of SIGNALS) process.on(signal, interrupted)
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
    if (cleanups.size === 0) for (const signal of SIGNALS) process.off(signal, interrupted)
  }
}

function interrupted(signal: NodeJS.Signals): void {
  for (const cleanup of cleanups) cleanup()
  cleanups.clear()
  for (const each of SIGNALS) process.off(each, interrupted)
  process.kill(process.pid, signal)
}
