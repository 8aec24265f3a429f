/**
 * What readiness says of every sample, one line a row, as it was reviewed. `npm run golden:update` writes the lines again: read the difference before you
 * commit it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { readiness } from '../../src/readiness/prediction/readiness.ts'
import type { ReadinessRow } from '../../src/readiness/readiness-row.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { CAPTURES, SAMPLES } from './records.ts'

/** Thousands of rows, made to deceive; what they say is that of the others. */
const TOO_LARGE = 'hostile-names.pcapng'
const GOLDEN = fileURLToPath(new URL('./readiness-rows.json', import.meta.url))
const update = process.env['UPDATE_GOLDEN'] === 'yes'

function line({
  control,
  side,
  client,
  server,
  user,
  share,
  state,
  reason,
  count,
  total,
  evidence,
}: ReadinessRow): string {
  const who = [client, server, user, share].filter((part) => part !== null).join(' ')
  const frames = evidence.map(({ frame }) => frame).join(', ')
  const enforced = side === null ? '' : ` (${side} enforces)`
  return `${control}${enforced}, ${who}: ${state}, ${reason}, ${count} of ${total}${frames === '' ? '' : `, frames ${frames}`}`
}

async function linesOf(sample: string): Promise<string[]> {
  const tracker = new Tracker(`captures/${sample}`)
  const ledger = tracker.finish(await readCapture(join(CAPTURES, sample), tracker))
  const { rows, credits } = readiness(ledger, { policy: defaultPolicy(createNetworks()) })
  return [
    ...[...rows.where({ scope: 'pair' })].map(line),
    ...credits.map(({ control, what, count }) => `credit ${control}, ${count}: ${what}`),
  ]
}

describe('readiness of the samples', () => {
  const samples = SAMPLES.filter((sample) => sample !== TOO_LARGE)

  it('is as it was reviewed', async () => {
    const found: Record<string, string[]> = {}
    for (const sample of samples) found[sample] = await linesOf(sample)
    if (update) writeFileSync(GOLDEN, `${JSON.stringify(found, null, 2)}\n`)
    expect(found).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')))
  })
})
