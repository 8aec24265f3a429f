/** Does work that rests between pieces in one go. `rest` is called at each rest. */
export function runToEnd<T>(steps: Generator<unknown, T>, rest?: () => void): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    rest?.()
  }
}
