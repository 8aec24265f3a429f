/** Ledgers of several captures, workers or machines combined into one: in any order, any number of times, with the same result. */

import { compareText } from '../../base/compare-text.ts'
import { runToEnd } from '../../base/steps.ts'
import { total } from '../../base/total.ts'
import type { CaptureFacts } from '../capture-facts.ts'
import { type FactRows, type Facts, FactsView } from '../facts-list.ts'
import { IdIndex } from '../id-index.ts'
import type { FactViews, Ledger } from '../ledger.ts'
import { TABLE_NAMES, type TableEntry, type TableName, type Tables } from '../tables.ts'

/**
 * What has the same id in the same capture (captures: the same path and identity) is kept once. If two of one id differ, because one reader saw
 * more than another, the one that reaches further is kept. What was packed stays packed, where it is.
 *
 * @param ledgers each, or lists of them: of thousands of captures pass one list, since there is no room on the stack for as many arguments
 */
export function mergeLedgers(...ledgers: readonly (Ledger | Iterable<Ledger>)[]): Ledger {
  return runToEnd(mergeSteps(ledgers.flatMap((one) => ('captures' in one ? [one] : [...one]))))
}

/** The same in pieces, with a rest after each. The ledgers must not change until the end. */
export function* mergeSteps(ledgers: readonly Ledger[]): Generator<null, Ledger> {
  const captures = mergeCaptures(ledgers)
  yield null
  const merged: Partial<FactViews> = {}
  for (const name of TABLE_NAMES) yield* mergeTable(name, ledgers, merged)
  return { captures, ...(merged as FactViews) }
}

function* mergeTable<N extends TableName>(
  name: N,
  ledgers: readonly Ledger[],
  merged: Partial<FactViews>,
): Generator<null, void> {
  const parts = ledgers.map((ledger) => ledger[name] as Facts<Tables[N]>)
  merged[name] = (yield* union<Tables[N]>(parts)) as FactViews[N]
}

function mergeCaptures(ledgers: readonly Ledger[]): CaptureFacts[] {
  const kept = new Map<string, CaptureFacts>()
  for (const { captures } of ledgers) {
    for (const capture of captures) {
      const key = `${capture.captureId} ${capture.path}`
      const other = kept.get(key)
      if (other === undefined || reachesFurther(capture, other, capture.packets - other.packets)) kept.set(key, capture)
    }
  }
  return [...kept.values()].sort((a, b) => compareText(a.path, b.path) || compareText(a.captureId, b.captureId))
}

/** Entries processed between two rests. */
const PIECE = 128

function* union<T extends TableEntry>(parts: readonly Facts<T>[]): Generator<null, FactsView<T>> {
  const all = joined(parts)
  yield null
  const kept = yield* withoutRepeats(all)
  const captures = new Map<string, number>()
  const captureOf = new Uint32Array(all.length)
  const frameOf = new Float64Array(all.length)
  for (const [n, i] of kept.entries()) {
    const capture = captureKey(all, i)
    if (!captures.has(capture)) captures.set(capture, captures.size)
    captureOf[i] = captures.get(capture)!
    frameOf[i] = all.peek(i, 'firstFrame')
    if (n % PIECE === 0) yield null
  }
  const ranks = new Uint32Array(captures.size)
  for (const [rank, name] of [...captures.keys()].sort(compareText).entries()) ranks[captures.get(name)!] = rank
  yield null
  const order = (a: number, b: number) =>
    ranks[captureOf[a]!]! - ranks[captureOf[b]!]! ||
    frameOf[a]! - frameOf[b]! ||
    compareText(all.peek(a, 'id'), all.peek(b, 'id'))
  // What is in order is not sorted: the usual case if captures are read one after another.
  if (!isSorted(kept, order)) kept.sort(order)
  yield null
  return all.select(kept)
}

/** Path and identity. No path contains the character between them. */
function captureKey<T extends TableEntry>(all: FactsView<T>, i: number): string {
  return `${all.peek(i, 'capture')}\0${all.peek(i, 'captureId')}`
}

function isSorted(places: Uint32Array, order: (a: number, b: number) => number): boolean {
  for (let i = 1; i < places.length; i++) if (order(places[i - 1]!, places[i]!) > 0) return false
  return true
}

/** All parts, one after the other. */
function joined<T extends TableEntry>(parts: readonly Facts<T>[]): FactsView<T> {
  const lists: FactRows<T>[] = []
  const length = total(parts, (part) => part.length)
  const rows = new Uint32Array(length)
  const listOf = new Uint32Array(length)
  let at = 0
  for (const part of parts) {
    const first = lists.length
    if (part instanceof FactsView) {
      const view = part as FactsView<T>
      for (const list of view.lists) lists.push(list)
      for (let i = 0; i < view.length; i++) {
        rows[at] = view.rows[i]!
        listOf[at++] = first + (view.listOf?.[i] ?? 0)
      }
    } else {
      for (let i = 0; i < part.length; i++) {
        rows[at] = i
        listOf[at++] = first
      }
      lists.push(Array.isArray(part) ? part : [...part])
    }
  }
  return new FactsView(lists, rows, lists.length > 1 ? listOf : null)
}

/** The indexes to keep. */
function* withoutRepeats<T extends TableEntry>(all: FactsView<T>): Generator<null, Uint32Array> {
  const index = new IdIndex(all)
  /** By the first index of an id: the index that is kept. */
  const places = new Uint32Array(all.length)
  const isFirst = new Uint8Array(all.length)
  for (let i = 0; i < all.length; i++) {
    if (i % PIECE === 0) yield null
    if (index.add(i)) {
      places[i] = i
      isFirst[i] = 1
      continue
    }
    const first = index.find(all.peek(i, 'id'), all.peek(i, 'captureId'))
    const a = all.at(i)!
    const b = all.at(places[first]!)!
    if (reachesFurther(a, b, a.lastFrame - b.lastFrame)) places[first] = i
  }
  return places.filter((_, i) => isFirst[i] === 1)
}

/** A total order on contents, so that the choice does not depend on which came first. */
function reachesFurther<T>(a: T, b: T, difference: number): boolean {
  return difference !== 0 ? difference > 0 : a !== b && JSON.stringify(a) > JSON.stringify(b)
}
