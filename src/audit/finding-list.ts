/** The findings of an audit, in reading order. Each is made when it is read and is not stored: a large capture has too many to keep. */
import { compareText } from '../base/compare-text.ts'
import type { Facts } from '../ledger/facts-list.ts'
import type { ExemptionCounts } from './exemption-counts.ts'
import type { Finding } from './finding.ts'
import { type Origin, worstRank } from './finding-group.ts'
import type { FindingGroups } from './finding-groups.ts'
import { findingId, findingOf, firstEvidence, originOf } from './make-finding.ts'
import { RANK, SEVERITIES, type Severity } from './rule/rule.ts'

export class FindingList implements Facts<Finding> {
  private readonly groups: FindingGroups
  private readonly rows: Uint32Array
  /** By row, where its severity stands in SEVERITIES. */
  private readonly ranks: Uint8Array

  constructor(groups: FindingGroups, rows: Uint32Array, ranks: Uint8Array) {
    this.groups = groups
    this.rows = rows
    this.ranks = ranks
  }

  get length(): number {
    return this.rows.length
  }

  /** Cases that no finding counts, because there was no more room. */
  get leftOut(): number {
    return this.groups.leftOut
  }

  /** What the exemptions of the policy hide, whatever the severity. */
  get exempted(): ExemptionCounts {
    return this.groups.exempted
  }

  at(index: number): Finding | undefined {
    const i = index < 0 ? index + this.rows.length : index
    if (i < 0 || i >= this.rows.length) return undefined
    const group = this.groups.rows.get(this.rows[i]!)
    return findingOf(this.groups.rules[group.rule]!, group)
  }

  *[Symbol.iterator](): Iterator<Finding> {
    for (let i = 0; i < this.rows.length; i++) yield this.at(i)!
  }

  /** The findings of at least this severity. */
  atLeast(severity: Severity): FindingList {
    const { groups, rows, ranks } = this
    return new FindingList(
      groups,
      rows.filter((row) => ranks[row]! <= RANK[severity]),
      ranks,
    )
  }

  countBySeverity(): Record<Severity, number> {
    const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
    for (const row of this.rows) counts[SEVERITIES[this.ranks[row]!]!]++
    return counts
  }

  toJSON(): Finding[] {
    return [...this]
  }
}

/** How many findings there are of each severity, those with none included. */
export function countBySeverity(findings: Iterable<{ severity: Severity }>): Record<Severity, number> {
  if (findings instanceof FindingList) return findings.countBySeverity()
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>
  for (const { severity } of findings) counts[severity]++
  return counts
}

/** Groups that are read between two yields. */
const PIECE = 64

/** Ordered by severity, rule, capture and first evidence. The groups must be complete. */
export function* listFindings(groups: FindingGroups): Generator<null, FindingList> {
  const rows = groups.rows.rows()
  const ranks = new Uint8Array(groups.rows.end)
  const rules = new Uint16Array(groups.rows.end)
  const captures = new Uint32Array(groups.rows.end)
  const frames = new Float64Array(groups.rows.end)
  const names = new Map<string, number>()
  let last: Origin | null = null
  let number = 0
  for (const [i, row] of rows.entries()) {
    const group = groups.rows.get(row)
    ranks[row] = worstRank(group)
    rules[row] = group.rule
    frames[row] = firstEvidence(group)
    const origin = originOf(group)
    // Mostly the name of the row before, and a name is long.
    if (last === null || origin.capture !== last.capture || origin.captureId !== last.captureId) {
      const capture = `${origin.capture}\0${origin.captureId}`
      number = names.get(capture) ?? names.size
      names.set(capture, number)
      last = origin
    }
    captures[row] = number
    if (i % PIECE === 0) yield null
  }
  const ruleOrder = order(groups.rules.map(({ id }) => id))
  const captureOrder = order([...names.keys()])
  const ids = new IdOrder(groups, rules)
  rows.sort(
    (a, b) =>
      ranks[a]! - ranks[b]! ||
      ruleOrder[rules[a]!]! - ruleOrder[rules[b]!]! ||
      captureOrder[captures[a]!]! - captureOrder[captures[b]!]! ||
      frames[a]! - frames[b]! ||
      ids.compare(a, b),
  )
  return new FindingList(groups, rows, ranks)
}

/** The position of each of these when they are sorted. No two are equal. */
function order(texts: readonly string[]): number[] {
  const places = new Map([...texts].sort(compareText).map((text, place) => [text, place]))
  return texts.map((text) => places.get(text)!)
}

/** By row, the finding's id as a number of 53 bits: made once for those that nothing else orders, however often they are compared. */
class IdOrder {
  private readonly groups: FindingGroups
  private readonly rules: Uint16Array
  private readonly known: Float64Array

  constructor(groups: FindingGroups, rules: Uint16Array) {
    this.groups = groups
    this.rules = rules
    this.known = new Float64Array(groups.rows.end).fill(UNKNOWN)
  }

  compare(a: number, b: number): number {
    return this.number(a) - this.number(b) || compareText(this.id(a), this.id(b))
  }

  private number(row: number): number {
    // The rule's name is the same in all that are compared.
    if (this.known[row] === UNKNOWN) this.known[row] = Number.parseInt(this.id(row).slice(-16, -3), 16)
    return this.known[row]!
  }

  private id(row: number): string {
    return findingId(this.groups.rules[this.rules[row]!]!, this.groups.rows.peek(row, 'id'))
  }
}

const UNKNOWN = -1
