/** Reads typed values from YAML nodes. Each function reports what is wrong with a value, and returns null for it. */
import { closest } from '../../base/did-you-mean.ts'
import type { Position, Problems } from './problems.ts'
import type { YamlNode } from './yaml-nodes.ts'

/** A value, and where it is. */
export interface PolicyField {
  /** `zones.clients.may-reach`. */
  path: string
  node: YamlNode
}

/** One text of a list, or the only one. */
export interface PolicyText {
  path: string
  text: string
  at: Position
}

/** Nothing was written: `zones:` without more. */
export function isMissing({ node }: PolicyField): boolean {
  return node.kind === 'text' && node.text === '' && !node.quoted
}

/** By key. Keys are any, except that none is empty. */
export function readEntries(
  field: PolicyField,
  what: string,
  problems: Problems,
): (PolicyField & { key: string; at: Position })[] {
  if (isMissing(field)) return []
  const { node, path } = field
  if (node.kind !== 'map') {
    problems.add(node.at, path, `here must be ${what}, one "name: value" a line`)
    return []
  }
  return node.entries.map(({ key, at, value }) => ({
    key,
    at,
    path: path === '' ? key : `${path}.${key}`,
    node: value,
  }))
}

/** By key. Other keys than those known are reported with the nearest known one. */
export function readKeys<K extends string>(
  field: PolicyField,
  known: readonly K[],
  problems: Problems,
): Partial<Record<K, PolicyField>> {
  const fields: Partial<Record<K, PolicyField>> = {}
  for (const entry of readEntries(field, `some of ${known.join(', ')}`, problems)) {
    const key = known.find((each) => each === entry.key)
    if (key !== undefined) fields[key] = entry
    else problems.add(entry.at, entry.path, unknown('key', entry.key, known))
  }
  return fields
}

/** `there is no key "zoens": did you mean zones?`, or all there are. */
export function unknown(what: string, word: string, known: readonly string[]): string {
  const near = closest(word, known)
  const advice = near === null ? `write one of ${known.join(', ')}` : `did you mean ${near}?`
  return `there is no ${what} "${word}": ${advice}`
}

/** @returns null where it is missing, reported where it is `needed` */
export function readText(field: PolicyField | undefined, problems: Problems): PolicyText | null {
  if (field === undefined || isMissing(field)) return null
  const { node, path } = field
  if (node.kind === 'text') return { path, text: node.text, at: node.at }
  problems.add(node.at, path, 'here must be one value, not a list or more keys')
  return null
}

/** A value, or a list of values. */
export function readTexts(field: PolicyField | undefined, problems: Problems): PolicyText[] {
  if (field === undefined || isMissing(field)) return []
  const { node, path } = field
  if (node.kind !== 'list') return [readText(field, problems)].filter((text) => text !== null)
  return node.items.flatMap((item, i) => {
    const inside = { path: `${path}[${i + 1}]`, node: item }
    if (isMissing(inside)) problems.add(item.at, inside.path, 'an entry of the list is empty: remove it')
    return [readText(inside, problems)].filter((text) => text !== null)
  })
}

export function readBoolean(field: PolicyField | undefined, problems: Problems): boolean | null {
  const value = readText(field, problems)
  if (value === null) return null
  if (value.text === 'true' || value.text === 'false') return value.text === 'true'
  problems.add(value.at, value.path, `"${value.text}" is neither true nor false`)
  return null
}

/** A whole number from `least` to `most`. */
export function readWholeNumber(
  field: PolicyField | undefined,
  least: number,
  most: number,
  problems: Problems,
): number | null {
  const value = readText(field, problems)
  if (value === null) return null
  const number = /^\d{1,9}$/.test(value.text) ? Number(value.text) : Number.NaN
  if (number >= least && number <= most) return number
  problems.add(value.at, value.path, `"${value.text}" is no whole number from ${least} to ${most}`)
  return null
}

export function readChoice(field: PolicyField | undefined, what: string, known: readonly string[], problems: Problems) {
  const value = readText(field, problems)
  if (value === null) return null
  if (known.includes(value.text)) return value.text
  problems.add(value.at, value.path, unknown(what, value.text, known))
  return null
}
