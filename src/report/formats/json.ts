/** One JSON document, `{"schemaVersion":1,"records":[...]}`, a record a line: as long as the report may be, no more than a record is in memory. */
import { safeJson } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { SCHEMA_VERSION } from '../records/index.ts'

export function writeJson(records: Iterable<object>, sink: TextSink): void {
  let before = `{"schemaVersion":${SCHEMA_VERSION},"records":[\n`
  for (const record of records) {
    sink.write(before + safeJson(record))
    before = ',\n'
  }
  sink.write(before === ',\n' ? '\n]}\n' : `${before}]}\n`)
}
