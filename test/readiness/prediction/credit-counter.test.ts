import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { auditSteps } from '../../../src/audit/audit.ts'
import { runToEnd } from '../../../src/base/steps.ts'
import { readCapture } from '../../../src/capture/read/read-capture.ts'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { createNetworks } from '../../../src/policy/networks.ts'
import { CreditCounter } from '../../../src/readiness/prediction/credit-counter.ts'
import { readiness } from '../../../src/readiness/prediction/readiness.ts'
import { Tracker } from '../../../src/track/tracker.ts'
import { CAPTURES, SAMPLES } from '../../golden/records.ts'

const policy = defaultPolicy(createNetworks())

describe('credits counted beside an audit', () => {
  it('are those of a prediction, for every sample', async () => {
    let all = 0
    for (const sample of SAMPLES) {
      const tracker = new Tracker(sample)
      const ledger = tracker.finish(await readCapture(join(CAPTURES, sample), tracker))
      const counter = new CreditCounter(policy)
      runToEnd(auditSteps(ledger, { policy, onPart: (facts) => counter.note(facts) }))
      const counted = counter.list().map(({ control, what, count }) => ({ control, what, count }))
      const predicted = readiness(ledger, { policy }).credits.map(({ control, what, count }) => ({
        control,
        what,
        count,
      }))
      expect([sample, counted]).toEqual([sample, predicted])
      all += counted.length
    }
    expect(all).toBeGreaterThan(5)
  })
})
