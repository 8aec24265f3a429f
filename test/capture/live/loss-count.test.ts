import { describe, expect, it } from 'vitest'
import { createTally } from '../../../src/capture/live/loss-count.ts'

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
      atLeast: false,
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
      tally.endRun(true)
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
    tally.endRun(true)
    expect(tally.loss('eth0')).toMatchObject(figures(3, 1, 0))
  })

  it('takes no asked count for the last one: of a run that was killed it is the least there was', () => {
    const tally = createTally('tcpdump')
    tally.startRun()
    tally.count(figures(10, 3), false)
    tally.endRun(true)
    tally.startRun()
    tally.count(figures(10), true)
    expect(tally.loss('eth0')).toMatchObject({ ...figures(20, 3), atLeast: true })
    tally.endRun(true)
    expect(tally.loss('eth0')).toMatchObject({ ...figures(20, 3), atLeast: true })
  })

  it('loses nothing to runs that ended before they began, as those of an interface that is away', () => {
    const tally = createTally('tcpdump')
    tally.startRun()
    tally.count(figures(10, 3), true)
    tally.endRun(true)
    for (let run = 0; run < 3; run++) {
      tally.startRun()
      tally.endRun(false)
    }
    expect(tally.loss('eth0')).toMatchObject({ ...figures(10, 3), atLeast: false })
  })

  it('has, of a program that counts at its end, what earlier runs had as the least', () => {
    const tally = createTally('dumpcap')
    tally.startRun()
    tally.count(figures(10, 3), true)
    tally.endRun(true)
    tally.startRun()
    expect(tally.loss('eth0')).toMatchObject({ ...figures(10, 3), atLeast: true })
    tally.count(figures(5, 1), true)
    tally.endRun(true)
    expect(tally.loss('eth0')).toMatchObject({ ...figures(15, 4), atLeast: false })
  })

  it('says of a run that ended without a word that nobody knows', () => {
    const tally = createTally('dumpcap')
    tally.startRun()
    tally.endRun(true)
    expect(tally.loss('eth0')).toMatchObject({ received: null, droppedByKernel: null, atLeast: false })
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
    tally.endRun(true)
    expect(tally.loss('eth0')).toMatchObject({ received: 7, droppedByKernel: null, droppedByInterface: null })
  })
})
