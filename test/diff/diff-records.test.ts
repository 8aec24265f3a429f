import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ABSENCE_REASONS } from '../../src/diff/absence.ts'
import { differenceRecords } from '../../src/diff/diff-records.ts'
import { differenceOf, FINDING_CHANGES, ROW_CHANGES } from '../../src/diff/difference.ts'
import { arbitraryLedger } from '../support/arbitrary-ledger.ts'
import { cases } from '../support/cases.ts'
import { resultFrom } from '../support/results.ts'

const schema = JSON.parse(readFileSync(new URL('../../docs/diff.schema.json', import.meta.url), 'utf8'))
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)

describe('the records of a comparison', () => {
  it('are as docs/diff.schema.json says', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLedger, arbitraryLedger, async (a, b) => {
        const difference = differenceOf(await resultFrom(a), await resultFrom(b))
        const records = JSON.parse(JSON.stringify([...differenceRecords(difference, null)]))
        expect(validate({ schemaVersion: 1, records }) ? [] : validate.errors).toEqual([])
      }),
      { numRuns: cases(60) },
    )
  })

  it('have the codes that the schema lists', () => {
    const { findingChange, readinessChange } = schema.$defs
    expect(findingChange.properties.change.enum).toEqual(FINDING_CHANGES)
    expect(findingChange.properties.reason.enum).toEqual([null, ...ABSENCE_REASONS])
    expect(readinessChange.properties.change.enum).toEqual(ROW_CHANGES)
  })
})
