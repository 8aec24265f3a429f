import { describe, expect, it } from 'vitest'
import { findingRecord } from '../../../src/report/records/finding.ts'
import { finding, rule } from '../../support/findings.ts'

describe('finding record', () => {
  it('adds what its rule says of every finding', () => {
    expect(findingRecord(finding(), rule())).toMatchObject({
      guide: 'Require SMB signing',
      remediation: { setting: 'Require signing on the server.' },
      evidence: [{ frame: 14, time: '2024-05-01T00:00:00.014000Z' }],
    })
  })
})
