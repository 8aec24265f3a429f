/** The rows of the list of controls: what would break, in numbers of clients, and the first that would. */
import type { ControlId } from '../readiness/control.ts'
import type { ControlSummary, Credit, ReadinessRow } from '../readiness/readiness-row.ts'
import { controlRecord } from '../report/records/control.ts'
import { yesNoCell } from './cell-text.ts'
import type { RowKind } from './row-kind.ts'

export interface ControlRow {
  control: ControlId
  summary: ControlSummary
  /** Where it was seen at work. */
  credits: readonly Credit[]
  /** The client with the most sessions that would break, or else the server. */
  blocker: ReadinessRow | null
  /** The pairs with the most sessions that would break. */
  worst: readonly ReadinessRow[]
  /** How many pairs would break. */
  breaks: number
  /** Clients that a capture shows something of, for its frames and filters; a few. */
  clients: readonly string[]
}

/** How many of the clients of a control would be ready, from 0 to 1; null where there are none. */
export function readyShare({ summary: { ready, breaks, exempt, notObserved } }: ControlRow): number | null {
  const all = ready + breaks + exempt + notObserved
  return all === 0 ? null : ready / all
}

export const CONTROL_ROWS: RowKind<ControlRow> = {
  record: 'control',
  columns: [
    ['control', (row) => row.control],
    ['title', (row) => row.summary.title],
    ['ready', (row) => row.summary.ready],
    ['breaks', (row) => row.summary.breaks],
    ['exempt', (row) => row.summary.exempt],
    ['notObserved', (row) => row.summary.notObserved],
    ['observable', (row) => yesNoCell(row.summary.observable)],
    ['seenAtWork', (row) => row.credits.reduce((sum, { count }) => sum + count, 0)],
    ['firstBlocker', (row) => row.blocker && (row.blocker.client ?? row.blocker.server)],
    ['firstReason', (row) => row.blocker?.reason ?? null],
    ['message', (row) => row.summary.message],
  ],
  records: () => ({ of: ({ summary, credits }) => controlRecord(summary, credits) }),
}
