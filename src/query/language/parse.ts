/**
 * The grammar of filters. Any text can be parsed: an open quote or parenthesis ends with the text, and an operator without its term is ignored.
 *
 *     filter = { or }            or   = not { "OR" not }          not = { "-" | "!" | "NOT" } ( "(" filter ")" | term )
 *     term   = [ key ":" ] value { "," value }                    value = "..." | characters up to a blank
 *
 * OR binds tighter than the blank, so that another term can only narrow the filter. "AND" may be written for the blank. In quotes, `""` is a quote.
 */

export interface Range {
  start: number
  end: number
}

export interface Value extends Range {
  /** Without its quotes. */
  text: string
  quoted: boolean
}

export interface Term extends Range {
  type: 'term'
  /** As it was typed; null for free text, which has one value. */
  key: (Range & { name: string }) | null
  /** An empty value is still being typed. */
  values: Value[]
}

export interface Group {
  type: 'and' | 'or'
  nodes: Node[]
}

export type Node = Term | Group | { type: 'not'; node: Node | null }

export interface Parsed {
  root: Group
  /** In the order of the text. */
  terms: Term[]
  /** Signs, words and parentheses between terms, and the colons and commas within them. */
  operators: Range[]
  /** The index of the first character that was not read, because the filter is too deep or too long; else -1. */
  unread: number
}

/** Longer text was pasted by mistake. */
export const MAX_LENGTH = 2000
export const MAX_DEPTH = 32

/** @param isKey whether this is a key, in lower case: other words before a colon may be a drive, an address or a URL */
export function parse(text: string, isKey: (name: string) => boolean): Parsed {
  const end = Math.min(text.length, MAX_LENGTH)
  const parsed: Parsed = {
    root: { type: 'and', nodes: [] },
    terms: [],
    operators: [],
    unread: text.length > end ? end : -1,
  }
  const reader: Reader = { text, at: 0, end, depth: 0, isKey, parsed }
  parsed.root = readFilter(reader)
  return parsed
}

interface Reader {
  readonly text: string
  at: number
  end: number
  depth: number
  readonly isKey: (name: string) => boolean
  readonly parsed: Parsed
}

function readFilter(r: Reader): Group {
  const nodes: Node[] = []
  let joins = false
  for (;;) {
    skipBlanks(r)
    if (r.at >= r.end || (r.depth > 0 && r.text[r.at] === ')')) return { type: 'and', nodes }
    if (takeWord(r, 'AND')) continue
    if (takeWord(r, 'OR')) {
      joins = true
      continue
    }
    const node = readNot(r)
    const last = nodes.at(-1)
    if (!joins || last === undefined) nodes.push(node)
    else if (last.type === 'or') last.nodes.push(node)
    else nodes[nodes.length - 1] = { type: 'or', nodes: [last, node] }
    joins = false
  }
}

function readNot(r: Reader): Node {
  let negated = false
  for (;;) {
    const sign = r.text[r.at]
    if (r.at < r.end && (sign === '-' || sign === '!')) take(r, 1)
    else if (takeWord(r, 'NOT')) skipBlanks(r)
    else break
    negated = !negated
  }
  const node = readOperand(r)
  if (negated) return { type: 'not', node }
  return node ?? { type: 'and', nodes: [] }
}

function readOperand(r: Reader): Node | null {
  if (r.at >= r.end || isBlank(r.text, r.at)) return null
  if (r.text[r.at] === ')' && r.depth > 0) return null
  if (r.text[r.at] !== '(') return readTerm(r)
  if (r.depth === MAX_DEPTH) {
    r.parsed.unread = r.at
    r.end = r.at
    return null
  }
  take(r, 1)
  r.depth++
  const group = readFilter(r)
  r.depth--
  if (r.at < r.end) take(r, 1)
  return group
}

function readTerm(r: Reader): Term {
  const term: Term = { type: 'term', key: null, values: [], start: r.at, end: r.at }
  r.parsed.terms.push(term)
  const colon = r.text[r.at] === '"' ? -1 : keyEnd(r)
  if (colon < 0) {
    term.values.push(readValue(r, false))
  } else {
    term.key = { start: r.at, end: colon, name: r.text.slice(r.at, colon).toLowerCase() }
    r.at = colon
    do {
      take(r, 1)
      term.values.push(readValue(r, true))
    } while (r.at < r.end && r.text[r.at] === ',')
  }
  term.end = r.at
  return term
}

function readValue(r: Reader, inList: boolean): Value {
  const start = r.at
  if (r.at < r.end && r.text[r.at] === '"') return { text: readQuoted(r), quoted: true, start, end: r.at }
  // A name may contain parentheses.
  let open = 0
  for (; r.at < r.end && !isBlank(r.text, r.at); r.at++) {
    const c = r.text[r.at]
    if (c === ',' && inList) break
    if (c === '(') open++
    else if (c === ')' && open > 0) open--
    else if (c === ')' && r.depth > 0) break
  }
  return { text: r.text.slice(start, r.at), quoted: false, start, end: r.at }
}

function readQuoted(r: Reader): string {
  const parts: string[] = []
  for (;;) {
    const from = r.at + 1
    const quote = r.text.indexOf('"', from)
    const closed = quote >= 0 && quote < r.end
    parts.push(r.text.slice(from, closed ? quote : r.end))
    r.at = closed ? quote + 1 : r.end
    if (!closed || r.at >= r.end || r.text[r.at] !== '"') return parts.join('"')
  }
}

/** The index of the colon after the key of the next term, or -1 if the term has no key. */
function keyEnd({ text, at, end, isKey }: Reader): number {
  let colon = at
  while (colon < end && isKeyCharacter(text.charCodeAt(colon))) colon++
  if (colon === at || colon >= end || text[colon] !== ':') return -1
  const name = text.slice(at, colon).toLowerCase()
  if (isKey(name)) return colon
  // Not a key: a drive (C:\), an address with a port, a URL, an IPv6 address, or a path with a stream.
  const digit = name[0]! >= '0' && name[0]! <= '9'
  const next = colon + 1 < end ? text[colon + 1]! : ''
  if (name.length === 1 || digit || (next !== '' && ':/\\'.includes(next))) return -1
  for (let i = at; i < end && !isBlank(text, i); i++) if (!isHexOrColon(text.charCodeAt(i))) return colon
  return -1
}

function take(r: Reader, length: number): void {
  r.parsed.operators.push({ start: r.at, end: r.at + length })
  r.at += length
}

/** Takes `word` where it is a word by itself, not part of a text. */
function takeWord(r: Reader, word: string): boolean {
  const after = r.at + word.length
  if (after > r.end || !r.text.startsWith(word, r.at)) return false
  if (after < r.end && !isBlank(r.text, after) && r.text[after] !== '(' && r.text[after] !== ')') return false
  take(r, word.length)
  return true
}

function skipBlanks(r: Reader): void {
  while (r.at < r.end && isBlank(r.text, r.at)) r.at++
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0
}

/** Letters, digits, "-" and "_". */
function isKeyCharacter(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f
}

function isHexOrColon(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x66) || (code >= 0x30 && code <= 0x3a)
}
