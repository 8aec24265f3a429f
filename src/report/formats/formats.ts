/** The report formats. A new one is a file in this folder and a line in this list: `scan`, its help and the terminal UI's export follow. */
import { csvFormat } from './csv.ts'
import { jsonFormat } from './json.ts'
import { ndjsonFormat } from './ndjson.ts'
import type { ReportFormat, RowFormat } from './report-format.ts'
import { tableFormat } from './table.ts'

/** The first is the default. */
export const REPORT_FORMATS: readonly ReportFormat[] = [tableFormat, jsonFormat, ndjsonFormat, csvFormat]

/** The format of this name; undefined if there is none. */
export function formatFor(name: string): ReportFormat | undefined {
  return REPORT_FORMATS.find((format) => format.name === name)
}

/** The format in which the rows of a view are exported to a file of this name; undefined if no format has its extension. */
export function exportFormatFor(file: string): RowFormat | undefined {
  return rowFormats().find(({ extension }) => file.toLowerCase().endsWith(extension))
}

/** `.csv`, `.json`, `.ndjson`: how the names of exported files may end. */
export function exportExtensions(): string[] {
  return rowFormats()
    .map(({ extension }) => extension)
    .sort()
}

function rowFormats(): RowFormat[] {
  return REPORT_FORMATS.filter((format): format is RowFormat => format.writeRows !== null)
}
