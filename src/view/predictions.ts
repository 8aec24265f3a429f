/** What would break, for a screen: the controls with their numbers, and the rows behind them, as many as are kept. */
import type { Ledger } from '../ledger/ledger.ts'
import type { Policy } from '../policy/policy.ts'
import { readinessSteps } from '../readiness/prediction/readiness.ts'
import type { ReadinessRows } from '../readiness/prediction/readiness-rows.ts'
import type { ControlSummary, Credit, ReadinessRow } from '../readiness/readiness-row.ts'
import type { ControlRow } from '../rows/control-row.ts'
import { STATES_BY_URGENCY } from '../rows/prediction-row.ts'

export interface Predictions {
  controls: readonly ControlRow[]
  /** Those that break first, then exempt ones, those that were not observed, and ready ones. */
  rows: readonly ReadinessRow[]
  /** Rows that are not kept, the ready ones before all others. */
  notListed: number
  credits: readonly Credit[]
}

export const NO_PREDICTIONS: Predictions = { controls: [], rows: [], notListed: 0, credits: [] }

/** Each takes about a kilobyte once it is put into words. */
const MAX_ROWS = 20_000
/** Pairs that the page of a control lists. */
const WORST = 10
const CLIENTS = 8
/** Rows that are put into words between two rests. */
const PIECE = 16

/** Works in small steps. The ledger must not change until the last one; nothing of it is kept then. */
export function* predictionSteps(ledger: Ledger, policy: Policy, mostRows = MAX_ROWS): Generator<null, Predictions> {
  const { rows, controls: summaries, credits } = yield* readinessSteps(ledger, { policy })
  const breaking = rows.where({ state: 'breaks' })
  const controls: ControlRow[] = []
  for (const summary of summaries) {
    yield null
    controls.push(controlRow(summary, rows, breaking, credits))
  }
  const kept: ReadinessRow[] = []
  for (const state of STATES_BY_URGENCY) {
    const ofState = rows.where({ state })
    for (let i = 0; i < ofState.length && kept.length < mostRows; i++) {
      kept.push(ofState.at(i)!)
      if (i % PIECE === 0) yield null
    }
  }
  return { controls, rows: kept, notListed: rows.length + rows.leftOut - kept.length, credits }
}

function controlRow(
  summary: ControlSummary,
  rows: ReadinessRows,
  breaking: ReadinessRows,
  credits: readonly Credit[],
): ControlRow {
  const { control } = summary
  const own = breaking.where({ control })
  const pairs = own.where({ scope: 'pair' })
  const clients = own.where({ role: 'client' })
  const [blocker = null] = (clients.length > 0 ? clients : own).top(1)
  return {
    control,
    summary,
    credits: credits.filter((credit) => credit.control === control),
    blocker,
    worst: pairs.top(WORST),
    breaks: pairs.length,
    clients: clientsOf(clients.length > 0 ? clients : rows.where({ control, role: 'client' })),
  }
}

function clientsOf(rows: ReadinessRows): string[] {
  const clients = new Set<string>()
  for (const { client } of rows.top(CLIENTS)) if (client !== null) clients.add(client)
  return [...clients]
}
