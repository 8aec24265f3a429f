import { describe, expect, it } from 'vitest'
import { CONTROL_IDS } from '../../../src/readiness/control.ts'
import { planOrder, stageOf } from '../../../src/report/readiness/plan-order.ts'
import { controlSummary } from '../../support/readiness-report.ts'

describe('the stage of a control', () => {
  it.each([
    [{ ready: 10 }, 'now'],
    [{ ready: 9, notObserved: 1 }, 'now'],
    [{ ready: 8, exempt: 1, notObserved: 1 }, 'now'],
    [{ ready: 8, notObserved: 2 }, 'see-more'],
    [{ notObserved: 5 }, 'see-more'],
    [{}, 'see-more'],
    [{ ready: 1000, breaks: 1 }, 'after-changes'],
    [{ observable: false }, 'not-visible'],
  ] as const)('with %j is %s', (counts, stage) => {
    expect(stageOf(controlSummary('require-signing', counts))).toBe(stage)
  })
})

describe('the order of the plan', () => {
  it('begins with what breaks nothing, then with what breaks least, and ends with what is not visible', () => {
    const controls = [
      controlSummary('disable-webdav', { observable: false }),
      controlSummary('require-signing', { ready: 5, breaks: 3 }),
      controlSummary('remove-smb1', { notObserved: 5 }),
      controlSummary('disable-guest', { ready: 5, breaks: 1 }),
      controlSummary('restrict-anonymous', { ready: 5 }),
    ]
    expect(planOrder(controls).map(({ control }) => control)).toEqual([
      'restrict-anonymous',
      'disable-guest',
      'require-signing',
      'remove-smb1',
      'disable-webdav',
    ])
  })

  it('puts first what gains most, where controls break equally much', () => {
    const controls = CONTROL_IDS.map((control) => controlSummary(control, { ready: 5 })).reverse()
    expect(planOrder(controls)[0]?.control).toBe('remove-smb1')
    expect(planOrder(controls).at(-1)?.control).toBe('kerberos-armoring')
  })

  it('leaves the list that it is given as it was', () => {
    const controls = [
      controlSummary('disable-webdav', { observable: false }),
      controlSummary('remove-smb1', { ready: 1 }),
    ]
    planOrder(controls)
    expect(controls[0]?.control).toBe('disable-webdav')
  })
})
