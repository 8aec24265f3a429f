import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MOVES, type Move } from '../../../src/tui/input/keys.ts'
import { type Extent, fitted, followed, moved, START, type Viewport } from '../../../src/tui/table/viewport.ts'

const extent = fc.record({ length: fc.nat(60), height: fc.integer({ min: -1, max: 20 }) })
const anything = fc.record({ cursor: fc.integer({ min: -9, max: 90 }), top: fc.integer({ min: -9, max: 90 }) })

function holds({ cursor, top }: Viewport, { length, height }: Extent): void {
  const lines = Math.max(1, height)
  expect(cursor).toBeGreaterThanOrEqual(0)
  expect(cursor).toBeLessThan(Math.max(1, length))
  expect(top).toBeGreaterThanOrEqual(0)
  expect(top).toBeLessThanOrEqual(cursor)
  expect(cursor - top).toBeLessThan(lines)
  expect(top).toBeLessThanOrEqual(Math.max(0, length - lines))
}

describe('viewport', () => {
  const ten = { length: 100, height: 10 }
  it.each<[Move, Viewport, Viewport]>([
    ['down', { cursor: 9, top: 0 }, { cursor: 10, top: 1 }],
    ['up', { cursor: 5, top: 5 }, { cursor: 4, top: 4 }],
    ['up', START, START],
    ['page-down', { cursor: 3, top: 0 }, { cursor: 12, top: 9 }],
    ['page-down', { cursor: 95, top: 90 }, { cursor: 99, top: 90 }],
    ['page-up', { cursor: 30, top: 28 }, { cursor: 21, top: 19 }],
    ['end', START, { cursor: 99, top: 90 }],
    ['home', { cursor: 99, top: 90 }, START],
  ])('%s', (move, from, to) => {
    expect(moved(from, move, ten)).toEqual(to)
  })

  it('keeps the cursor among the rows and on the screen, and the screen full', () => {
    fc.assert(
      fc.property(anything, extent, fc.constantFrom(...MOVES), fc.option(fc.nat(90)), (from, size, move, place) => {
        holds(fitted(from, size), size)
        holds(moved(from, move, size), size)
        holds(followed(from, place, size), size)
      }),
    )
  })

  it('leaves alone what is possible', () => {
    fc.assert(
      fc.property(anything, extent, (from, size) => {
        const once = fitted(from, size)
        expect(fitted(once, size)).toEqual(once)
      }),
    )
  })

  it('keeps the selected row on its line when rows arrive before it', () => {
    expect(followed({ cursor: 14, top: 10 }, 20, ten)).toEqual({ cursor: 20, top: 16 })
    expect(followed({ cursor: 0, top: 0 }, 3, ten)).toEqual({ cursor: 3, top: 3 })
    expect(followed({ cursor: 14, top: 10 }, -1, ten)).toEqual({ cursor: 14, top: 10 })
    expect(followed({ cursor: 14, top: 10 }, null, { length: 12, height: 10 })).toEqual({ cursor: 11, top: 2 })
  })
})
