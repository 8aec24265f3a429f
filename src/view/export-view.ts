/** The rows of a view to a file: csv, json or ndjson, as its name says. */
import { extname } from 'node:path'
import { bufferedSink, type TextSink } from '../base/text-sink.ts'
import { openNewFile } from '../capture/write/new-file.ts'
import {
  FINDING_COLUMNS,
  FRAME_COLUMNS,
  HOST_COLUMNS,
  type RowRecords,
  type RowsFormat,
  SESSION_COLUMNS,
  writeRows,
} from '../rows/export-rows.ts'
import type { FrameRow } from '../rows/rows.ts'
import type { TableView } from '../tui/state/screen-state.ts'
import type { Tables } from '../tui/views/views.ts'

const FORMATS: Readonly<Record<string, RowsFormat>> = { '.csv': 'csv', '.json': 'json', '.ndjson': 'ndjson' }

export interface ExportOptions {
  tables: Tables
  records: RowRecords
  messageOf(row: FrameRow): object | undefined
  overwrite: boolean
  inputs: readonly string[]
}

/** How many rows were written. Throws NewFileError, and an Error in words where the name does not tell the format. */
export function exportView(view: TableView, file: string, options: ExportOptions): number {
  const format = FORMATS[extname(file).toLowerCase()]
  if (format === undefined) throw new Error(`${file}: end the name in .csv, .json or .ndjson`)
  const output = openNewFile(file, { overwrite: options.overwrite && 'reports', inputs: options.inputs })
  try {
    const sink = bufferedSink((text) => output.write(Buffer.from(text, 'utf8')))
    write(view, format, sink, options)
    sink.flush()
    output.finish()
  } finally {
    output.discard()
  }
  return options.tables.of(view).order.length
}

function write(
  view: TableView,
  format: RowsFormat,
  sink: TextSink,
  { tables, records, messageOf }: ExportOptions,
): void {
  switch (view) {
    case 'findings':
      writeRows(tables.findings.matching(), FINDING_COLUMNS, records.finding, format, sink)
      return
    case 'sessions':
      writeRows(tables.sessions.matching(), SESSION_COLUMNS, records.session, format, sink)
      return
    case 'hosts':
      writeRows(tables.hosts.matching(), HOST_COLUMNS, records.host, format, sink)
      return
    case 'frames':
      writeRows(tables.frames.matching(), FRAME_COLUMNS, messageOf, format, sink)
  }
}
