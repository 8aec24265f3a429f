/** The order in which controls are switched on: first what breaks nothing, and where that was seen well; last what this traffic cannot show. */
import type { ControlSummary } from '../../readiness/readiness-row.ts'
import { gainRank } from '../../readiness/steps/index.ts'

/** Whether a control can be switched on: now; after changes, because something breaks; after more was seen; or this traffic cannot say. */
export type PlanStage = 'now' | 'after-changes' | 'see-more' | 'not-visible'

export const STAGES: readonly PlanStage[] = ['now', 'after-changes', 'see-more', 'not-visible']

/** At least this part of the clients that were seen must be known to be ready, or nothing is known of too many. */
const SEEN_WELL = 0.9

export function stageOf({ observable, ready, breaks, exempt, notObserved }: ControlSummary): PlanStage {
  if (!observable) return 'not-visible'
  if (breaks > 0) return 'after-changes'
  const known = ready + exempt
  return known > 0 && known >= SEEN_WELL * (known + notObserved) ? 'now' : 'see-more'
}

/** By stage; then those that break least; then by what is gained. */
export function planOrder(controls: readonly ControlSummary[]): ControlSummary[] {
  return [...controls].sort(
    (a, b) =>
      STAGES.indexOf(stageOf(a)) - STAGES.indexOf(stageOf(b)) ||
      a.breaks - b.breaks ||
      gainRank(a.control) - gainRank(b.control),
  )
}
