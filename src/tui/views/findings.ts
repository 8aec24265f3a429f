/** The findings, worst first: what is wrong, who and where, how often, and the frame that shows it. */
import { RULES } from '../../audit/rules/index.ts'
import { endpointText } from '../../base/wording.ts'
import { FINDING_FIELDS } from '../../query/fields/findings.ts'
import { FINDING_ROWS, type FindingRow } from '../../rows/finding-row.ts'
import type { PacketSelection } from '../../view/action-types.ts'
import { findingLines } from '../pages/finding.ts'
import {
  captureColumn,
  countColumn,
  orNothing,
  severityRank,
  severityText,
  severityTone,
  timeText,
  userColumn,
} from '../table/cells.ts'
import type { Column } from '../table/columns.ts'
import { filterValue, sessionAt } from './related.ts'
import { type Known, rowOf, type TableView } from './view.ts'

const COLUMNS: readonly Column<FindingRow>[] = [
  {
    key: 'severity',
    title: 'sev',
    min: 4,
    ideal: 4,
    priority: 1,
    text: (row) => severityText(row.severity),
    tone: (row) => severityTone(row.severity),
    sort: 'number',
    sortValue: (row) => severityRank(row.severity),
  },
  {
    key: 'title',
    title: 'finding',
    min: 20,
    ideal: 36,
    grow: 3,
    priority: 2,
    text: (row) => row.title,
    sort: 'text',
  },
  {
    key: 'rule',
    title: 'rule',
    min: 16,
    ideal: 26,
    priority: 9,
    text: (row) => row.rule,
    tone: () => 'quiet',
    sort: 'text',
  },
  {
    key: 'client',
    title: 'client',
    min: 15,
    ideal: 15,
    grow: 1,
    priority: 4,
    text: (row) => orNothing(row.client),
    sort: 'address',
    sortValue: (row) => row.client,
  },
  {
    key: 'server',
    title: 'server',
    min: 15,
    ideal: 19,
    grow: 1,
    priority: 3,
    text: (row) => (row.server === null ? '-' : endpointText({ ip: row.server, port: row.serverPort })),
    sort: 'address',
    sortValue: (row) => row.server,
  },
  userColumn(7),
  countColumn(6),
  {
    key: 'frame',
    title: 'frame',
    min: 7,
    ideal: 8,
    priority: 5,
    align: 'right',
    text: (row) => String(row.frame),
    sort: 'number',
    sortValue: (row) => row.frame,
  },
  {
    key: 'last',
    title: 'last seen',
    min: 19,
    ideal: 19,
    priority: 8,
    text: (row) => timeText(row.lastTime),
    sort: 'number',
    sortValue: (row) => row.lastTime,
  },
  captureColumn(20, 10),
]

export const FINDINGS_VIEW: TableView<FindingRow> = {
  name: 'findings',
  key: '2',
  title: 'Findings',
  help: 'findings',
  kind: FINDING_ROWS,
  columns: COLUMNS,
  fields: FINDING_FIELDS,
  sort: { column: 'severity', descending: true },
  rowsOf: ({ findings }) => findings,
  keyOf: ({ id }) => id,
  pageLines({ id, evidence: selected }, { known, evidence, width }) {
    const finding = known.details.finding(id)
    if (finding === undefined) return null
    const rule = RULES.find((each) => each.id === finding.rule)
    return findingLines(finding, rule, evidence, width, selected)
  },
  pageHints: [
    ['s', 'session'],
    ['h l', 'frame'],
  ],
  citation({ id, evidence }, { details }) {
    const cited = details.finding(id)?.evidence[evidence]
    return cited === undefined ? null : { capture: cited.capture, frame: cited.frame, field: cited.field }
  },
  evidenceCount: ({ id }, { details }) => details.finding(id)?.evidence.length ?? 0,
  // Its own, else the one between its hosts at the cited frame.
  sessionOf({ id, evidence }, { details, shown }) {
    const finding = details.finding(id)
    if (finding === undefined) return null
    if (finding.session !== null) return finding.session
    const cited = finding.evidence[evidence]
    return cited === undefined ? null : sessionAt(shown.sessions, cited, finding.client?.ip, finding.server?.ip)
  },
  relatedFilter(subject, known) {
    const row = rowOf(this, subject, known)
    if (row === undefined) return null
    const { client, server, user } = row
    const terms = [client && `client:${client}`, server && `server:${server}`, user && `user:${filterValue(user)}`]
    return terms.filter((term) => term).join(' ')
  },
  displayFilter: ({ id }, { details }) => details.finding(id)?.wiresharkFilter ?? null,
  addPackets: (selection, { id }, known) => addEvidence(selection, id, known),
  addPacketsOfRow: (selection, { id }, known) => addEvidence(selection, id, known),
}

function addEvidence(selection: PacketSelection, id: string, { details }: Known): void {
  for (const { capture, frame, what } of details.finding(id)?.evidence ?? [])
    selection.frames.push({ capture, frame, comment: what })
}
