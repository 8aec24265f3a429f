import { expect, it } from 'vitest'
import { ExemptionCounts } from '../../src/audit/exemption-counts.ts'

it('adds what others have counted', () => {
  const one = new ExemptionCounts()
  const other = new ExemptionCounts()
  one.of(1).hidden++
  other.of(1).hidden += 2
  other.of(3).foundAgain++
  one.add(other)
  expect([1, 2, 3].map((number) => one.of(number))).toEqual([
    { hidden: 3, foundAgain: 0 },
    { hidden: 0, foundAgain: 0 },
    { hidden: 0, foundAgain: 1 },
  ])
})
