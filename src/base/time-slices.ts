/** Long work done a little at a time, while somebody waits for answers to keys. */
import { setImmediate as turn } from 'node:timers/promises'

/** How long a slice may hold up keys. */
const SLICE_MS = 8

/** Works a slice at a time, so that keys and pictures have their turn; `between` is called after each. */
export async function inSlices<T>(
  steps: Generator<unknown, T>,
  signal?: AbortSignal,
  between?: () => void,
): Promise<T> {
  for (;;) {
    const end = performance.now() + SLICE_MS
    let step = steps.next()
    while (!step.done && performance.now() < end) step = steps.next()
    if (step.done) return step.value
    between?.()
    await turn()
    signal?.throwIfAborted()
  }
}
