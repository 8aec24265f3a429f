/** The section `exemptions`: what is known and accepted, why, and until when. */
import { canonicalName } from '../host-names.ts'
import { isMissing, type PolicyField, readKeys, readText, readTexts, unknown } from './fields.ts'
import type { ExemptionDocument } from './policy-document.ts'
import type { Problems } from './problems.ts'
import { readHost } from './read-hosts.ts'
import { readPattern } from './read-paths.ts'

const KEYS = ['rules', 'client', 'server', 'user', 'share', 'reason', 'until'] as const
/** One of them must be there: an exemption without any would hide everything. */
const SCOPE = ['rules', 'client', 'server', 'user', 'share'] as const

const LONGEST_REASON = 500

export interface ExemptionNames {
  /** Ids of rules and controls. */
  ids: readonly string[]
  zones: readonly string[]
}

export async function readExemptions(
  field: PolicyField | undefined,
  names: ExemptionNames,
  problems: Problems,
): Promise<ExemptionDocument[]> {
  if (field === undefined || isMissing(field)) return []
  if (field.node.kind !== 'list') {
    problems.add(field.node.at, field.path, 'here must be a list: each exemption begins with "- "')
    return []
  }
  const exemptions: ExemptionDocument[] = []
  for (const [i, node] of field.node.items.entries()) {
    exemptions.push(await readExemption({ path: `${field.path}[${i + 1}]`, node }, names, problems))
  }
  return exemptions
}

async function readExemption(
  field: PolicyField,
  names: ExemptionNames,
  problems: Problems,
): Promise<ExemptionDocument> {
  const keys = readKeys(field, KEYS, problems)
  if (isMissing(field)) problems.add(field.node.at, field.path, 'this exemption is empty: remove it')
  else if (field.node.kind === 'map') checkScope(field, keys, problems)
  return {
    rules: someOf(readIds(keys.rules, names.ids, problems)),
    client: someOf(await readHosts(keys.client, names.zones, problems)),
    server: someOf(await readHosts(keys.server, names.zones, problems)),
    user: someOf(readTexts(keys.user, problems).map(({ text }) => text.toLowerCase())),
    share: someOf(readTexts(keys.share, problems).flatMap((text) => readPattern(text, problems) ?? [])),
    reason: isMissing(field) ? '' : readReason(field, keys.reason, problems),
    until: readDay(keys.until, problems),
  }
}

function checkScope({ path, node }: PolicyField, keys: Partial<Record<string, PolicyField>>, problems: Problems): void {
  for (const key of SCOPE) {
    const given = keys[key]?.node
    if (given?.kind === 'list' && given.items.length === 0) {
      problems.add(given.at, `${path}.${key}`, 'the list is empty: name something, or remove the key')
    }
  }
  if (SCOPE.every((key) => keys[key] === undefined || isMissing(keys[key]))) {
    problems.add(node.at, path, `this would exempt everything: name one of ${SCOPE.join(', ')}`)
  }
}

function readReason({ path, node }: PolicyField, field: PolicyField | undefined, problems: Problems): string {
  const given = field !== undefined && field.node.kind !== 'text'
  const reason = readText(field, problems)
  const text = reason?.text.trim() ?? ''
  if (text === '' && !given) problems.add(node.at, path, 'a reason is missing: say why this is accepted')
  if (reason !== null && text.length > LONGEST_REASON) {
    problems.add(reason.at, reason.path, `the reason is longer than ${LONGEST_REASON} characters`)
  }
  return text
}

function someOf(texts: string[]): string[] | null {
  return texts.length === 0 ? null : texts
}

function readIds(field: PolicyField | undefined, known: readonly string[], problems: Problems): string[] {
  return readTexts(field, problems).flatMap(({ text, path, at }) => {
    if (known.includes(text)) return [text]
    problems.add(at, path, unknown('rule or control', text, known))
    return []
  })
}

/** A zone by its name goes before a host of that name. */
async function readHosts(
  field: PolicyField | undefined,
  zones: readonly string[],
  problems: Problems,
): Promise<string[]> {
  const hosts: string[] = []
  for (const text of readTexts(field, problems)) {
    const host = zones.includes(text.text) ? text.text : await readHost(text, problems)
    if (host !== null) hosts.push(zones.includes(text.text) ? host : canonicalName(host))
  }
  return hosts
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/

/** @returns YYYY-MM-DD */
function readDay(field: PolicyField | undefined, problems: Problems): string | null {
  const value = readText(field, problems)
  if (value === null) return null
  if (endOfDay(value.text) !== null) return value.text
  problems.add(value.at, value.path, `"${value.text}" is no day: write it as 2027-03-31`)
  return null
}

/** Microseconds of later days are no exact numbers. */
const LAST_YEAR = 2199

/** Microseconds since 1970 of the last moment of a day in UTC; null where there is no such day, or not in the years 1970 to 2199. */
export function endOfDay(text: string): number | null {
  const [, year, month, day] = DAY.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined || year < 1970 || year > LAST_YEAR) return null
  const start = new Date(Date.UTC(year, month - 1, day))
  if (start.getUTCMonth() !== month - 1 || start.getUTCDate() !== day) return null
  return Date.UTC(year, month - 1, day + 1) * 1000 - 1
}
