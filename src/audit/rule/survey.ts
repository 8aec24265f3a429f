/** What a rule must have seen of the whole ledger before it can judge one part of it. */
import { dropOldest } from '../../base/drop-oldest.ts'
import type { AuditFacts } from './audit-facts.ts'

/** Each rule has its own `S`, which only its `evaluate` receives. */
export interface Survey<S> {
  /** Nothing has been seen yet. */
  start(): S
  /** Called with every part of the ledger before `evaluate` is called with the first one. */
  note(facts: AuditFacts, known: S): void
  /** Called before each further ledger of a live capture, so that `S` does not grow as long as the capture lasts. */
  bound(known: S): void
}

/** Hosts, or pairs of hosts, that a survey remembers from one ledger of a live capture to the next. */
export const MAX_REMEMBERED = 65_536

/** Notes `key` as the newest. */
export function remember<V>(known: Map<string, V>, key: string, value: V): void {
  known.delete(key)
  known.set(key, value)
}

/** Forgets what was not noted for the longest time, once there is more than `MAX_REMEMBERED`. */
export function forgetOldest(known: Map<string, unknown>): void {
  dropOldest(known, MAX_REMEMBERED)
}
