/** Predictions and outcomes side by side. */
import type { ReadinessRecord } from '../../src/report/records/readiness.ts'
import { ENFORCEMENTS, type Enforcement } from './estate/enforcements.ts'
import { enforcementKey, type Outcomes } from './outcomes.ts'
import { type Prediction, predictionsFor } from './predictions.ts'

export interface Cell {
  client: string
  enforcement: Enforcement
  prediction: Prediction
  outcome: 'works' | 'breaks'
}

export interface Comparison {
  /** Clients, each with its cells in the order of ENFORCEMENTS; null where a client cannot be made to enforce the control. */
  rows: { client: string; cells: (Cell | null)[] }[]
  definite: number
  notObserved: number
  wrong: Cell[]
}

export function compare({ clients }: Outcomes, records: readonly ReadinessRecord[]): Comparison {
  const rows = clients.map(({ id, address, outcomes }) => {
    const predictions = predictionsFor(address, records)
    const cells = ENFORCEMENTS.map((enforcement): Cell | null => {
      const key = enforcementKey(enforcement)
      const outcome = outcomes[key] ?? null
      return outcome === null ? null : { client: id, enforcement, prediction: predictions.get(key)!, outcome }
    })
    return { client: id, cells }
  })
  const cells = rows.flatMap((row) => row.cells.filter((cell) => cell !== null))
  const definite = cells.filter(({ prediction }) => prediction.state !== 'not-observed')
  return {
    rows,
    definite: definite.length,
    notObserved: cells.length - definite.length,
    wrong: definite.filter(({ prediction, outcome }) => prediction.state !== outcome),
  }
}
