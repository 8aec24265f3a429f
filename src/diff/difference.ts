/** Two results -> what is different. */
import { RANK, type Severity } from '../audit/rule/rule.ts'
import { compareText } from '../base/compare-text.ts'
import { type AbsenceReason, absenceReason, type ScanSide } from './absence.ts'
import {
  type ControlCounts,
  type FoundFinding,
  type FoundRow,
  NothingToCompare,
  type ReadinessResult,
  type Result,
} from './result.ts'

export const FINDING_CHANGES = ['new', 'worse', 'not-seen', 'fixed', 'better', 'unchanged'] as const
/** not-seen: gone, and nothing shows that it was fixed. */
export type FindingChangeKind = (typeof FINDING_CHANGES)[number]

export interface FindingChange {
  change: FindingChangeKind
  rule: string
  title: string
  old: FoundFinding | null
  new: FoundFinding | null
  /**
   * Of a finding that only one result has: why its absence in the other proves nothing. Null where all was well there, so that it is fixed, or where
   * both have it.
   */
  reason: AbsenceReason | null
}

export const ROW_CHANGES = ['new', 'not-seen', 'exempt', 'fixed', 'unchanged'] as const
/** Of rows that break in one of the results: new: only now; fixed: ready now; exempt: the policy accepts it now; not-seen: not observed now. */
export type RowChangeKind = (typeof ROW_CHANGES)[number]

export interface RowChange {
  change: RowChangeKind
  old: FoundRow | null
  new: FoundRow | null
}

export interface ControlChange {
  control: string
  title: string
  old: ControlCounts | null
  new: ControlCounts | null
}

export interface HostChange {
  /** not-seen: seen then and not now. */
  change: 'new' | 'not-seen'
  ip: string
  names: string[]
}

export interface Difference {
  old: Result
  new: Result
  /** Null where not both are results of `scan`. Ordered by change, severity, rule and subject. */
  findings: FindingChange[] | null
  /** Null where not both are results of `readiness`. */
  readiness: { controls: ControlChange[]; rows: RowChange[] } | null
  hosts: HostChange[]
  policyChanged: boolean
}

/** @throws NothingToCompare */
export function differenceOf(old: Result, now: Result): Difference {
  const findings = isScan(old) && isScan(now) ? findingChanges(old, now) : null
  const readiness =
    old.readiness !== null && now.readiness !== null ? readinessChanges(old.readiness, now.readiness) : null
  if (findings === null && readiness === null) {
    throw new NothingToCompare(
      'one is a result of smblens scan, the other one of smblens readiness: compare two results of the same command',
    )
  }
  return {
    old,
    new: now,
    findings,
    readiness,
    hosts: hostChanges(old, now),
    policyChanged: old.policy?.hash !== now.policy?.hash,
  }
}

function isScan(result: Result): result is ScanSide {
  return result.scan !== null
}

function findingChanges(old: ScanSide, now: ScanSide): FindingChange[] {
  const changes: FindingChange[] = []
  const add = (before: FoundFinding | null, after: FoundFinding | null) => {
    const { rule } = (after ?? before)!
    const title = now.scan.titles.get(rule) ?? old.scan.titles.get(rule) ?? rule
    changes.push({ ...judged(before, after, old, now), rule, title, old: before, new: after })
  }
  for (const [id, before] of old.scan.findings) add(before, now.scan.findings.get(id) ?? null)
  for (const [id, after] of now.scan.findings) if (!old.scan.findings.has(id)) add(null, after)
  return sorted(changes)
}

function judged(
  before: FoundFinding | null,
  after: FoundFinding | null,
  old: ScanSide,
  now: ScanSide,
): Pick<FindingChange, 'change' | 'reason'> {
  if (before === null) return { change: 'new', reason: absenceReason(after!, old, now) }
  if (after === null) {
    const reason = absenceReason(before, now, old)
    return { change: reason === null ? 'fixed' : 'not-seen', reason }
  }
  const step = RANK[after.severity] - RANK[before.severity]
  return { change: step < 0 ? 'worse' : step > 0 ? 'better' : 'unchanged', reason: null }
}

/** The severity that counts: what it is now, or what it was. */
export function severityOf({ old, new: now }: FindingChange): Severity {
  return (now ?? old)!.severity
}

function sorted(changes: FindingChange[]): FindingChange[] {
  const order = (change: FindingChange) => FINDING_CHANGES.indexOf(change.change)
  const subject = (change: FindingChange) => {
    const { client, server, port, domain, user } = (change.new ?? change.old)!.subject
    return `${client} ${server} ${port} ${domain} ${user}`
  }
  return changes.sort(
    (a, b) =>
      order(a) - order(b) ||
      RANK[severityOf(a)] - RANK[severityOf(b)] ||
      compareText(a.rule, b.rule) ||
      compareText(subject(a), subject(b)),
  )
}

function readinessChanges(old: ReadinessResult, now: ReadinessResult): NonNullable<Difference['readiness']> {
  const ids = [...new Set([...old.controls.keys(), ...now.controls.keys()])]
  const controls = ids.map((control) => {
    const [before, after] = [old.controls.get(control) ?? null, now.controls.get(control) ?? null]
    return { control, title: (after ?? before)!.title, old: before, new: after }
  })
  const rows: RowChange[] = []
  for (const [id, before] of old.rows) {
    const after = now.rows.get(id) ?? null
    const change = rowChange(before, after)
    if (change !== null) rows.push({ change, old: before, new: after })
  }
  for (const [id, after] of now.rows) {
    if (!old.rows.has(id) && after.state === 'breaks') rows.push({ change: 'new', old: null, new: after })
  }
  const order = (row: RowChange) => ROW_CHANGES.indexOf(row.change)
  const place = (row: RowChange) => ids.indexOf((row.new ?? row.old)!.control)
  const id = (row: RowChange) => (row.new ?? row.old)!.id
  rows.sort((a, b) => order(a) - order(b) || place(a) - place(b) || compareText(id(a), id(b)))
  return { controls, rows }
}

/** Null where it breaks in neither. */
function rowChange(before: FoundRow, after: FoundRow | null): RowChangeKind | null {
  if (before.state !== 'breaks') return after?.state === 'breaks' ? 'new' : null
  switch (after?.state) {
    case 'breaks':
      return 'unchanged'
    case 'ready':
      return 'fixed'
    case 'exempt':
      return 'exempt'
    default:
      return 'not-seen'
  }
}

function hostChanges(old: Result, now: Result): HostChange[] {
  const changes: HostChange[] = []
  for (const [ip, names] of now.hosts) if (!old.hosts.has(ip)) changes.push({ change: 'new', ip, names })
  for (const [ip, names] of old.hosts) if (!now.hosts.has(ip)) changes.push({ change: 'not-seen', ip, names })
  return changes
}
