/** The findings about one thing (a host, a session, a connection): how many there are, and the worst severity among them. */
import { atLeast, type Severity } from '../audit/rule/rule.ts'

export interface FindingTally {
  worst: Severity
  findings: number
}

export function addFinding(tallies: Map<string, FindingTally>, id: string, severity: Severity): void {
  const tally = tallies.get(id)
  if (tally === undefined) {
    tallies.set(id, { worst: severity, findings: 1 })
    return
  }
  tally.findings++
  if (!atLeast(tally.worst, severity)) tally.worst = severity
}

/** Both added up: undefined if neither has a finding. */
export function sumOf(a: FindingTally | undefined, b: FindingTally | undefined): FindingTally | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return { worst: atLeast(a.worst, b.worst) ? a.worst : b.worst, findings: a.findings + b.findings }
}
