/** One JSON value per line, https://github.com/ndjson/ndjson-spec: no line break inside a record, LF after each. */
import { safeJson } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { scanRecords } from '../records/index.ts'
import { type ReportFormat, recordsOf, withRests } from './report-format.ts'

export const ndjsonFormat: ReportFormat = {
  name: 'ndjson',
  extension: '.ndjson',
  help: 'all records, one JSON object per line, for scripts',
  write: (report, sink, { rest }) => writeNdjson(withRests(scanRecords(report), rest), sink),
  writeRows: (view, sink) => writeNdjson(recordsOf(view), sink),
}

export function writeNdjson(records: Iterable<object>, sink: TextSink): void {
  for (const record of records) sink.write(`${safeJson(record)}\n`)
}
