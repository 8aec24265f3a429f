/**
 * Compares every sample capture with the records that were reviewed for it. `npm run golden:update` writes them again: read the difference before you
 * commit it, and compare what changed with the capture.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CAPTURES, goldenPath, SAMPLES, scanSample } from './records.ts'

const update = process.env['UPDATE_GOLDEN'] === 'yes'

describe('sample captures', () => {
  it.each(SAMPLES)('%s', async (sample) => {
    const records = await scanSample(sample)
    const path = goldenPath(sample)
    if (update) writeFileSync(path, `${JSON.stringify(records, null, 2)}\n`)
    expect(existsSync(path), `${basename(path)} is missing: npm run golden:update`).toBe(true)
    expect(records).toEqual(JSON.parse(readFileSync(path, 'utf8')))
  })

  it('all have golden records, and nothing else does', () => {
    const goldens = readdirSync(CAPTURES).filter((name) => name.endsWith('.json'))
    expect(goldens.sort()).toEqual(SAMPLES.map((sample) => basename(goldenPath(sample))).sort())
  })

  it('are described in the README', () => {
    const readme = readFileSync(join(CAPTURES, 'README.md'), 'utf8')
    expect(SAMPLES.filter((sample) => !readme.includes(sample))).toEqual([])
  })
})
