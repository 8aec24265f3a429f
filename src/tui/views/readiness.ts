/** The controls of the guide: what would break if each were enforced, as a bar, and the first that would. */

import { plural } from '../../base/wording.ts'
import { CONTROL_FIELDS } from '../../query/fields/predictions.ts'
import { CONTROL_IDS } from '../../readiness/control.ts'
import { hostFilter, joinFilters } from '../../report/display-filter.ts'
import { CONTROL_ROWS, type ControlRow, readyShare } from '../../rows/control-row.ts'
import { controlEvidence, controlLines } from '../pages/readiness/control.ts'
import { readinessBar } from '../pages/readiness-parts.ts'
import { NOTHING } from '../table/cells.ts'
import type { Column } from '../table/columns.ts'
import { PREDICTIONS_VIEW } from './predictions.ts'
import { rowOf, type TableView } from './view.ts'

const COLUMNS: readonly Column<ControlRow>[] = [
  {
    key: 'control',
    title: 'control',
    min: 20,
    ideal: 20,
    priority: 1,
    text: (row) => row.control,
    tone: () => 'strong',
    sort: 'number',
    sortValue: (row) => CONTROL_IDS.indexOf(row.control),
  },
  {
    key: 'bar',
    title: 'if it were enforced',
    min: 10,
    ideal: 20,
    grow: 1,
    priority: 2,
    text: barText,
    drawn: (row, cells) => readinessBar(row.summary, cells),
    sort: 'number',
    sortValue: readyShare,
  },
  {
    key: 'ready',
    title: 'ready',
    min: 6,
    ideal: 6,
    priority: 5,
    align: 'right',
    text: shareText,
    tone: (row) => (readyShare(row) === 1 ? 'good' : 'plain'),
    sort: 'number',
    sortValue: readyShare,
  },
  {
    key: 'breaks',
    title: 'break',
    min: 6,
    ideal: 6,
    priority: 3,
    align: 'right',
    text: (row) => countText(row, row.summary.breaks),
    tone: (row) => (row.summary.breaks > 0 ? 'high' : 'plain'),
    sort: 'number',
    sortValue: (row) => row.summary.breaks,
  },
  {
    key: 'exempt',
    title: 'exempt',
    min: 7,
    ideal: 7,
    priority: 7,
    align: 'right',
    text: (row) => countText(row, row.summary.exempt),
    sort: 'number',
    sortValue: (row) => row.summary.exempt,
  },
  {
    key: 'not-seen',
    title: 'not seen',
    min: 9,
    ideal: 9,
    priority: 6,
    align: 'right',
    text: (row) => countText(row, row.summary.notObserved),
    sort: 'number',
    sortValue: (row) => row.summary.notObserved,
  },
  {
    key: 'blocker',
    title: 'first that breaks',
    min: 15,
    ideal: 34,
    grow: 2,
    priority: 4,
    text: blockerText,
    sort: 'text',
  },
]

/** For screens that are read aloud: the parts of the bar in words. */
function barText({ summary: { observable, ready, breaks, exempt, notObserved } }: ControlRow): string {
  return observable
    ? `${ready} ready, ${breaks} break, ${exempt} exempt, ${notObserved} not seen`
    : 'no traffic shows it'
}

function shareText(row: ControlRow): string {
  const share = readyShare(row)
  const { observable, ready, breaks, exempt } = row.summary
  // Nothing was seen of it, which is not the same as none.
  if (share === null || !observable || ready + breaks + exempt === 0) return NOTHING
  return share > 0.99 && share < 1 ? '>99%' : share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`
}

function countText({ summary }: ControlRow, count: number): string {
  return summary.observable ? String(count) : NOTHING
}

function blockerText({ summary, blocker, breaks }: ControlRow): string {
  if (!summary.observable) return 'not seen in SMB'
  if (blocker === null) return NOTHING
  // The numbers count what servers refuse.
  if (summary.breaks === 0 && blocker.side === 'client') return `${plural(breaks, 'pair')} if the client enforces it`
  const more = breaks > 1 ? ` (+${breaks - 1})` : ''
  return `${blocker.client ?? blocker.server} ${blocker.reason ?? ''}${more}`
}

export const READINESS_VIEW: TableView<ControlRow> = {
  name: 'readiness',
  key: '6',
  title: 'Readiness',
  help: 'readiness: what breaks',
  kind: CONTROL_ROWS,
  columns: COLUMNS,
  fields: CONTROL_FIELDS,
  sort: { column: null, descending: false },
  rowsOf: ({ predictions }) => predictions.controls,
  keyOf: ({ control }) => control,
  pageLines(subject, { known, evidence, width }) {
    const row = rowOf(this, subject, known)
    return row === undefined ? null : controlLines(row, evidence, known.shown.predictions.notListed, width)
  },
  pageHints: [
    ['Enter', 'its rows'],
    ['h l', 'frame'],
  ],
  citation(subject, known) {
    const row = rowOf(this, subject, known)
    const cited = row && controlEvidence(row)[subject.evidence]
    return cited === undefined ? null : { capture: cited.capture, frame: cited.frame, field: cited.field }
  },
  evidenceCount(subject, known) {
    const row = rowOf(this, subject, known)
    return row === undefined ? 0 : controlEvidence(row).length
  },
  rowsBehind: ({ id }) => ({ view: PREDICTIONS_VIEW.name, filter: `control:${id}` }),
  relatedFilter(subject, known) {
    const row = rowOf(this, subject, known)
    return row === undefined || row.clients.length === 0 ? null : `client:${row.clients.join(',')}`
  },
  displayFilter(subject, known) {
    const row = rowOf(this, subject, known)
    return row === undefined || row.clients.length === 0 ? null : joinFilters(row.clients.map(hostFilter), row.clients)
  },
  addPackets(selection, subject, known) {
    const row = rowOf(this, subject, known)
    if (row === undefined) return
    for (const { capture, frame, what } of controlEvidence(row))
      selection.frames.push({ capture, frame, comment: what })
    if (selection.frames.length > 0) return
    for (const session of known.shown.sessions) {
      if (row.clients.includes(session.client)) selection.connections.push(session.connection)
    }
  },
}
