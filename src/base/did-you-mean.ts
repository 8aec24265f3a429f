/** "Did you mean ...?" for options that take one of a few words. */

/** The candidate that `word` abbreviates, or that it misspells; null if none is near. */
export function closest(word: string, candidates: readonly string[]): string | null {
  const typed = word.toLowerCase()
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    if (typed.length > 1 && candidate.startsWith(typed)) return candidate
    // With more than a third of its letters changed, it is another word.
    const limit = Math.max(1, Math.floor(candidate.length / 3))
    if (Math.abs(typed.length - candidate.length) > limit) continue
    const distance = editDistance(typed, candidate)
    if (distance <= limit && distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** ` (did you mean X?)`, or an empty string. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates)
  return near === null ? '' : ` (did you mean ${near}?)`
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let distance = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) distance = Math.min(distance, beforeLast[j - 2]! + 1)
      row.push(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
