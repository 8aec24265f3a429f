/** What must hold for every report as text: it parses, it agrees with the records, and none of its bytes controls a terminal or a spreadsheet. */
import type { Engine, Outcome } from './outcome.ts'
import { NARROW_WIDTH, TABLE_WIDTH } from './outcome.ts'

/** Control characters except LF, bidirectional and other format characters, line separators, lone surrogates. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const COLOR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/
const CSV_COLUMNS = 25

/** The name of the rule that does not hold, and where; null if all hold. */
export function brokenText(engine: Engine, outcome: Outcome): [name: string, detail: string] | null {
  const { texts, records, rows, findings } = outcome
  if (outcome.error !== null) return null
  const ndjson = jsonLines(texts.ndjson, records.length)
  if (typeof ndjson === 'string') return ['ndjson is one record a line, and nothing that is obeyed', ndjson]
  for (const [i, record] of records.entries())
    if (JSON.stringify(ndjson[i]) !== JSON.stringify(record))
      return ['ndjson holds the records', JSON.stringify(record)]
  const messages = jsonLines(texts.rows, rows.length)
  if (typeof messages === 'string') return ['messages are one record a line, and nothing that is obeyed', messages]
  if (texts.json === '') return null

  const document: unknown = JSON.parse(texts.json)
  if (OBEYED.test(texts.json.replaceAll('\n', ''))) return ['json holds nothing that is obeyed', '']
  if (JSON.stringify(document) !== JSON.stringify({ schemaVersion: 1, records })) return ['json holds the records', '']
  const csv = brokenCsv(texts.csv, findings.length)
  if (csv !== null) return ['csv is a row a finding, without formulas', csv]
  for (const [text, width] of [
    [texts.table, TABLE_WIDTH],
    [texts.colored.replaceAll(COLOR, ''), NARROW_WIDTH],
    [texts.rowTable, Number.POSITIVE_INFINITY],
  ] as const) {
    for (const line of text.split('\n')) {
      if (OBEYED.test(line)) return ['a table holds nothing that is obeyed', JSON.stringify(line)]
      if (engine.displayWidth(line) > width && !line.includes('PS>')) return ['a table stays within its width', line]
    }
  }
  return null
}

function jsonLines(text: string, count: number): unknown[] | string {
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.length !== count) return `${lines.length} lines for ${count} records`
  const odd = lines.find((line) => OBEYED.test(line))
  return odd === undefined ? lines.map((line): unknown => JSON.parse(line)) : JSON.stringify(odd)
}

function brokenCsv(text: string, findings: number): string | null {
  const rows = csvRows(text)
  if (rows === null) return 'quotes are out of place'
  if (rows.length !== findings + 1) return `${rows.length} rows for ${findings} findings`
  for (const cells of rows) {
    if (cells.length !== CSV_COLUMNS) return `${cells.length} cells: ${cells.join(' | ')}`
    const odd = cells.find((cell) => OBEYED.test(cell) || FORMULA.test(cell))
    if (odd !== undefined) return JSON.stringify(odd)
  }
  return null
}

/** Parses RFC 4180 section 2; null if the text does not follow it. */
function csvRows(text: string): string[][] | null {
  const rows: string[][] = []
  let row: string[] = []
  for (let at = 0; at < text.length; ) {
    let cell = ''
    if (text[at] === '"') {
      let end = at
      do end = text.indexOf('"', end + 1) + 1
      while (end > 0 && text[end] === '"')
      if (end <= 0) return null
      cell = text.slice(at + 1, end - 1).replaceAll('""', '"')
      at = end
    } else {
      let end = at
      while (end < text.length && text[end] !== ',' && text[end] !== '\r' && text[end] !== '\n') end++
      cell = text.slice(at, end)
      if (cell.includes('"')) return null
      at = end
    }
    row.push(cell)
    if (text[at] === ',') at++
    else if (text[at] === '\r' && text[at + 1] === '\n') {
      rows.push(row)
      row = []
      at += 2
    } else return null
  }
  return row.length === 0 ? rows : null
}
