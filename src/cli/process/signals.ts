/** The signals that ask a program to end. */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type EndSignal = (typeof END_SIGNALS)[number]

/** `signal` aborts at the first of them, so that work can end in good order. The second one ends the process at once. */
export function abortOnSignals(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const onSignal = () => {
    controller.abort()
    release()
  }
  const release = () => {
    for (const signal of END_SIGNALS) process.off(signal, onSignal)
  }
  for (const signal of END_SIGNALS) process.on(signal, onSignal)
  return { signal: controller.signal, release }
}
