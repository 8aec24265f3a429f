/** One JSON value a line, https://github.com/ndjson/ndjson-spec: no line break inside a record, LF after each. */
import { safeJson } from './escape.ts'
import type { TextSink } from './sink.ts'

export function writeNdjson(records: Iterable<object>, sink: TextSink): void {
  for (const record of records) sink.write(`${safeJson(record)}\n`)
}
