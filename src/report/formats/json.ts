/** One JSON document, `{"schemaVersion":1,"records":[...]}`, one record per line. Only one record at a time is in memory, however long the report. */
import { safeJson } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { scanRecords } from '../records/index.ts'
import { SCHEMA_VERSION } from '../records/schema-version.ts'
import { type ReportFormat, recordsOf, withRests } from './report-format.ts'

export const jsonFormat: ReportFormat = {
  name: 'json',
  extension: '.json',
  help: 'all records, as one JSON document',
  write: (report, sink, { rest }) => writeJson(withRests(scanRecords(report), rest), sink),
  writeRows: (view, sink) => writeJson(recordsOf(view), sink),
}

export function writeJson(records: Iterable<object>, sink: TextSink): void {
  let before = `{"schemaVersion":${SCHEMA_VERSION},"records":[\n`
  for (const record of records) {
    sink.write(before + safeJson(record))
    before = ',\n'
  }
  sink.write(before === ',\n' ? '\n]}\n' : `${before}]}\n`)
}
