import { describe, expect, it } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import { summaryRecord } from '../../../src/report/records/summary.ts'
import { capture, connection, ledger } from '../../support/facts.ts'
import { finding, report } from '../../support/findings.ts'

describe('summary record', () => {
  it('counts everything', () => {
    const facts = ledger(
      [connection()],
      [],
      [capture(), capture({ path: 'b.pcap', packets: 5, bytes: 1, smbMessages: 2 })],
    )
    const findings = [finding(), finding({ severity: 'low' }), finding({ severity: 'low' })]
    expect(summaryRecord(report({ ledger: facts, findings, findingsHidden: 4 }))).toEqual({
      type: 'summary',
      smblens: manifest.version,
      schemaVersion: 1,
      rules: ['unsigned-session'],
      captures: 2,
      inputsUnread: 0,
      packets: 105,
      bytes: 20_001,
      smbMessages: 82,
      connections: 1,
      sessions: 0,
      findings: { critical: 0, high: 1, medium: 0, low: 2, info: 0 },
      findingsHidden: 4,
      limits: {},
      durationMs: 12,
    })
  })
})
