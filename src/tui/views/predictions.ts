/** The rows behind the controls: who is ready, who would break and why, and who was not seen. */
import { PREDICTION_FIELDS } from '../../query/fields/predictions.ts'
import type { ReadinessRow } from '../../readiness/readiness-row.ts'
import { frameFilter, hostFilter, joinFilters } from '../../report/display-filter.ts'
import { PREDICTION_ROWS, STATES_BY_URGENCY } from '../../rows/prediction-row.ts'
import { predictionLines } from '../pages/readiness/prediction.ts'
import { STATE_TONES, STATE_WORDS } from '../pages/readiness-parts.ts'
import { countColumn, orNothing, userColumn } from '../table/cells.ts'
import type { Column } from '../table/columns.ts'
import { sessionAt } from './related.ts'
import { rowOf, type TableView } from './view.ts'

const COLUMNS: readonly Column<ReadinessRow>[] = [
  {
    key: 'state',
    title: 'state',
    min: 8,
    ideal: 8,
    priority: 1,
    text: (row) => STATE_WORDS[row.state],
    tone: (row) => STATE_TONES[row.state],
    natural: true,
    sort: 'number',
    sortValue: (row) => STATES_BY_URGENCY.indexOf(row.state),
  },
  {
    key: 'control',
    title: 'control',
    min: 18,
    ideal: 20,
    priority: 2,
    text: (row) => row.control,
    sort: 'text',
  },
  {
    key: 'client',
    title: 'client',
    min: 15,
    ideal: 15,
    grow: 1,
    priority: 3,
    text: (row) => orNothing(row.client),
    sort: 'address',
    sortValue: (row) => row.client,
  },
  {
    key: 'server',
    title: 'server',
    min: 15,
    ideal: 15,
    grow: 1,
    priority: 4,
    text: (row) => orNothing(row.server),
    sort: 'address',
    sortValue: (row) => row.server,
  },
  {
    key: 'reason',
    title: 'reason',
    min: 14,
    ideal: 24,
    grow: 2,
    priority: 5,
    text: (row) => orNothing(row.reason),
    sort: 'text',
    sortValue: (row) => row.reason,
  },
  userColumn(7),
  {
    key: 'share',
    title: 'share',
    min: 12,
    ideal: 20,
    grow: 1,
    priority: 9,
    text: (row) => orNothing(row.share),
    sort: 'text',
    sortValue: (row) => row.share,
  },
  {
    key: 'side',
    title: 'enforced by',
    min: 11,
    ideal: 11,
    priority: 10,
    text: (row) => orNothing(row.side),
    sort: 'text',
    sortValue: (row) => row.side,
  },
  countColumn(6),
  {
    key: 'frame',
    title: 'frame',
    min: 7,
    ideal: 8,
    priority: 8,
    align: 'right',
    text: (row) => orNothing(row.evidence[0]?.frame ?? null),
    sort: 'number',
    sortValue: (row) => row.evidence[0]?.frame ?? null,
  },
]

export const PREDICTIONS_VIEW: TableView<ReadinessRow> = {
  name: 'impact',
  key: '7',
  title: 'Impact',
  help: 'impact: who would break',
  kind: PREDICTION_ROWS,
  columns: COLUMNS,
  fields: PREDICTION_FIELDS,
  sort: { column: null, descending: false },
  rowsOf: ({ predictions }) => predictions.rows,
  keyOf: ({ id }) => id,
  pageLines(subject, { known, evidence, width }) {
    const row = rowOf(this, subject, known)
    if (row === undefined) return null
    const control = known.shown.predictions.controls.find((each) => each.control === row.control)
    return predictionLines(row, control, evidence, width, subject.evidence)
  },
  pageHints: [
    ['s', 'session'],
    ['h l', 'frame'],
  ],
  citation(subject, known) {
    const cited = rowOf(this, subject, known)?.evidence[subject.evidence]
    return cited === undefined ? null : { capture: cited.capture, frame: cited.frame, field: cited.field }
  },
  evidenceCount(subject, known) {
    return rowOf(this, subject, known)?.evidence.length ?? 0
  },
  sessionOf(subject, known) {
    const row = rowOf(this, subject, known)
    const cited = row?.evidence[subject.evidence]
    if (row === undefined || cited === undefined) return null
    return sessionAt(known.shown.sessions, cited, row.client ?? undefined, row.server ?? undefined)
  },
  relatedFilter(subject, known) {
    const row = rowOf(this, subject, known)
    if (row === undefined) return null
    const terms = [row.client && `client:${row.client}`, row.server && `server:${row.server}`]
    return terms.filter((term) => term).join(' ')
  },
  displayFilter(subject, known) {
    const row = rowOf(this, subject, known)
    if (row === undefined) return null
    const frames = row.evidence.map(({ frame }) => frameFilter(frame))
    if (frames.length > 0) return joinFilters(frames)
    const hosts = [row.client, row.server].flatMap((ip) => (ip === null ? [] : (hostFilter(ip) ?? [])))
    return hosts.join(' && ')
  },
  addPackets(selection, subject, known) {
    const row = rowOf(this, subject, known)
    if (row === undefined) return
    for (const { capture, frame, what } of row.evidence) selection.frames.push({ capture, frame, comment: what })
    if (row.evidence.length > 0) return
    for (const { client, server, connection } of known.shown.sessions) {
      if ((row.client ?? client) === client && (row.server ?? server) === server) selection.connections.push(connection)
    }
  },
  addPacketsOfRow(selection, { evidence }) {
    for (const { capture, frame, what } of evidence) selection.frames.push({ capture, frame, comment: what })
  },
}
