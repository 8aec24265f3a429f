import { describe, expect, it } from 'vitest'
import { at, bareConnection, connection } from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const verdict = (made: ReturnType<typeof connection>) => verdicts(pairRows('block-outbound', made))
const OUTSIDE = '203.0.113.9'

describe('block-outbound', () => {
  it('is ready for servers inside, and breaks for those outside', () => {
    expect(verdict(connection())).toEqual(['ready server-is-inside'])
    expect(verdict(connection({ server: OUTSIDE }))).toEqual(['breaks server-is-outside'])
  })

  it('is ready where the attempt was refused, and not observed where it was not answered', () => {
    const end = { by: 'server' as const, how: 'rst' as const, at: at(2) }
    expect(verdict(bareConnection({ server: OUTSIDE, state: 'refused', end }))).toEqual(['ready refused'])
    expect(verdict(bareConnection({ server: OUTSIDE, state: 'attempted' }))).toEqual(['not-observed unanswered'])
  })

  it('has nothing to say of attempts inside, and of clients outside', () => {
    expect(verdict(bareConnection({ state: 'attempted' }))).toEqual([])
    expect(verdict(connection({ client: OUTSIDE }))).toEqual(['not-observed client-is-outside'])
  })
})
