/**
 * What rules reported, one group for each future finding. A large capture has as many groups as sessions, and each may grow until the last session was
 * judged, so groups that have not grown for a while are packed.
 */
import { hashText } from '../base/seeded-hash.ts'
import { PackedFacts } from '../ledger/packing/packed-facts.ts'
import { Packer } from '../ledger/packing/packer.ts'
import { DEFAULT_LIMITS } from '../track/core/limits.ts'
import { ExemptionCounts } from './exemption-counts.ts'
import { addCase, type FindingGroup, groupName, groupText, mergeGroup, newGroup, worstRank } from './finding-group.ts'
import { GroupIndex } from './group-index.ts'
import { type Draft, RANK, type Rule, SEVERITIES } from './rule/rule.ts'

/** How many groups are dropped at once if there is no more room. */
const DROPPED_SHARE = 1 / 4

export class FindingGroups {
  readonly rules: readonly Rule[]
  /** Bytes that packed groups may take. */
  private readonly limit: number
  /** Groups that were dropped, and cases for which no group was begun. When there is no more room, the least severe are left out. */
  leftOut = 0
  /** Cases that are exempt are in no group. */
  readonly exempted = new ExemptionCounts()
  /** No more groups are begun with this tag or a higher one, which is less severe. */
  private closedFrom = Number.POSITIVE_INFINITY
  readonly rows = new PackedFacts<FindingGroup>(new Packer(), groupText)
  private readonly index = new GroupIndex(this.rows)

  constructor(rules: readonly Rule[], limit = DEFAULT_LIMITS.findingBytes) {
    this.rules = rules
    this.limit = limit
  }

  /** Counts a case that a rule reported. @param rule its index in `rules` */
  add(rule: number, draft: Draft): void {
    const subject = draft.subject ?? this.rules[rule]!.subject
    const name = groupName(rule, subject, draft)
    const hash = hashText(name)
    const slot = this.index.slotOf(name, hash)
    const row = this.index.rowAt(slot)
    if (row >= 0) this.change(row, slot, hash, (group) => addCase(group, draft))
    else if (RANK[draft.severity] + 1 >= this.closedFrom) this.leftOut++
    else this.put(slot, newGroup(name, rule, subject, draft), hash)
  }

  private put(slot: number, group: FindingGroup, hash: number): void {
    this.index.put(slot, this.rows.append(group, hash, tagOf(group)))
    if (this.rows.bytes > this.limit) this.makeRoom()
    else this.index.grow()
  }

  /** Drops the least severe groups, the newest first. */
  private makeRoom(): void {
    const { rows } = this
    const all = rows.rows()
    let excess = Math.ceil(all.length * DROPPED_SHARE)
    this.leftOut += excess
    for (let tag = SEVERITIES.length; excess > 0; tag--) {
      this.closedFrom = tag
      for (let i = all.length - 1; i >= 0 && excess > 0; i--) {
        if (rows.tag(all[i]!) !== tag) continue
        rows.forget(all[i]!)
        excess--
      }
    }
    rows.compact()
    this.index.refresh()
  }

  private change(row: number, slot: number, hash: number, how: (group: FindingGroup) => void): void {
    const group = this.rows.get(row)
    how(group)
    if (this.rows.isPlain(row)) {
      this.rows.setTag(row, tagOf(group))
      return
    }
    this.rows.remove(row)
    this.index.put(slot, this.rows.append(group, hash, tagOf(group)))
    this.rows.compact()
    this.index.refresh()
  }

  /** The group of this name; null if there is none. */
  find(name: string): FindingGroup | null {
    const row = this.index.rowAt(this.index.slotOf(name))
    return row < 0 ? null : this.rows.get(row)
  }

  /** Adds a group that was counted for the same rules; none of its cases may be in these groups. */
  merge(other: FindingGroup): void {
    const hash = hashText(other.id)
    const slot = this.index.slotOf(other.id, hash)
    const row = this.index.rowAt(slot)
    if (row >= 0) this.change(row, slot, hash, (group) => mergeGroup(group, other))
    else if (tagOf(other) >= this.closedFrom) this.leftOut++
    else this.put(slot, structuredClone(other), hash)
  }
}

/** The tag of a group's row: the severity of its worst case, from 1. */
function tagOf(group: FindingGroup): number {
  return worstRank(group) + 1
}
