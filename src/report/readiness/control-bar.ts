/** The clients of one control as a bar: each state has a sign of its own, so that it is read without colours too. */
import type { ControlSummary } from '../../readiness/readiness-row.ts'
import type { Style } from '../text/style.ts'

type Counts = Pick<ControlSummary, 'ready' | 'breaks' | 'exempt' | 'notObserved'>

/** In the order ready, breaks, exempt, not seen. */
export const BAR_SIGNS = ['█', 'x', 'o', '·'] as const

/** What the signs mean, for a line below the bars. */
export const BAR_LEGEND = '█ ready, x breaks, o exempt, · not seen'

export function controlBar({ ready, breaks, exempt, notObserved }: Counts, cells: number, style: Style): string {
  const [a = 0, b = 0, c = 0, d = 0] = barCells([ready, breaks, exempt, notObserved], cells)
  if (a + b + c + d === 0) return ' '.repeat(cells)
  return (
    style.good(BAR_SIGNS[0].repeat(a)) +
    style.severity('high', BAR_SIGNS[1].repeat(b)) +
    style.severity('medium', BAR_SIGNS[2].repeat(c)) +
    style.quiet(BAR_SIGNS[3].repeat(d))
  )
}

/**
 * How many of `cells` each count gets. What is not zero has at least one cell, so that one host among ten thousand is still seen; the others pay for it.
 * All zero where there is nothing to show.
 */
export function barCells(counts: readonly number[], cells: number): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all === 0) return counts.map(() => 0)
  const exact = counts.map((count) => (count * cells) / all)
  const given = exact.map((share, i) => (counts[i] === 0 ? 0 : Math.max(1, Math.floor(share))))
  let left = cells - given.reduce((sum, cell) => sum + cell, 0)
  while (left !== 0) {
    const step = Math.sign(left)
    // To add, whoever lacks most; to take away, whoever has most above its share and keeps a cell.
    let best = -1
    for (const [i, cell] of given.entries()) {
      if (counts[i] === 0 || cell + step < 1) continue
      if (best < 0 || step * (exact[i]! - cell) > step * (exact[best]! - given[best]!)) best = i
    }
    if (best < 0) break
    given[best]! += step
    left -= step
  }
  return given
}
