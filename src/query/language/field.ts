/** The fields that a view can be filtered by. The kind of a field says how its values are written and compared. */
import type { Severity } from '../../audit/rule/rule.ts'

interface Named<Row> {
  /** What is typed before the colon, in lower-case letters. */
  key: string
  aliases?: readonly string[]
  /** A few words, for completions and the documentation. */
  help: string
  /** False if free text does not search it: another field has the same text, or no column shows it. */
  shown?: false
  /**
   * A longer form of the value that tables show, such as DOMAIN\user. It is made for each row, and so only for typed values that contain `mark`.
   */
  long?: { mark: string; get(row: Row): string | null }
}

/** Null if it is unknown or absent; so is an empty list. */
type Texts = string | null | readonly string[]

export interface TextField<Row> extends Named<Row> {
  kind: 'text'
  /** Suggested independently of the rows. */
  values?: readonly string[]
  get(row: Row): Texts
}

export interface ChoiceField<Row> extends Named<Row> {
  kind: 'choice'
  /** All values, in the order of completions. */
  values: readonly string[]
  get(row: Row): Texts
}

/** As reports name them: "3.1.1", "NT LM 0.12". */
export interface DialectField<Row> extends Named<Row> {
  kind: 'dialect'
  get(row: Row): Texts
}

export interface SeverityField<Row> extends Named<Row> {
  kind: 'severity'
  get(row: Row): Severity | null
}

/** Times are microseconds since 1970 UTC. */
export interface NumberField<Row> extends Named<Row> {
  kind: 'number' | 'time'
  get(row: Row): number | null
}

export interface FlagField<Row> extends Named<Row> {
  kind: 'flag'
  get(row: Row): boolean | null
}

/** One end of a connection, or both. */
export interface AddressField<Row> extends Named<Row> {
  kind: 'address'
  ends: readonly AddressEnd<Row>[]
}

export interface AddressEnd<Row> {
  ip(row: Row): string | null
  port?(row: Row): number | null
}

export type QueryField<Row> =
  | TextField<Row>
  | ChoiceField<Row>
  | DialectField<Row>
  | SeverityField<Row>
  | NumberField<Row>
  | FlagField<Row>
  | AddressField<Row>

/** By key and alias. */
export function fieldsByKey<Row>(fields: readonly QueryField<Row>[]): ReadonlyMap<string, QueryField<Row>> {
  return new Map(fields.flatMap((field) => [field.key, ...(field.aliases ?? [])].map((key) => [key, field] as const)))
}
