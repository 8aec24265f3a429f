/** One JSON value a line, https://github.com/ndjson/ndjson-spec: no line break inside a record, LF after each. */
import { safeJson } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'

export function writeNdjson(records: Iterable<object>, sink: TextSink): void {
  for (const record of records) sink.write(`${safeJson(record)}\n`)
}
