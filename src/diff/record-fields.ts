/** The fields of one record, checked as they are read: a result may come from anywhere. */
import { ResultError } from './result.ts'

/** Code units of a text. A longer one is no name, path or address that smblens wrote. */
const LONGEST = 16_384

export class RecordFields {
  private readonly values: Readonly<Record<string, unknown>>
  private readonly path: string
  readonly line: number | null
  private readonly what: string

  /** @param line null where the lines of the file are not the records' */
  constructor(value: unknown, path: string, line: number | null, what = 'a record') {
    this.path = path
    this.line = line
    this.what = what
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.error(`${what} is no object`)
    this.values = value as Record<string, unknown>
  }

  has(name: string): boolean {
    return Object.hasOwn(this.values, name)
  }

  text(name: string): string {
    const value = this.get(name)
    if (typeof value !== 'string' || value === '' || value.length > LONGEST) throw this.wrong(name)
    return value
  }

  textOrNull(name: string): string | null {
    return this.get(name) === null || this.get(name) === undefined ? null : this.text(name)
  }

  /** An address: no blanks, so that keys can be made of it. */
  address(name: string): string {
    const value = this.text(name)
    if (!/^[0-9A-Za-z.:%]{1,64}$/.test(value)) throw this.wrong(name)
    return value
  }

  addressOrNull(name: string): string | null {
    return this.get(name) === null ? null : this.address(name)
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.get(name)
    if (!allowed.includes(value as T)) throw this.wrong(name)
    return value as T
  }

  /** A whole number from 0. */
  count(name: string): number {
    const value = this.get(name)
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw this.wrong(name)
    return value
  }

  countOrNull(name: string): number | null {
    return this.get(name) === null ? null : this.count(name)
  }

  flag(name: string): boolean {
    const value = this.get(name)
    if (typeof value !== 'boolean') throw this.wrong(name)
    return value
  }

  flagOrNull(name: string): boolean | null {
    return this.get(name) === null ? null : this.flag(name)
  }

  list(name: string): readonly unknown[] {
    const value = this.get(name)
    if (!Array.isArray(value)) throw this.wrong(name)
    return value
  }

  texts(name: string): string[] {
    const values = this.list(name)
    if (values.some((value) => typeof value !== 'string' || value.length > LONGEST)) throw this.wrong(name)
    return values as string[]
  }

  object(name: string): RecordFields {
    return new RecordFields(this.get(name), this.path, this.line, `the "${name}" of ${this.what}`)
  }

  objectOrNull(name: string): RecordFields | null {
    return this.get(name) === null ? null : this.object(name)
  }

  /** The names in it whose values are numbers. */
  counts(): [string, number][] {
    return Object.keys(this.values).map((name) => [name, this.count(name)])
  }

  error(problem: string): ResultError {
    return new ResultError(this.path, this.line, problem)
  }

  private get(name: string): unknown {
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined
  }

  private wrong(name: string): ResultError {
    if (!this.has(name)) return this.error(`${this.what} has no "${name}": an older or a damaged result? Make it again`)
    return this.error(`the "${name}" of ${this.what} is not as smblens writes it`)
  }
}
