/**
 * Findings as RFC 4180: one header, one row per finding, CRLF. It is made for spreadsheets, which run what looks like a formula: a cell that starts
 * like one gets an apostrophe before it. json and ndjson have the exact values.
 */
import { escapeText } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import type { FindingRecord } from '../records/finding.ts'
import { findingRecords } from '../records/index.ts'
import { type Cell, type Columns, type ReportFormat, withRests } from './report-format.ts'

const COLUMNS: Columns<FindingRecord> = [
  ['severity', (f) => f.severity],
  ['rule', (f) => f.rule],
  ['title', (f) => f.title],
  ['message', (f) => f.message],
  ['clientIp', (f) => f.client?.ip ?? null],
  ['clientPort', (f) => f.client?.port ?? null],
  ['serverIp', (f) => f.server?.ip ?? null],
  ['serverPort', (f) => f.server?.port ?? null],
  ['user', (f) => f.user],
  ['count', (f) => f.count],
  ['firstTime', (f) => f.firstTime],
  ['lastTime', (f) => f.lastTime],
  ['capture', (f) => f.capture],
  ['evidence', (f) => f.evidence.map(({ capture, frame, what }) => `${capture} frame ${frame}: ${what}`).join(' | ')],
  ['wiresharkFilter', (f) => f.wiresharkFilter],
  ['remediation', (f) => f.remediation?.setting ?? null],
  ['powershell', (f) => f.remediation?.powershell.join(' | ') ?? null],
  ['guide', (f) => f.guide],
  ['references', (f) => f.references.join(' | ')],
  ['connection', (f) => f.connection],
  ['session', (f) => f.session],
  ['id', (f) => f.id],
  ['audit', (f) => f.remediation?.audit?.setting ?? null],
  ['auditPowershell', (f) => f.remediation?.audit?.powershell.join(' | ') ?? null],
  ['identifiers', (f) => f.identifiers.map(({ id }) => id).join(' | ')],
]

export const csvFormat: ReportFormat = {
  name: 'csv',
  extension: '.csv',
  help: 'the findings, one per row, for a spreadsheet',
  write: (report, sink, { rest }) => writeCsv(withRests(findingRecords(report), rest), sink),
  writeRows: ({ columns, rows }, sink) => writeCsvRows(columns, rows, sink),
}

export function writeCsv(findings: Iterable<FindingRecord>, sink: TextSink): void {
  writeCsvRows(COLUMNS, findings, sink)
}

function writeCsvRows<T>(columns: Columns<T>, rows: Iterable<T>, sink: TextSink): void {
  sink.write(`${columns.map(([name]) => name).join(',')}\r\n`)
  for (const row of rows) sink.write(`${columns.map(([, cell]) => csvCell(cell(row))).join(',')}\r\n`)
}

/** What Excel, LibreOffice or Google Sheets reads as the start of a formula, full-width forms included. */
const FORMULA = /^\s*[=+\-@＝＋－＠]/

/** Separators and quotes of RFC 4180, and the separators that spreadsheets use in other locales. */
const NEEDS_QUOTES = /["',;|\t ]/

function csvCell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = escapeText(value)
  const inert = FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
