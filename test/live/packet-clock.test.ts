import { describe, expect, it } from 'vitest'
import { PacketClock } from '../../src/live/packet-clock.ts'

const SECOND = 1_000_000
const START = 1_800_000_000 * SECOND

describe('the time by the packets', () => {
  it('advances with the packets, even out of order', () => {
    const { clock, pass } = clockAt()
    clock.tick(START)
    pass(10)
    clock.tick(START + 10 * SECOND)
    clock.tick(START + 9 * SECOND)
    expect(clock).toMatchObject({ now: START + 10 * SECOND, since: START, steps: 0 })
  })

  it('distinguishes a silent night from a clock that was set', () => {
    const { clock, pass } = clockAt()
    clock.tick(START)
    pass(8 * 3600)
    clock.tick(START + 8 * 3600 * SECOND)
    expect(clock).toMatchObject({ steps: 0, since: START })
    pass(1)
    clock.tick(START + 9 * 3600 * SECOND)
    expect(clock).toMatchObject({ steps: 1, since: START + 9 * 3600 * SECOND, lastStep: 3599 * SECOND })
  })

  it('follows a clock that is set back', () => {
    const { clock, pass } = clockAt()
    clock.tick(START)
    pass(1)
    clock.tick(START - 3600 * SECOND)
    expect(clock).toMatchObject({
      now: START - 3600 * SECOND,
      since: START - 3600 * SECOND,
      steps: 1,
      lastStep: -3600 * SECOND,
    })
  })

  it('accepts packets of a pipe at any speed', () => {
    const clock = new PacketClock(null)
    clock.tick(START)
    clock.tick(START + 86_400 * SECOND)
    expect(clock).toMatchObject({ steps: 0, now: START + 86_400 * SECOND })
    clock.tick(START)
    expect(clock.steps).toBe(1)
  })
})

function clockAt(): { clock: PacketClock; pass(seconds: number): void } {
  let ms = 0
  const pass = (seconds: number) => {
    ms += seconds * 1000
  }
  return { clock: new PacketClock(() => ms), pass }
}
