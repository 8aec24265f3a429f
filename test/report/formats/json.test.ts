import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeJson } from '../../../src/report/formats/json.ts'
import { writeNdjson } from '../../../src/report/formats/ndjson.ts'
import { textOf } from '../../support/findings.ts'

describe('json and ndjson', () => {
  it('hold the same records, whatever text is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ user: fc.string({ unit: 'binary' }), frame: fc.nat() })), (records) => {
        const document = textOf((sink) => writeJson(records, sink))
        expect(JSON.parse(document)).toEqual({ schemaVersion: 1, records })
        const lines = textOf((sink) => writeNdjson(records, sink))
        expect(
          lines
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line)),
        ).toEqual(records)
      }),
    )
  })

  it('end with a line break, with no record too', () => {
    expect(textOf((sink) => writeJson([], sink))).toBe('{"schemaVersion":1,"records":[\n]}\n')
    expect(textOf((sink) => writeNdjson([], sink))).toBe('')
  })

  it('hold one record at a time', () => {
    let written = 0
    function* endless() {
      for (let frame = 1; ; frame++) yield { frame }
    }
    const stop = new Error('enough')
    const sink = {
      write() {
        if (++written === 100) throw stop
      },
    }
    expect(() => writeNdjson(endless(), sink)).toThrow(stop)
    written = 0
    expect(() => writeJson(endless(), sink)).toThrow(stop)
  })
})
