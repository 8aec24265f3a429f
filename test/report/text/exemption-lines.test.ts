import { expect, it } from 'vitest'
import type { ExemptionRecord } from '../../../src/report/records/policy.ts'
import { exemptionLines } from '../../../src/report/text/exemption-lines.ts'

const UNTIL = '2027-03-31T23:59:59.999999Z'

it.each<[string | null, Partial<ExemptionRecord>]>([
  [null, { hidden: 0 }],
  [null, { hidden: null, foundAgain: null }],
  ['2 hides 1 case, without an end: why', { hidden: 1 }],
  ['2 hides 12 cases until 2027-03-31: why', { hidden: 12, until: UNTIL }],
  ['2 has expired on 2027-03-31 and hides nothing: why', { hidden: 0, until: UNTIL, expired: true }],
  [
    '2 has expired on 2027-03-31 and hides nothing; 1 later case is found again: why',
    { hidden: 0, foundAgain: 1, until: UNTIL, expired: true },
  ],
  [
    '2 has expired on 2027-03-31 and hides 3 cases from before; 4 later cases are found again: why',
    { hidden: 3, foundAgain: 4, until: UNTIL, expired: true },
  ],
])('%s', (line, parts) => {
  const exemption = { number: 2, reason: 'why', until: null, expired: false, hidden: 0, foundAgain: 0, ...parts }
  const lines = exemptionLines({ type: 'policy', path: 'p', hash: '', exemptions: [exemption] })
  expect(lines).toEqual(line === null ? [] : [line])
})
