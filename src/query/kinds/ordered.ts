/** Comparisons and ranges of ordered values. An abbreviated value stands for all values that start with it: a day, a minute, "3". */
import type { Compiled } from './compiled.ts'

/** Both ends are included. */
export interface Interval {
  low: number
  high: number
}

/** One operand; null if it is still being typed. */
export type ReadOperand = (text: string) => Interval | { fault: string } | null

const OPERATOR = /^(?:<=|>=|<|>|=)/

/** The comparison sign before a value, or "". */
export function comparison(text: string): string {
  return OPERATOR.exec(text)?.[0] ?? ''
}

/** @param circular a range whose upper end is before its lower end wraps around, as times of day do at midnight */
export function compileOrdered(text: string, read: ReadOperand, circular = false): Compiled<number> {
  const operator = comparison(text)
  const dots = operator === '' ? text.indexOf('..') : -1
  if (dots >= 0) return compileRange(text.slice(0, dots), text.slice(dots + 2), read, circular)
  const operand = text.slice(operator.length)
  if (operand === '') return null
  const interval = read(operand)
  if (interval === null || 'fault' in interval) return interval
  const { low, high } = interval
  switch (operator) {
    case '<':
      return { test: (value) => value < low }
    case '<=':
      return { test: (value) => value <= high }
    case '>':
      return { test: (value) => value > high }
    case '>=':
      return { test: (value) => value >= low }
    default:
      return { test: (value) => value >= low && value <= high }
  }
}

function compileRange(from: string, to: string, read: ReadOperand, circular: boolean): Compiled<number> {
  if (from === '' && to === '') return null
  const first = from === '' ? { low: Number.NEGATIVE_INFINITY } : read(from)
  if (first === null || 'fault' in first) return first
  const last = to === '' ? { high: Number.POSITIVE_INFINITY } : read(to)
  if (last === null || 'fault' in last) return last
  const { low } = first
  const { high } = last
  if (low <= high) return { test: (value) => value >= low && value <= high }
  if (circular) return { test: (value) => value >= low || value <= high }
  // The second number may be incomplete.
  return { fault: `the range ends before it begins: write ${to}..${from}` }
}

/** Decimal, or hexadecimal with 0x. */
export function readNumber(text: string): Interval | { fault: string } | null {
  if (/^0[xX]$/.test(text)) return null
  if (!/^(?:\d{1,15}|0[xX][0-9a-fA-F]{1,12})$/.test(text)) return { fault: `"${text}" is not a number` }
  const value = Number(text)
  return { low: value, high: value }
}
