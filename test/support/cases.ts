/** How much of what can be tested at length a run tests: all of it in the complete run, a tenth in the quick one, and the same in every run. */
import { inject } from 'vitest'
import { sample } from './captures.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** 1 in the complete run (vitest.config.ts). */
    shareOfCases: number
  }
}

const FEWEST = 10

/** How many of `count` cases a property draws. The quick run draws the first of those that the complete one does. */
export function cases(count: number): number {
  return Math.max(Math.min(count, FEWEST), Math.ceil(count * inject('shareOfCases')))
}

/** Those of `items` that a test goes over: in the quick run a few, spread evenly. */
export function some<T>(items: readonly T[]): T[] {
  return sample(items, cases(items.length))
}
