/**
 * The tables of a ledger, each described once: a table holds facts of one kind. All work on a whole ledger goes over this list (merging, packing, ledgers
 * of a capture that is still being read, retirement, totals), so a new kind of facts needs its type in `Tables` and its entry in TABLES.
 */
import type { ConnectionFacts, SessionFacts } from './smb-facts.ts'
import { connectionText, sessionText } from './text-size.ts'

/** What every entry of every table has. */
export interface TableEntry {
  /** Unique among the entries of its table and capture. */
  id: string
  capture: string
  /** See CaptureFacts; empty while the capture is being read. */
  captureId: string
  firstFrame: number
  /** Of two readings of one entry, the one with the higher number holds. */
  lastFrame: number
}

/** The kind of facts in each table. */
export interface Tables {
  connections: ConnectionFacts
  sessions: SessionFacts
}

export type TableName = keyof Tables

/** Fields that add up over the entries of a table, such as bytes. */
export type SumName = 'gaps' | 'missedBytes'

export interface Table<T> {
  /** About how many characters an entry holds beyond those that every entry has: what a sender can make long. Limits on memory use it. */
  readonly textSize: (facts: T) => number
  /** May a sender make two entries with one id in one capture? The later ones get a mark then. */
  readonly idsRepeat: boolean
  /**
   * The field with the ids of the connections that carried the entry: it retires with the last of them. Null if none did: its entries retire by
   * age, as those of `connections`.
   */
  readonly carriers: KeyOf<T, string[]> | null
  /** Their sums are part of the totals, beside the number of entries. */
  readonly sums: readonly (KeyOf<T, number> & SumName)[]
}

/** Names of the fields of T with values of this type. */
type KeyOf<T, Value> = { [K in keyof T & string]: T[K] extends Value ? K : never }[keyof T & string]

export const TABLES: { readonly [N in TableName]: Table<Tables[N]> } = {
  connections: { textSize: connectionText, idsRepeat: false, carriers: null, sums: ['gaps', 'missedBytes'] },
  sessions: { textSize: sessionText, idsRepeat: true, carriers: 'connections', sums: [] },
}

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[]

/** Something for each table, by its name. */
export function forEachTable<R extends { [N in TableName]: unknown }>(make: <N extends TableName>(name: N) => R[N]): R {
  const made: Partial<R> = {}
  for (const name of TABLE_NAMES) made[name] = make(name)
  return made as R
}

/** Facts by table, as arrays. */
export type FactLists = { [N in TableName]: Tables[N][] }

export function emptyFactLists(): FactLists {
  return forEachTable<FactLists>(<N extends TableName>() => [] as FactLists[N])
}
