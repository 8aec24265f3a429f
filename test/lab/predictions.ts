/** What `smblens readiness` predicts for a client of the estate, from the capture of the permissive servers. */
import type { ReadinessRecord } from '../../src/report/records/readiness.ts'
import { ENFORCEMENTS, type Enforcement } from './estate/enforcements.ts'
import { enforcementKey } from './outcomes.ts'

export interface Prediction {
  state: 'works' | 'breaks' | 'not-observed'
  /** Of the row that decides; null where there is no row. */
  reason: string | null
  message: string | null
}

/** By enforcementKey. */
export function predictionsFor(address: string, records: readonly ReadinessRecord[]): Map<string, Prediction> {
  const own = records.filter(({ scope, client }) => scope === 'pair' && client?.ip === address)
  return new Map(ENFORCEMENTS.map((enforcement) => [enforcementKey(enforcement), predictionOf(enforcement, own)]))
}

/** A client does its job only if nothing of it breaks. */
function predictionOf({ control, side }: Enforcement, rows: readonly ReadinessRecord[]): Prediction {
  const about = rows.filter((row) => row.control === control && row.side === side)
  const deciding = (['breaks', 'exempt', 'not-observed', 'ready'] as const).flatMap((state) =>
    about.filter((row) => row.state === state),
  )[0]
  if (deciding === undefined) return { state: 'not-observed', reason: null, message: null }
  const { state, reason, message } = deciding
  return { state: state === 'ready' ? 'works' : state === 'not-observed' ? state : 'breaks', reason, message }
}
