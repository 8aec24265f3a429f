import { expect, it, vi } from 'vitest'
import { createHeapKeeper } from '../../../src/cli/process/young-heap.ts'

it('leaves V8 alone while there is room, then collects once, and again only after memory has grown', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  let resident = 50e6
  const collect = vi.fn()
  const keep = createHeapKeeper(200e6, () => resident, collect)
  const later = (milliseconds: number, bytes: number) => {
    vi.advanceTimersByTime(milliseconds)
    resident = bytes
    keep()
    return collect.mock.calls.length
  }
  expect(later(1000, 110e6)).toBe(0)
  expect(later(5, 150e6)).toBe(0)
  expect(later(50, 150e6)).toBe(1)
  expect(later(1000, 170e6)).toBe(1)
  expect(later(1000, 180e6)).toBe(2)
  expect(later(100, 190e6)).toBe(2)
  expect(later(1000, 181e6)).toBe(2)
  expect(later(1000, 187e6)).toBe(2)
  expect(later(1000, 189e6)).toBe(3)
  vi.useRealTimers()
})
