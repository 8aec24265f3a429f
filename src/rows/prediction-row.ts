/** The rows of the list of predictions are those of readiness: one host or pair, one control, and what enforcing it would do. */
import { isoTime } from '../base/packet-time.ts'
import type { ReadinessState } from '../readiness/control.ts'
import type { ReadinessRow } from '../readiness/readiness-row.ts'
import { readinessRecord } from '../report/records/readiness.ts'
import type { RowKind } from './row-kind.ts'

/** The most urgent first. */
export const STATES_BY_URGENCY: readonly ReadinessState[] = ['breaks', 'exempt', 'not-observed', 'ready']

export const PREDICTION_ROWS: RowKind<ReadinessRow> = {
  record: 'readiness',
  columns: [
    ['control', (row) => row.control],
    ['state', (row) => row.state],
    ['scope', (row) => row.scope],
    ['side', (row) => row.side],
    ['client', (row) => row.client],
    ['server', (row) => row.server],
    ['user', (row) => row.user],
    ['share', (row) => row.share],
    ['reason', (row) => row.reason],
    ['message', (row) => row.message],
    ['change', (row) => row.change],
    ['count', (row) => row.count],
    ['total', (row) => row.total],
    ['firstTime', (row) => isoTime(row.firstTime)],
    ['lastTime', (row) => isoTime(row.lastTime)],
    ['capture', (row) => row.evidence[0]?.capture ?? null],
    ['frame', (row) => row.evidence[0]?.frame ?? null],
    ['shows', (row) => row.evidence[0]?.what ?? null],
    ['id', (row) => row.id],
  ],
  records: () => ({ of: readinessRecord }),
}
