import { describe, expect, it } from 'vitest'
import { createTally } from '../../../src/capture/live/tally.ts'

const figures = (received: number, droppedByKernel = 0, droppedByInterface = 0) => ({
  received,
  droppedByKernel,
  droppedByInterface,
})

describe('a tally', () => {
  it('knows nothing of a run that has told nothing', () => {
    const tally = createTally('dumpcap')
    tally.startRun()
    expect(tally.loss('eth0')).toEqual({
      interface: 'eth0',
      received: null,
      droppedByKernel: null,
      droppedByInterface: null,
      from: 'dumpcap, which counts at its end',
    })
  })

  it('adds runs up', () => {
    const tally = createTally('tcpdump')
    for (let run = 0; run < 3; run++) {
      tally.startRun()
      tally.count(figures(10, 2, 1), false)
      tally.count({ received: 20 }, true)
      tally.count({ droppedByKernel: 5 }, true)
      tally.count({ droppedByInterface: 4 }, true)
      tally.endRun()
    }
    tally.startRun()
    tally.count(figures(1, 1, 1), false)
    expect(tally.loss('eth0')).toMatchObject(figures(61, 16, 13))
  })

  it('takes no word of the interface’s drops, at the end, for none', () => {
    const tally = createTally('tcpdump')
    tally.startRun()
    tally.count({ received: 3 }, true)
    tally.count({ droppedByKernel: 1 }, true)
    expect(tally.loss('eth0').droppedByInterface).toBeNull()
    tally.endRun()
    expect(tally.loss('eth0')).toMatchObject(figures(3, 1, 0))
  })

  it('takes no asked count for the last one: a run that was killed leaves the losses unknown', () => {
    const tally = createTally('tcpdump')
    tally.startRun()
    tally.count(figures(10), false)
    tally.endRun()
    tally.startRun()
    tally.count(figures(10), true)
    tally.endRun()
    expect(tally.loss('eth0')).toMatchObject({ received: null, droppedByKernel: null, droppedByInterface: null })
  })

  it('goes on where 32 bits end, as often as they do', () => {
    const tally = createTally('tcpdump')
    tally.startRun()
    for (const count of [0xffff_fff0, 0x10, 0xffff_0000, 0x10, 0x20]) tally.count(figures(count), true)
    expect(tally.loss('eth0').received).toBe(2 * 2 ** 32 + 0x20)
  })

  it('never says that cap lost nothing', () => {
    const tally = createTally('cap')
    tally.startRun()
    tally.count({ received: 7, droppedByKernel: null, droppedByInterface: null }, true)
    tally.endRun()
    expect(tally.loss('eth0')).toMatchObject({ received: 7, droppedByKernel: null, droppedByInterface: null })
  })
})
