/** The report formats. A new one is a file in this folder and a line in this list: `scan`, its help and the terminal UI's export follow. */
import { csvFormat } from './csv.ts'
import { jsonFormat } from './json.ts'
import { ndjsonFormat } from './ndjson.ts'
import type { ReportFormat } from './report-format.ts'
import { tableFormat } from './table.ts'

/** The first is the default. */
export const FORMATS: readonly ReportFormat[] = [tableFormat, jsonFormat, ndjsonFormat, csvFormat]

/** The format of this name; undefined where there is none. */
export function formatFor(name: string): ReportFormat | undefined {
  return FORMATS.find((format) => format.name === name)
}

/** The formats that the rows of a view can be exported in. */
export function rowFormats(): ReportFormat[] {
  return FORMATS.filter(({ writeRows }) => writeRows !== null)
}
