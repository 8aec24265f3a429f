/** Long work in short slices, so that the UI still responds to keys. */
import { setImmediate as turn } from 'node:timers/promises'

/** How long a slice may delay keys. */
const SLICE_MS = 8

/** Works one slice at a time, and lets keys and the screen have their turn after each; `between` is called then. */
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
