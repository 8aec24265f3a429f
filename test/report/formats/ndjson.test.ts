import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeNdjson } from '../../../src/report/formats/ndjson.ts'
import { textOf } from '../../support/findings.ts'

/** Records whose text may be anything. */
const RECORDS = fc.array(fc.record({ user: fc.string({ unit: 'binary' }), frame: fc.nat() }))

describe('ndjson', () => {
  it('is one record per line, with any text in them', () => {
    fc.assert(
      fc.property(RECORDS, (records) => {
        const lines = textOf((sink) => writeNdjson(records, sink)).split('\n')
        expect(lines.pop()).toBe('')
        expect(lines.map((line) => JSON.parse(line))).toEqual(records)
      }),
    )
  })

  it('is empty without a record', () => {
    expect(textOf((sink) => writeNdjson([], sink))).toBe('')
  })

  it('holds one record at a time', () => {
    function* endless() {
      for (let frame = 1; ; frame++) yield { frame }
    }
    const stop = new Error('enough')
    let written = 0
    const sink = {
      write() {
        if (++written === 100) throw stop
      },
    }
    expect(() => writeNdjson(endless(), sink)).toThrow(stop)
  })
})
