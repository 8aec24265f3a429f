/**
 * YAML as plain nodes with positions. All scalars are text, so `no`, `3.0` and dates mean what they say. Anchors, aliases and tags are refused: nothing
 * is expanded and nothing is executed. What would take the parser long or deep is refused before it is parsed.
 */
import type { LineCounter, Node } from 'yaml'
import type { Position, Problems } from './problems.ts'

export type YamlNode = YamlText | YamlList | YamlMap

export interface YamlText {
  kind: 'text'
  text: string
  /** In quotes or a block: then empty text is text, and not a value that is missing. */
  quoted: boolean
  at: Position
}

export interface YamlList {
  kind: 'list'
  items: YamlNode[]
  at: Position
}

export interface YamlMap {
  kind: 'map'
  entries: YamlEntry[]
  at: Position
}

export interface YamlEntry {
  key: string
  at: Position
  value: YamlNode
}

/** Lists and maps inside each other, however they are written. A policy has four. */
const DEEPEST = 16
/** Words and marks. A thousand exemptions have fewer. */
const MOST_TOKENS = 60_000
/** Columns of indentation: each level of nesting takes at least one. */
const WIDEST_INDENT = 64

type Yaml = typeof import('yaml')

/**
 * @param text at most a few hundred kilobytes
 * @returns null where the file is empty, or no YAML: then there are problems
 */
export async function readYaml(text: string, problems: Problems): Promise<YamlNode | null> {
  const yaml = await import('yaml')
  const lines = new yaml.LineCounter()
  if (!isPlain(yaml, text, problems)) return null
  const document = yaml.parseDocument(text, {
    schema: 'failsafe',
    // A key that is there twice is reported below, with both places.
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
    // Otherwise a second document would be left out in silence.
    logLevel: 'error',
  })
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    problems.add(positionAt(lines, pos[0]), '', `this is no valid YAML: ${hintFor(message)}`)
  }
  if (problems.length > 0 || document.contents === null) return null
  return new Reader(yaml, lines, problems).node(document.contents, '', { line: 1, column: 1 })
}

/** Nested no deeper than a policy needs, and no longer: the parser recurses, and takes its time over nonsense. */
function isPlain({ Lexer }: Yaml, text: string, problems: Problems): boolean {
  let line = 1
  let tokens = 0
  let flow = 0
  let inLine = 0
  let isFirst = true
  const refuse = (message: string): false => {
    problems.add({ line, column: 1 }, '', message)
    return false
  }
  for (const token of new Lexer().lex(text)) {
    if (++tokens > MOST_TOKENS) return refuse('this is too long for a policy')
    if (token === '[' || token === '{') flow++
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1)
    else if (flow === 0 && (token === '-' || token === '?' || token === ':')) inLine++
    else if (isFirst && /^ +$/.test(token)) {
      if (token.length > WIDEST_INDENT) return refuse('this is indented too far for a policy')
      continue
    }
    if (flow > DEEPEST || inLine > DEEPEST) return refuse('this is nested too deeply for a policy')
    const breaks = lineBreaks(token)
    line += breaks
    isFirst = breaks > 0
    if (isFirst) inLine = 0
  }
  return true
}

function lineBreaks(token: string): number {
  let breaks = 0
  for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) breaks++
  return breaks
}

function hintFor(message: string): string {
  if (/escape sequence/i.test(message)) return `${message}. Write paths with backslashes in single quotes`
  if (/alias/i.test(message)) return `${message}. Text that begins with * needs quotes`
  return message
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  // Behind the last line there is none.
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

class Reader {
  private readonly yaml: Yaml
  private readonly lines: LineCounter
  private readonly problems: Problems

  constructor(yaml: Yaml, lines: LineCounter, problems: Problems) {
    this.yaml = yaml
    this.lines = lines
    this.problems = problems
  }

  /** @param path of the keys that lead to it @param before where it is if it is nothing */
  node(node: unknown, path: string, before: Position): YamlNode {
    const { yaml, problems } = this
    const at = this.at(node, before)
    const empty: YamlText = { kind: 'text', text: '', quoted: false, at }
    if (!yaml.isNode(node)) return empty
    if (yaml.isAlias(node)) {
      problems.add(
        at,
        path,
        'an alias (*) is not allowed: write the value again, or put text that begins with * in quotes',
      )
      return empty
    }
    if (node.anchor !== undefined)
      problems.add(at, path, 'an anchor (&) is not allowed: write the value where it is used')
    if (node.tag !== undefined)
      problems.add(at, path, 'a tag (!) is not allowed: put text that begins with ! in quotes')
    if (yaml.isSeq(node)) {
      const items = node.items.map((item, i) => this.node(item, `${path}[${i + 1}]`, at))
      return { kind: 'list', items, at }
    }
    if (yaml.isMap(node)) return { kind: 'map', entries: this.entries(node.items, path, at), at }
    const text = yaml.isScalar(node) ? String(node.value ?? '') : ''
    return { kind: 'text', text, quoted: yaml.isScalar(node) && node.type !== 'PLAIN', at }
  }

  private entries(items: readonly { key: unknown; value: unknown }[], path: string, before: Position): YamlEntry[] {
    const seen = new Map<string, Position>()
    const entries: YamlEntry[] = []
    for (const { key: keyNode, value } of items) {
      const key = this.node(keyNode, path, before)
      if (key.kind !== 'text') {
        this.problems.add(key.at, path, 'a key must be a word')
        continue
      }
      const inside = path === '' ? key.text : `${path}.${key.text}`
      const first = seen.get(key.text)
      if (first !== undefined) {
        this.problems.add(key.at, inside, `this key is here twice, first in line ${first.line}: join the two`)
        continue
      }
      seen.set(key.text, key.at)
      entries.push({ key: key.text, at: key.at, value: this.node(value, inside, key.at) })
    }
    return entries
  }

  private at(node: unknown, before: Position): Position {
    const range = this.yaml.isNode(node) ? (node as Node).range : null
    return range == null ? before : positionAt(this.lines, range[0])
  }
}
