import { expect, it } from 'vitest'
import { createContext } from '../../../src/track/core/context.ts'
import { DEFAULT_LIMITS } from '../../../src/track/core/limits.ts'

it('the state of a capture without SMB takes little memory: a folder may hold thousands', () => {
  const before = process.memoryUsage().arrayBuffers
  const contexts = Array.from({ length: 500 }, (_, i) => createContext(`${i}.pcap`, DEFAULT_LIMITS, null))
  const taken = process.memoryUsage().arrayBuffers - before
  expect(contexts).toHaveLength(500)
  expect(taken / contexts.length).toBeLessThan(4096)
})
