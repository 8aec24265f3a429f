import { describe, expect, it } from 'vitest'
import { type ScanRecord, scanRecords } from '../../../src/report/records/index.ts'
import { capture, connection, ledger, session } from '../../support/facts.ts'
import { finding, report } from '../../support/findings.ts'
import { schemaErrors } from '../../support/schema.ts'

describe('scan records', () => {
  it('start with captures and end with the summary', () => {
    const one = connection()
    const facts = ledger([one], [session({ on: one })])
    const types = [...scanRecords(report({ ledger: facts, findings: [finding()] }))].map((r: ScanRecord) => r.type)
    expect(types).toEqual(['capture', 'connection', 'session', 'host', 'host', 'finding', 'summary'])
  })

  it('name their capture only where several share its path', () => {
    const [one, other] = ['1111111111111111', '2222222222222222'].map((captureId) => connection({ captureId }))
    const captures = [one!, other!].map(({ captureId }) => capture({ captureId }))
    const both = ledger([one!, other!], [session({ on: one! }), session({ on: other! })], captures)
    const findings = [finding({ captureId: one!.captureId })]
    const records = [...scanRecords(report({ ledger: both, findings }))]
    const named = records.flatMap((r) => ('captureId' in r ? [[r.type, r.captureId]] : []))
    expect(named).toEqual([
      ...['capture', 'connection', 'session'].flatMap((type) => [
        [type, one!.captureId],
        [type, other!.captureId],
      ]),
      ['finding', one!.captureId],
    ])
    for (const record of records) expect(schemaErrors('scanRecord', record)).toEqual([])
    const alone = [...scanRecords(report({ ledger: ledger([one!], [session({ on: one! })]), findings }))]
    expect(alone.filter((r) => 'captureId' in r).map((r) => r.type)).toEqual(['capture'])
  })
})
