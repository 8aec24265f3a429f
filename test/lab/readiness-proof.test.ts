/** @module-tag long */
/** Runs the estate: real clients, real servers, each control enforced. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environment, ROOT } from '../support/smblens.ts'
import { enforcementKey } from './outcomes.ts'
import { whyNoProof } from './prove.ts'
import type { Recorded } from './recorded.ts'

const why = whyNoProof()

describe.skipIf(why !== null)(`readiness, proved by enforcing${why === null ? '' : ` (skipped: ${why})`}`, () => {
  it('predicts for each client what each control breaks', { timeout: 30 * 60_000 }, () => {
    const script = join(ROOT, 'scripts/prove-readiness.mjs')
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--json'], {
      cwd: ROOT,
      env: environment(),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    // Status 1 is a wrong prediction: the next lines say which.
    expect([0, 1], stderr).toContain(status)
    const { outcomes, comparison }: Recorded = JSON.parse(stdout)
    const wrong = comparison.wrong.map(({ client, enforcement, prediction, outcome }) => {
      return `${client}, ${enforcementKey(enforcement)}: ${prediction.state}, but it ${outcome}. ${prediction.message}`
    })
    expect(wrong, stderr).toEqual([])
    expect(outcomes.clients.length).toBeGreaterThanOrEqual(20)
    expect(comparison.definite / (comparison.definite + comparison.notObserved)).toBeGreaterThanOrEqual(0.85)
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('smblens-'))).toEqual([])
  })
})
