/** A policy file's text -> what it says, or everything that is wrong with it. */
import { BRUTE_FORCE_DEFAULTS, WINDOWS_PATHS } from '../default-policy.ts'
import {
  type PolicyField,
  readChoice,
  readEntries,
  readKeys,
  readText,
  readTexts,
  readWholeNumber,
  unknown,
} from './fields.ts'
import type { PolicyDocument } from './policy-document.ts'
import { type PolicyProblem, Problems } from './problems.ts'
import { readExemptions } from './read-exemptions.ts'
import { readNetwork, readServer } from './read-hosts.ts'
import { readHardenedPaths } from './read-paths.ts'
import { readZones } from './read-zones.ts'
import { readYaml } from './yaml-nodes.ts'

/** What a policy may name. */
export interface PolicyNames {
  /** Ids of rules. */
  rules: readonly string[]
  /** Ids of controls. */
  controls: readonly string[]
  severities: readonly string[]
}

export type PolicyReading =
  | { document: PolicyDocument; problems: null }
  | { document: null; problems: readonly PolicyProblem[]; more: number }

/** Bytes. More is no policy. */
export const MOST_BYTES = 256 * 1024

const SECTIONS = [
  'internal',
  'aliases',
  'zones',
  'unc-paths',
  'minimum-dialect',
  'severities',
  'logon-bruteforce',
  'exemptions',
] as const

/** Names of DialectRevisions, [MS-SMB2] 2.2.3. */
export const DIALECTS: Readonly<Record<string, number>> = {
  '2.0.2': 0x0202,
  '2.1': 0x0210,
  '3.0': 0x0300,
  '3.0.2': 0x0302,
  '3.1.1': 0x0311,
}

const START = { line: 1, column: 1 }

/** @param bytes of the file, at most MOST_BYTES */
export async function readPolicy(bytes: Uint8Array, names: PolicyNames): Promise<PolicyReading> {
  const problems = new Problems()
  const document = await readBytes(bytes, names, problems)
  if (problems.length === 0) return { document, problems: null }
  const list = problems.list.sort((a, b) => a.line - b.line || a.column - b.column)
  return { document: null, problems: list, more: problems.more }
}

async function readBytes(bytes: Uint8Array, names: PolicyNames, problems: Problems): Promise<PolicyDocument> {
  const text = readUtf8(bytes, problems)
  const root = await readYaml(text, problems)
  const field: PolicyField = { path: '', node: root ?? { kind: 'text', text: '', quoted: false, at: START } }
  const sections = readKeys(field, SECTIONS, problems)
  const zones = await readZones(sections.zones, problems)
  const ids = [...names.rules, ...names.controls]
  const windows = WINDOWS_PATHS.map(({ pattern, mutualAuthentication, integrity, privacy }) => ({
    pattern,
    mutualAuthentication,
    integrity,
    privacy,
  }))
  return {
    internal: await readNetworks(sections.internal, problems),
    aliases: await readAliases(sections.aliases, problems),
    zones,
    hardenedPaths: readHardenedPaths(sections['unc-paths'], windows, problems),
    minimumDialect: readChoice(sections['minimum-dialect'], 'dialect', Object.keys(DIALECTS), problems) ?? '3.1.1',
    severities: readSeverities(sections.severities, names, problems),
    bruteForce: readBruteForce(sections['logon-bruteforce'], problems),
    exemptions: await readExemptions(sections.exemptions, { ids, zones: zones.map(({ name }) => name) }, problems),
  }
}

function readUtf8(bytes: Uint8Array, problems: Problems): string {
  if (bytes.length > MOST_BYTES) {
    problems.add(START, '', `a policy has at most ${MOST_BYTES / 1024} kB`)
    return ''
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    problems.add(START, '', 'this is not UTF-8 text: save it as UTF-8')
    return ''
  }
}

async function readNetworks(field: PolicyField | undefined, problems: Problems): Promise<string[]> {
  const networks: string[] = []
  for (const text of readTexts(field, problems)) {
    const network = await readNetwork(text, problems)
    if (network !== null) networks.push(network)
  }
  return networks
}

async function readAliases(field: PolicyField | undefined, problems: Problems): Promise<Record<string, string[]>> {
  const aliases: Record<string, string[]> = Object.create(null)
  const owners = new Map<string, string>()
  if (field === undefined) return aliases
  for (const entry of readEntries(field, 'servers', problems)) {
    const key = await readServer({ path: entry.path, text: entry.key, at: entry.at }, problems)
    const others: string[] = []
    for (const text of readTexts(entry, problems)) {
      const name = await readServer(text, problems)
      if (name !== null) others.push(name)
    }
    if (others.length === 0) problems.add(entry.at, entry.path, 'list the other names of this server')
    if (key === null) continue
    for (const name of new Set([key, ...others])) {
      const owner = owners.get(name)
      if (owner === undefined) owners.set(name, key)
      else problems.add(entry.at, entry.path, `${name} is a name of ${owner} too: a name can mean one server only`)
    }
    aliases[key] = others
  }
  return aliases
}

function readSeverities(
  field: PolicyField | undefined,
  names: PolicyNames,
  problems: Problems,
): Record<string, string> {
  const severities: Record<string, string> = Object.create(null)
  if (field === undefined) return severities
  for (const entry of readEntries(field, 'rules', problems)) {
    if (!names.rules.includes(entry.key)) problems.add(entry.at, entry.path, unknown('rule', entry.key, names.rules))
    const severity = readChoice(entry, 'severity', names.severities, problems)
    if (severity !== null) severities[entry.key] = severity
  }
  return severities
}

const BRUTE_FORCE_KEYS = ['within', 'logons', 'users', 'servers'] as const
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }
const LONGEST_WINDOW = 24 * 3600
const MOST_LOGONS = 100_000

function readBruteForce(field: PolicyField | undefined, problems: Problems): PolicyDocument['bruteForce'] {
  const { window, logons, users, servers } = BRUTE_FORCE_DEFAULTS
  const keys = field === undefined ? {} : readKeys(field, BRUTE_FORCE_KEYS, problems)
  return {
    withinSeconds: readDuration(keys.within, problems) ?? window / 1e6,
    logons: readWholeNumber(keys.logons, 2, MOST_LOGONS, problems) ?? logons,
    users: readWholeNumber(keys.users, 2, MOST_LOGONS, problems) ?? users,
    servers: readWholeNumber(keys.servers, 2, MOST_LOGONS, problems) ?? servers,
  }
}

function readDuration(field: PolicyField | undefined, problems: Problems): number | null {
  const value = readText(field, problems)
  if (value === null) return null
  const [, digits = '', unit = ''] = /^(\d{1,6}) ?([smh])$/.exec(value.text) ?? []
  const seconds = Number(digits) * (SECONDS[unit] ?? 0)
  if (seconds > 0 && seconds <= LONGEST_WINDOW) return seconds
  problems.add(value.at, value.path, `"${value.text}" is no time up to 24h: write it as 90s, 5m or 2h`)
  return null
}
