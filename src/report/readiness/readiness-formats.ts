/** The formats of readiness reports. */
import type { TextSink } from '../../base/text-sink.ts'
import { CONTROL_IDS } from '../../readiness/control.ts'
import type { ReadinessRow } from '../../readiness/readiness-row.ts'
import { writeJson } from '../formats/json.ts'
import { writeNdjson } from '../formats/ndjson.ts'
import { type WriteOptions, withRests } from '../formats/report-format.ts'
import { predictionRecords } from '../records/index.ts'
import { READINESS_FORMAT_NAMES } from './readiness-format-names.ts'
import type { ReadinessReport } from './readiness-report.ts'
import { writeReadinessTable } from './readiness-table.ts'

export interface ReadinessFormat {
  /** As `--format` names it. */
  readonly name: string
  /** One line for the help. */
  readonly help: string
  write(report: ReadinessReport, sink: TextSink, options: WriteOptions): void
}

const WRITERS: Readonly<Record<(typeof READINESS_FORMAT_NAMES)[number]['name'], ReadinessFormat['write']>> = {
  table: writeReadinessTable,
  json: (report, sink, { rest }) => writeJson(recordsOfReport(report, rest), sink),
  ndjson: (report, sink, { rest }) => writeNdjson(recordsOfReport(report, rest), sink),
}

/** The first is the default. */
export const READINESS_FORMATS: readonly ReadinessFormat[] = READINESS_FORMAT_NAMES.map((format) => ({
  ...format,
  write: WRITERS[format.name],
}))

function recordsOfReport(report: ReadinessReport, rest: () => void): Iterable<object> {
  return withRests(predictionRecords({ ...report, rows: reportedRowsOf(report) }), rest)
}

/** The rows of the controls to report. */
function* reportedRowsOf({ controls, rows }: ReadinessReport): Generator<ReadinessRow> {
  if (controls.length === CONTROL_IDS.length) for (const row of rows) yield row
  else for (const { control } of controls) for (const row of rows.where({ control })) yield row
}
