import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeJson } from '../../../src/report/formats/json.ts'
import { textOf } from '../../support/findings.ts'

/** Records whose text may be anything. */
const RECORDS = fc.array(fc.record({ user: fc.string({ unit: 'binary' }), frame: fc.nat() }))

describe('json', () => {
  it('is one document with the records, with any text in them', () => {
    fc.assert(
      fc.property(RECORDS, (records) => {
        expect(JSON.parse(textOf((sink) => writeJson(records, sink)))).toEqual({ schemaVersion: 1, records })
      }),
    )
  })

  it('ends with a line break, even without a record', () => {
    expect(textOf((sink) => writeJson([], sink))).toBe('{"schemaVersion":1,"records":[\n]}\n')
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
    expect(() => writeJson(endless(), sink)).toThrow(stop)
  })
})
