import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { barCells, controlBar } from '../../../src/report/readiness/control-bar.ts'
import { createStyle } from '../../../src/report/text/style.ts'

describe('the bar of a control', () => {
  it('has a sign for each state', () => {
    const counts = { ready: 5, breaks: 2, exempt: 1, notObserved: 2 }
    expect(controlBar(counts, 10, createStyle(false))).toBe('█████xxo··')
  })

  it('is blank where no client was seen', () => {
    expect(controlBar({ ready: 0, breaks: 0, exempt: 0, notObserved: 0 }, 8, createStyle(false))).toBe('        ')
  })

  it('shows one client among ten thousand', () => {
    expect(barCells([9_999, 1, 0, 0], 10)).toEqual([9, 1, 0, 0])
  })

  it('colours what each sign says already', () => {
    const coloured = controlBar({ ready: 1, breaks: 1, exempt: 0, notObserved: 0 }, 2, createStyle(true))
    expect(coloured).toBe('\x1b[32m█\x1b[0m\x1b[31mx\x1b[0m')
  })
})

describe('the cells of a bar', () => {
  const counts = fc.array(fc.nat(1e7), { minLength: 4, maxLength: 4 })

  it('are as many as were asked for, and every count that is not zero has one', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 4, max: 40 }), (given, cells) => {
        const shares = barCells(given, cells)
        const sum = shares.reduce((a, b) => a + b, 0)
        expect(sum).toBe(given.some((count) => count > 0) ? cells : 0)
        for (const [i, count] of given.entries()) expect(shares[i]! > 0).toBe(count > 0)
      }),
    )
  })

  it('never give a smaller count more', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 4, max: 40 }), (given, cells) => {
        const shares = barCells(given, cells)
        const order = given.map((count, i) => ({ count, share: shares[i]! })).sort((a, b) => a.count - b.count)
        for (const [i, { count, share }] of order.entries()) {
          const next = order[i + 1]
          if (next !== undefined && next.count > count) expect(next.share).toBeGreaterThanOrEqual(share)
        }
      }),
    )
  })
})
