/** A run of the estate that is kept in captures/estate/: its capture, and what happened. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Comparison, compare } from './comparison.ts'
import type { Outcomes } from './outcomes.ts'
import { readinessOf } from './prove.ts'

export interface Recorded {
  outcomes: Outcomes
  comparison: Comparison
}

/** What this version of smblens predicts from the recorded capture, beside the recorded outcomes. @param root the folder of the repository */
export function recordedProof(root: string): Recorded {
  const outcomes: Outcomes = JSON.parse(readFileSync(join(root, 'captures/estate/outcomes.json'), 'utf8'))
  const records = readinessOf(root, join(root, 'captures/estate/estate.pcap.gz'))
  return { outcomes, comparison: compare(outcomes, records) }
}
