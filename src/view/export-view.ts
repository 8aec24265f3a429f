/** The rows of a view to a file, in the format that its name asks for. */
import { bufferedSink, type TextSink } from '../base/text-sink.ts'
import { alternatives } from '../base/wording.ts'
import { openNewFile } from '../capture/write/new-file.ts'
import { exportExtensions, exportFormatFor } from '../report/formats/formats.ts'
import type { RowFormat } from '../report/formats/report-format.ts'
import { FINDING_COLUMNS, FRAME_COLUMNS, HOST_COLUMNS, type RowRecords, SESSION_COLUMNS } from '../rows/export-rows.ts'
import type { FrameRow } from '../rows/rows.ts'
import type { TableView } from '../tui/state/screen-state.ts'
import type { Tables } from '../tui/views/views.ts'

export interface ExportOptions {
  tables: Tables
  records: RowRecords
  messageOf(row: FrameRow): object | undefined
  overwrite: boolean
  inputs: readonly string[]
}

/** How many rows were written. Throws NewFileError, and an Error with a message for people where no format has the name's extension. */
export function exportView(view: TableView, file: string, options: ExportOptions): number {
  const format = exportFormatFor(file)
  if (format === undefined) throw new Error(`${file}: end the name in ${alternatives(exportExtensions())}`)
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
  format: RowFormat,
  sink: TextSink,
  { tables, records, messageOf }: ExportOptions,
): void {
  switch (view) {
    case 'findings':
      format.writeRows({ rows: tables.findings.matching(), columns: FINDING_COLUMNS, recordOf: records.finding }, sink)
      return
    case 'sessions':
      format.writeRows({ rows: tables.sessions.matching(), columns: SESSION_COLUMNS, recordOf: records.session }, sink)
      return
    case 'hosts':
      format.writeRows({ rows: tables.hosts.matching(), columns: HOST_COLUMNS, recordOf: records.host }, sink)
      return
    case 'frames':
      format.writeRows({ rows: tables.frames.matching(), columns: FRAME_COLUMNS, recordOf: messageOf }, sink)
  }
}
