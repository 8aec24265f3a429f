/** Ledgers of several captures, workers or machines combined into one: in any order, any number of times, with the same result. */
import { type Facts, FactsView, type Rows } from './facts.ts'
import { hashText } from './hash.ts'
import type { CaptureFacts, ConnectionFacts, Ledger, SessionFacts } from './ledger.ts'

/**
 * What has the same id (captures: the same path) is kept once. Where two of one id differ, because one reader saw more than another, the one
 * that reaches further is kept. What was packed stays packed, where it is.
 */
export function mergeLedgers(...ledgers: Ledger[]): Ledger {
  return {
    captures: mergeCaptures(ledgers).sort((a, b) => compareText(a.path, b.path)),
    connections: union<ConnectionFacts>(ledgers.map((l) => l.connections)),
    sessions: union<SessionFacts>(ledgers.map((l) => l.sessions)),
  }
}

function mergeCaptures(ledgers: readonly Ledger[]): CaptureFacts[] {
  const kept = new Map<string, CaptureFacts>()
  for (const { captures } of ledgers) {
    for (const capture of captures) {
      const other = kept.get(capture.path)
      if (other === undefined || reachesFurther(capture, other, capture.packets - other.packets)) {
        kept.set(capture.path, capture)
      }
    }
  }
  return [...kept.values()]
}

type Item = { id: string; capture: string; firstFrame: number; lastFrame: number }

function union<T extends Item>(parts: readonly Facts<T>[]): FactsView<T> {
  const all = joined(parts)
  const kept = withoutRepeats(all)
  const captures = new Map<string, number>()
  const captureOf = new Uint32Array(all.length)
  const frameOf = new Float64Array(all.length)
  for (const i of kept) {
    const capture = all.peek(i, 'capture')
    if (!captures.has(capture)) captures.set(capture, captures.size)
    captureOf[i] = captures.get(capture)!
    frameOf[i] = all.peek(i, 'firstFrame')
  }
  const ranks = new Uint32Array(captures.size)
  for (const [rank, name] of [...captures.keys()].sort(compareText).entries()) ranks[captures.get(name)!] = rank
  kept.sort(
    (a, b) =>
      ranks[captureOf[a]!]! - ranks[captureOf[b]!]! ||
      frameOf[a]! - frameOf[b]! ||
      compareText(all.peek(a, 'id'), all.peek(b, 'id')),
  )
  return all.select(kept)
}

/** One behind the other. */
function joined<T extends Item>(parts: readonly Facts<T>[]): FactsView<T> {
  const lists: Rows<T>[] = []
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const rows = new Uint32Array(length)
  const listOf = new Uint32Array(length)
  let at = 0
  for (const part of parts) {
    if (part instanceof FactsView) {
      const view = part as FactsView<T>
      const first = lists.length
      lists.push(...view.lists)
      for (let i = 0; i < view.length; i++) {
        rows[at] = view.rows[i]!
        listOf[at++] = first + (view.listOf?.[i] ?? 0)
      }
    } else {
      for (let i = 0; i < part.length; i++) {
        rows[at] = i
        listOf[at++] = lists.length
      }
      lists.push(Array.isArray(part) ? part : [...part])
    }
  }
  return new FactsView(lists, rows, lists.length > 1 ? listOf : null)
}

/** The places to keep. Ids are compared where their hashes are alike. */
function withoutRepeats<T extends Item>(all: FactsView<T>): Uint32Array {
  const byHash = new Map<number, number | number[]>()
  let count = 0
  const places = new Uint32Array(all.length)
  for (let i = 0; i < all.length; i++) {
    const id = all.peek(i, 'id')
    const hash = hashText(id)
    const there = byHash.get(hash)
    if (there === undefined) {
      byHash.set(hash, count)
      places[count++] = i
      continue
    }
    const candidates = typeof there === 'number' ? [there] : there
    const same = candidates.find((place) => all.peek(places[place]!, 'id') === id)
    if (same === undefined) {
      byHash.set(hash, [...candidates, count])
      places[count++] = i
    } else {
      const a = all.at(i)!
      const b = all.at(places[same]!)!
      if (reachesFurther(a, b, a.lastFrame - b.lastFrame)) places[same] = i
    }
  }
  return places.slice(0, count)
}

/** A total order on contents, so that the choice does not depend on who came first. */
function reachesFurther<T>(a: T, b: T, difference: number): boolean {
  return difference !== 0 ? difference > 0 : a !== b && JSON.stringify(a) > JSON.stringify(b)
}

/** By code units: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
