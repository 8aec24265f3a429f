/** Rows of one kind to a file, in the format that the extension of its name stands for. */
import { bufferedSink } from '../base/text-sink.ts'
import { alternatives } from '../base/wording.ts'
import { openNewFile } from '../capture/write/new-file.ts'
import { exportExtensions, exportFormatFor } from '../report/formats/formats.ts'
import type { RecordLookup, RecordSource } from '../rows/row-kind.ts'
import type { RowsToExport } from './action-types.ts'

export interface ExportOptions {
  source: RecordSource
  overwrite: boolean
  /** The captures that are read: none of them is overwritten. */
  inputs: readonly string[]
}

/** Throws NewFileError, and an Error whose message can be shown if no format has the extension. */
export function exportRows<Row>({ kind, rows }: RowsToExport<Row>, file: string, options: ExportOptions): void {
  const format = exportFormatFor(file)
  if (format === undefined) throw new Error(`${file}: the name must end in ${alternatives(exportExtensions())}`)
  const output = openNewFile(file, { overwrite: options.overwrite && 'reports', inputs: options.inputs })
  // Made with the first record: csv needs none.
  let records: RecordLookup<Row> | null = null
  const recordOf = (row: Row) => {
    records ??= kind.records(options.source)
    return records.of(row)
  }
  try {
    const sink = bufferedSink((text) => output.write(Buffer.from(text, 'utf8')))
    format.writeRows({ rows, columns: kind.columns, recordOf }, sink)
    sink.flush()
    output.finish()
  } finally {
    output.discard()
  }
}
