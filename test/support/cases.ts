/** How much of the long tests a run covers: everything in the complete run, a tenth in the quick one, and the same cases in every run. */
import { inject } from 'vitest'
import { sample } from './captures.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** 1 in the complete run (vitest.config.ts). */
    shareOfCases: number
  }
}

const FEWEST = 10

/** How many of `count` cases a property draws. The quick run draws the first ones of the complete run. */
export function cases(count: number): number {
  return Math.max(Math.min(count, FEWEST), Math.ceil(count * inject('shareOfCases')))
}

/** The `items` that a test covers: in the quick run a few, spread evenly. */
export function some<T>(items: readonly T[]): T[] {
  return sample(items, cases(items.length))
}
