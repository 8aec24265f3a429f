/** How many cases each exemption of a policy has covered. */

export interface ExemptionCount {
  /** Cases that it hides. */
  hidden: number
  /** Cases that it would hide if it had not ended before they were seen. */
  foundAgain: number
}

export class ExemptionCounts {
  private readonly counts: ExemptionCount[] = []

  /** @param number of the exemption, from 1 */
  of(number: number): ExemptionCount {
    while (this.counts.length < number) this.counts.push({ hidden: 0, foundAgain: 0 })
    return this.counts[number - 1]!
  }

  add({ counts }: ExemptionCounts): void {
    for (const [i, { hidden, foundAgain }] of counts.entries()) {
      const sum = this.of(i + 1)
      sum.hidden += hidden
      sum.foundAgain += foundAgain
    }
  }
}
