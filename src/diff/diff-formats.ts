/** Writes a comparison in one of its formats. */

import type { TextSink } from '../base/text-sink.ts'
import { writeJson } from '../report/formats/json.ts'
import { writeNdjson } from '../report/formats/ndjson.ts'
import type { PageOptions } from '../report/text/page.ts'
import type { DiffFormat } from './diff-format-names.ts'
import { differenceRecords } from './diff-records.ts'
import { writeDifference } from './diff-table.ts'
import type { Difference } from './difference.ts'

/** @param failures how many changes --fail-on names; null without it */
export function writeDiff(
  format: DiffFormat,
  difference: Difference,
  failures: number | null,
  sink: TextSink,
  page: PageOptions,
): void {
  switch (format) {
    case 'table':
      writeDifference(difference, sink, page)
      break
    case 'json':
      writeJson(differenceRecords(difference, failures), sink)
      break
    case 'ndjson':
      writeNdjson(differenceRecords(difference, failures), sink)
      break
  }
}
