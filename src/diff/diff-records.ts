/** The records of a comparison: what `smblens diff -f json` and `-f ndjson` write. docs/diff.md explains them, docs/records.schema.json defines them. */
import type { Severity } from '../audit/rule/rule.ts'
import type { FindingSubject } from '../audit/subject-key.ts'
import { VERSION } from '../base/version.ts'
import { SCHEMA_VERSION } from '../report/records/schema-version.ts'
import type { AbsenceReason } from './absence.ts'
import {
  type ControlChange,
  type Difference,
  FINDING_CHANGES,
  type FindingChange,
  type FindingChangeKind,
  type HostChange,
  ROW_CHANGES,
  type RowChange,
  type RowChangeKind,
} from './difference.ts'
import type { ControlCounts, FoundFinding, FoundRow, Result } from './result.ts'

export interface FindingChangeRecord {
  type: 'finding-change'
  change: FindingChangeKind
  reason: AbsenceReason | null
  rule: string
  title: string
  subject: FindingSubject
  user: string | null
  old: FindingSide | null
  new: FindingSide | null
}

interface FindingSide {
  id: string
  severity: Severity
  count: number
  lastTime: string | null
}

export interface ControlChangeRecord {
  type: 'control-change'
  control: string
  title: string
  old: ControlSide | null
  new: ControlSide | null
}

type ControlSide = Omit<ControlCounts, 'control' | 'title'>

export interface ReadinessChangeRecord extends Omit<FoundRow, 'state' | 'reason'> {
  type: 'readiness-change'
  change: RowChangeKind
  old: RowSide | null
  new: RowSide | null
}

type RowSide = Pick<FoundRow, 'state' | 'reason'>

export interface HostChangeRecord extends HostChange {
  type: 'host-change'
}

export interface DiffRecord {
  type: 'diff'
  smblens: string
  schemaVersion: number
  old: SideRecord
  new: SideRecord
  policyChanged: boolean
  /** How many of each; null where findings were not compared. `regressed`: of the new ones, those that were well before. */
  findings: (Record<FindingChangeKind, number> & { regressed: number }) | null
  readiness: Record<RowChangeKind, number> | null
  hosts: Record<HostChange['change'], number>
  /** How many changes --fail-on names; null without it. */
  failures: number | null
}

interface SideRecord {
  path: string
  smblens: string | null
  captures: number
  sessions: number
  firstTime: string | null
  lastTime: string | null
  policy: Result['policy']
  rules: string[] | null
  findingsHidden: number
  incomplete: number
  inputsUnread: number
  unreadPackets: number
  warnings: number
  limits: Record<string, number>
}

export type DifferenceRecord =
  | FindingChangeRecord
  | ControlChangeRecord
  | ReadinessChangeRecord
  | HostChangeRecord
  | DiffRecord

/** The totals come last. @param failures how many changes --fail-on names; null without it */
export function* differenceRecords(difference: Difference, failures: number | null): Generator<DifferenceRecord> {
  for (const change of difference.findings ?? []) yield findingChangeRecord(change)
  for (const change of difference.readiness?.controls ?? []) yield controlChangeRecord(change)
  for (const change of difference.readiness?.rows ?? []) yield readinessChangeRecord(change)
  for (const change of difference.hosts) yield { type: 'host-change', ...change }
  yield diffRecord(difference, failures)
}

function findingChangeRecord({ change, reason, rule, title, old, new: now }: FindingChange): FindingChangeRecord {
  const { subject, user } = (now ?? old)!
  return { type: 'finding-change', change, reason, rule, title, subject, user, old: side(old), new: side(now) }
}

function side(finding: FoundFinding | null): FindingSide | null {
  if (finding === null) return null
  const { id, severity, count, lastTime } = finding
  return { id, severity, count, lastTime }
}

function controlChangeRecord({ control, title, old, new: now }: ControlChange): ControlChangeRecord {
  return { type: 'control-change', control, title, old: controlSide(old), new: controlSide(now) }
}

function controlSide(counts: ControlCounts | null): ControlSide | null {
  if (counts === null) return null
  const { ready, breaks, exempt, notObserved, observable } = counts
  return { ready, breaks, exempt, notObserved, observable }
}

function readinessChangeRecord({ change, old, new: now }: RowChange): ReadinessChangeRecord {
  const { state: _, reason: _r, ...row } = (now ?? old)!
  return { type: 'readiness-change', change, ...row, old: rowSide(old), new: rowSide(now) }
}

function rowSide(row: FoundRow | null): RowSide | null {
  return row && { state: row.state, reason: row.reason }
}

function diffRecord(difference: Difference, failures: number | null): DiffRecord {
  const { findings, readiness, hosts, policyChanged } = difference
  return {
    type: 'diff',
    smblens: VERSION,
    schemaVersion: SCHEMA_VERSION,
    old: sideRecord(difference.old),
    new: sideRecord(difference.new),
    policyChanged,
    findings: findings && { ...countChanges(FINDING_CHANGES, findings), regressed: regressed(findings) },
    readiness: readiness && countChanges(ROW_CHANGES, readiness.rows),
    hosts: countChanges(['new', 'not-seen'], hosts),
    failures,
  }
}

/** How many there are of each kind. */
export function countChanges<K extends string>(
  kinds: readonly K[],
  changes: readonly { change: K }[],
): Record<K, number> {
  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<K, number>
  for (const { change } of changes) counts[change]++
  return counts
}

/** New findings whose subject was seen before, and all was well then. */
export function regressed(findings: readonly FindingChange[]): number {
  return findings.filter(({ change, reason }) => change === 'new' && reason === null).length
}

function sideRecord({ path, smblens, scope, policy, scan, doubts }: Result): SideRecord {
  const { incomplete, inputsUnread, unreadPackets, warnings, limits } = doubts
  return {
    path,
    smblens,
    ...scope,
    policy,
    rules: scan?.rules ? [...scan.rules] : null,
    findingsHidden: scan?.findingsHidden ?? 0,
    incomplete,
    inputsUnread,
    unreadPackets,
    warnings,
    limits: Object.fromEntries(limits),
  }
}
