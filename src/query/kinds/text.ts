/** Text: a part of the value, or the whole value with wildcards. Case matters where upper case is typed. */
import type { Value } from '../language/parse.ts'
import type { Compiled, Test } from './compiled.ts'

/** A value of a text field; a leading `=` stands for the whole value. */
export function compileText(value: Value): Compiled<string> {
  const whole = !value.quoted && value.text.startsWith('=')
  const text = whole ? value.text.slice(1) : value.text
  if (text === '') return null
  if (!value.quoted && text.includes('*')) return { test: wildcards(text) }
  return { test: whole ? equals(text) : contains(text) }
}

function contains(text: string): Test<string> {
  if (isCased(text)) return (value) => value.includes(text)
  // Only literals, so that there is no backtracking. This is faster than folding the case of each value, and allocates nothing.
  const literal = new RegExp(text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'i')
  return (value) => literal.test(value)
}

function equals(text: string): Test<string> {
  if (isCased(text)) return (value) => value === text
  return (value) => value.length === text.length && matchesAt(value, 0, text, false)
}

/** Each `*` stands for any characters or none. The leftmost match of each piece is always right, so that there is no backtracking. */
export function wildcards(pattern: string): Test<string> {
  const cased = isCased(pattern)
  const [head = '', ...pieces] = pattern.split('*')
  const tail = pieces.pop() ?? ''
  const inner = pieces.filter((piece) => piece !== '')
  return (value) => {
    const end = value.length - tail.length
    if (end < head.length || !matchesAt(value, 0, head, cased) || !matchesAt(value, end, tail, cased)) return false
    let at = head.length
    for (const piece of inner) {
      while (at + piece.length <= end && !matchesAt(value, at, piece, cased)) at++
      if (at + piece.length > end) return false
      at += piece.length
    }
    return true
  }
}

/** Does `value` continue with `piece` at `at`? The caller has checked the length. */
function matchesAt(value: string, at: number, piece: string, cased: boolean): boolean {
  for (let i = 0; i < piece.length; i++) {
    const a = value.charCodeAt(at + i)
    const b = piece.charCodeAt(i)
    if (a !== b && (cased || fold(a) !== fold(b))) return false
  }
  return true
}

/** One code unit for both cases of a letter, as in a regular expression with the flag `i`. */
function fold(code: number): number {
  if (code < 0x80) return code >= 0x61 && code <= 0x7a ? code - 0x20 : code
  const upper = String.fromCharCode(code).toUpperCase()
  return upper.length === 1 && upper.charCodeAt(0) >= 0x80 ? upper.charCodeAt(0) : code
}

function isCased(text: string): boolean {
  return text !== text.toLowerCase()
}
