/** Cells and columns that several tables have in common. */
import { SEVERITIES, type Severity } from '../../audit/rule/rule.ts'
import { shortTime } from '../../base/packet-time.ts'
import type { Proportion } from '../../rows/session-row.ts'
import type { Tone } from '../text/line.ts'
import type { Column } from './columns.ts'

/** Shown if a value is unknown or does not exist. */
export const NOTHING = '-'

const SEVERITY_WORDS: Record<Severity, string> = {
  critical: 'crit',
  high: 'high',
  medium: 'med',
  low: 'low',
  info: 'info',
}

export function severityText(severity: Severity | null): string {
  return severity === null ? NOTHING : SEVERITY_WORDS[severity]
}

export function severityTone(severity: Severity | null): Tone {
  return severity ?? 'quiet'
}

/** Higher is worse, so descending order puts the worst first. */
export function severityRank(severity: Severity | null): number | null {
  return severity === null ? null : SEVERITIES.length - SEVERITIES.indexOf(severity)
}

export function proportionRank(value: Proportion | null): number | null {
  return value === null ? null : value === 'none' ? 0 : value === 'some' ? 1 : 2
}

export function orNothing(value: string | number | null): string {
  return value === null || value === '' ? NOTHING : String(value)
}

export function yesNo(value: boolean | null): string {
  return value === null ? NOTHING : value ? 'yes' : 'no'
}

/** False comes before true, and unknown values last. */
export function booleanRank(value: boolean | null): number | null {
  return value === null ? null : Number(value)
}

export function listText(values: readonly string[]): string {
  return values.length === 0 ? NOTHING : values.join(', ')
}

/** `2026-01-31 12:34:56`; "-" for an invalid time. */
export function timeText(microseconds: number): string {
  const text = shortTime(microseconds)
  return text === '?' ? NOTHING : text
}

/** The name of a status without the prefix that all of them have. */
export function statusText(status: string | null): string {
  return status === null ? NOTHING : status.replace(/^STATUS_/, '')
}

/** The name of the file, without its folders. */
export function fileText(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1) || path
}

/** Names are dialects of SMB1; the later ones have numbers. */
export function dialectTone(dialect: string | null): Tone {
  return dialect !== null && !/^([23]\.|0x)/.test(dialect) ? 'high' : 'plain'
}

/** The worst severity of the findings about a row. */
export function worstColumn<Row extends { worst: Severity | null }>(): Column<Row> {
  return {
    key: 'worst',
    title: 'worst',
    min: 6,
    ideal: 6,
    priority: 1,
    text: (row) => severityText(row.worst),
    tone: (row) => severityTone(row.worst),
    sort: 'number',
    sortValue: (row) => severityRank(row.worst),
  }
}

/** The file that a row comes from: the first column to disappear on a narrow screen. */
export function captureColumn<Row extends { capture: string }>(ideal: number, priority: number): Column<Row> {
  return {
    key: 'capture',
    title: 'capture',
    min: 12,
    ideal,
    priority,
    text: (row) => fileText(row.capture),
    tone: () => 'quiet',
    sort: 'text',
    sortValue: (row) => row.capture,
  }
}

/** Whom a row is about. */
export function userColumn<Row extends { user: string | null }>(priority: number): Column<Row> {
  return {
    key: 'user',
    title: 'user',
    min: 10,
    ideal: 18,
    grow: 1,
    priority,
    text: (row) => orNothing(row.user),
    sort: 'text',
    sortValue: (row) => row.user,
  }
}

/** How many sessions or connections a row stands for. */
export function countColumn<Row extends { count: number }>(priority: number): Column<Row> {
  return {
    key: 'count',
    title: 'count',
    min: 6,
    ideal: 6,
    priority,
    align: 'right',
    text: (row) => String(row.count),
    sort: 'number',
    sortValue: (row) => row.count,
  }
}
