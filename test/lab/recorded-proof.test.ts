/** The recorded run of the estate: today's predictions against what happened then, on every machine. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CONTROL_IDS } from '../../src/readiness/control.ts'
import { ROOT } from '../support/smblens.ts'
import { ENFORCEMENTS, NOT_ENFORCED } from './estate/enforcements.ts'
import { enforcementKey } from './outcomes.ts'
import { proofDocument, withProof } from './proof-doc.ts'
import { recordedProof } from './recorded.ts'

const proof = recordedProof(ROOT)
const { outcomes, comparison } = proof
const cells = comparison.rows.flatMap((row) => row.cells.filter((cell) => cell !== null))

describe('predictions for the recorded estate', () => {
  it('are never wrong', () => {
    const wrong = comparison.wrong.map(({ client, enforcement, prediction, outcome }) => {
      return `${client}, ${enforcementKey(enforcement)}: ${prediction.state}, but it ${outcome}. ${prediction.message}`
    })
    expect(wrong).toEqual([])
  })

  it('are definite for at least 85 of 100 cells', () => {
    expect(comparison.definite / cells.length).toBeGreaterThanOrEqual(0.85)
  })

  it('name the fact that is missing where they are not', () => {
    const open = cells.filter(({ prediction }) => prediction.state === 'not-observed')
    expect(open.filter(({ prediction }) => !prediction.reason || !prediction.message)).toEqual([])
  })
})

describe('the recorded estate', () => {
  it('has at least twenty clients, of five programs', () => {
    expect(outcomes.clients.length).toBeGreaterThanOrEqual(20)
    expect(new Set(outcomes.clients.map(({ program }) => program)).size).toBeGreaterThanOrEqual(5)
  })

  it.each(ENFORCEMENTS.map(enforcementKey))('has clients that %s breaks and clients that it does not', (key) => {
    const seen = new Set(outcomes.clients.map((client) => client.outcomes[key]))
    expect(seen).toContain('breaks')
    expect(seen).toContain('works')
  })

  it('accounts for every control: it is enforced, or the reason is given', () => {
    const named = [...ENFORCEMENTS.map(({ control }) => control), ...Object.keys(NOT_ENFORCED)]
    expect([...new Set(named)].sort()).toEqual([...CONTROL_IDS].sort())
  })
})

describe('the documents (npm run docs:proof)', () => {
  it('docs/readiness-proof.md shows it', () => {
    expect(readFileSync(join(ROOT, 'docs/readiness-proof.md'), 'utf8')).toBe(proofDocument(proof))
  })

  it('README.md shows its short form', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
    expect(readme).toBe(withProof(readme, proof))
  })
})
