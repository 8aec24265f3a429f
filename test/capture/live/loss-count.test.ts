import { describe, expect, it } from 'vitest'
import { createLossCount } from '../../../src/capture/live/loss-count.ts'

const counts = (received: number, droppedByKernel = 0, droppedByInterface = 0) => ({
  received,
  droppedByKernel,
  droppedByInterface,
})

describe('a loss count', () => {
  it('knows nothing of a run that has not reported counts', () => {
    const lossCount = createLossCount('dumpcap, which counts at its end')
    lossCount.startRun()
    expect(lossCount.loss('eth0')).toEqual({
      interface: 'eth0',
      received: null,
      droppedByKernel: null,
      droppedByInterface: null,
      atLeast: false,
      from: 'dumpcap, which counts at its end',
    })
  })

  it('adds up runs', () => {
    const lossCount = createLossCount('tcpdump')
    for (let run = 0; run < 3; run++) {
      lossCount.startRun()
      lossCount.count(counts(10, 2, 1), false)
      lossCount.count({ received: 20 }, true)
      lossCount.count({ droppedByKernel: 5 }, true)
      lossCount.count({ droppedByInterface: 4 }, true)
      lossCount.endRun(true)
    }
    lossCount.startRun()
    lossCount.count(counts(1, 1, 1), false)
    expect(lossCount.loss('eth0')).toMatchObject(counts(61, 16, 13))
  })

  it('reads a missing count of the interface’s drops as none, but only at the end', () => {
    const lossCount = createLossCount('tcpdump')
    lossCount.startRun()
    lossCount.count({ received: 3 }, true)
    lossCount.count({ droppedByKernel: 1 }, true)
    expect(lossCount.loss('eth0').droppedByInterface).toBeNull()
    lossCount.endRun(true)
    expect(lossCount.loss('eth0')).toMatchObject(counts(3, 1, 0))
  })

  it('is a lower bound after a run that was killed before its final counts', () => {
    const lossCount = createLossCount('tcpdump')
    lossCount.startRun()
    lossCount.count(counts(10, 3), false)
    lossCount.endRun(true)
    lossCount.startRun()
    lossCount.count(counts(10), true)
    expect(lossCount.loss('eth0')).toMatchObject({ ...counts(20, 3), atLeast: true })
    lossCount.endRun(true)
    expect(lossCount.loss('eth0')).toMatchObject({ ...counts(20, 3), atLeast: true })
  })

  it('stays exact through runs that ended before they began, such as those on an interface that is gone', () => {
    const lossCount = createLossCount('tcpdump')
    lossCount.startRun()
    lossCount.count(counts(10, 3), true)
    lossCount.endRun(true)
    for (let run = 0; run < 3; run++) {
      lossCount.startRun()
      lossCount.endRun(false)
    }
    expect(lossCount.loss('eth0')).toMatchObject({ ...counts(10, 3), atLeast: false })
  })

  it('is a lower bound while a program runs that counts at its end', () => {
    const lossCount = createLossCount('dumpcap')
    lossCount.startRun()
    lossCount.count(counts(10, 3), true)
    lossCount.endRun(true)
    lossCount.startRun()
    expect(lossCount.loss('eth0')).toMatchObject({ ...counts(10, 3), atLeast: true })
    lossCount.count(counts(5, 1), true)
    lossCount.endRun(true)
    expect(lossCount.loss('eth0')).toMatchObject({ ...counts(15, 4), atLeast: false })
  })

  it('is unknown after a run that ended without any counts', () => {
    const lossCount = createLossCount('dumpcap')
    lossCount.startRun()
    lossCount.endRun(true)
    expect(lossCount.loss('eth0')).toMatchObject({ received: null, droppedByKernel: null, atLeast: false })
  })

  it('continues where a count of 32 bits wraps, any number of times', () => {
    const lossCount = createLossCount('tcpdump')
    lossCount.startRun()
    for (const count of [0xffff_fff0, 0x10, 0xffff_0000, 0x10, 0x20]) lossCount.count(counts(count), true)
    expect(lossCount.loss('eth0').received).toBe(2 * 2 ** 32 + 0x20)
  })

  it('never claims that cap, which does not count losses, lost nothing', () => {
    const lossCount = createLossCount('cap, which counts no losses')
    lossCount.startRun()
    lossCount.count({ received: 7, droppedByKernel: null, droppedByInterface: null }, true)
    lossCount.endRun(true)
    expect(lossCount.loss('eth0')).toMatchObject({ received: 7, droppedByKernel: null, droppedByInterface: null })
  })
})
