/** Work that rests between pieces, for a caller that has other things to do meanwhile; and for one that has not. */
export function runToEnd<T>(steps: Generator<unknown, T>, rest?: () => void): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    rest?.()
  }
}
