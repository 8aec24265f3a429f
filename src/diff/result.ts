/** A result of `smblens scan` or `smblens readiness`, reduced to what a comparison needs. */
import type { Severity } from '../audit/rule/rule.ts'
import type { FindingSubject } from '../audit/subject-key.ts'
import type { ReadinessState } from '../readiness/control.ts'
import type { Sightings } from './sightings.ts'

export interface Result {
  /** As the user named it; `-` for standard input. */
  path: string
  /** The version that made it; null where no record says so. */
  smblens: string | null
  scope: ResultScope
  doubts: ResultDoubts
  /** Null where the result is not one of `scan`. */
  scan: ScanResult | null
  /** Null where the result is not one of `readiness`. */
  readiness: ReadinessResult | null
  /** Null without a policy file. */
  policy: { path: string; hash: string } | null
  /** Names that a host was given, by its address. */
  hosts: Map<string, string[]>
}

/** What was read for it. */
export interface ResultScope {
  captures: number
  sessions: number
  /** ISO 8601, the earliest and the latest packet; null where that is not known. */
  firstTime: string | null
  lastTime: string | null
}

/** Why something may be missing in it. */
export interface ResultDoubts {
  /** Captures that were cut or damaged. */
  incomplete: number
  inputsUnread: number
  unreadPackets: number
  warnings: number
  /** What memory limits have cost, by their names. */
  limits: Map<string, number>
}

export interface ScanResult {
  /** The rules that were applied; null where the result does not say. */
  rules: ReadonlySet<string> | null
  /** Findings that --min-severity left out. */
  findingsHidden: number
  /** Findings for which there was no room. */
  findingsLeftOut: number
  /** Cases that exemptions of the policy hide. */
  exempted: number
  /** By rule and subject (`comparableId`): of several captures' findings about one subject, the worst. */
  findings: Map<string, FoundFinding>
  /** By rule. */
  titles: Map<string, string>
  seen: Sightings
}

export interface FoundFinding {
  rule: string
  subject: FindingSubject
  /** The user as the finding names it: the subject's is in lower case. */
  user: string | null
  severity: Severity
  /** Over all captures. */
  count: number
  /** The finding's own, of the worst one: more about it stands in the result. */
  id: string
  lastTime: string | null
}

export interface ReadinessResult {
  /** Hosts that took part, as the controls say. */
  hostsSeen: number
  controls: Map<string, ControlCounts>
  rows: Map<string, FoundRow>
}

export interface ControlCounts {
  control: string
  title: string
  ready: number
  breaks: number
  exempt: number
  notObserved: number
  observable: boolean
}

export interface FoundRow {
  id: string
  control: string
  /** A row about a host has the worst state of its pairs. */
  scope: 'pair' | 'host'
  side: string | null
  client: string | null
  server: string | null
  user: string | null
  share: string | null
  state: ReadinessState
  reason: string | null
}

/** Why a result cannot be compared: its name, the line, what is wrong, what to do. */
export class ResultError extends Error {
  override readonly name = 'ResultError'

  constructor(path: string, line: number | null, problem: string) {
    super(`${path === '-' ? 'standard input' : path}: ${line === null ? '' : `line ${line}: `}${problem}`)
  }
}

/** Both results can be read, but they have nothing in common. */
export class NothingToCompare extends Error {
  override readonly name = 'NothingToCompare'
}
