/** The verdict: one or two sentences that answer the question with which somebody opened a capture. */
import { SEVERITIES, type Severity } from '../audit/rule.ts'
import { count, join, number, total } from './words.ts'

/** What became of connections that had no session. */
export interface ConnectionCounts {
  all: number
  /** The SYN was answered by a reset. */
  refused: number
  /** The SYN was not answered. */
  unanswered: number
}

/** What became of sessions, and how the traffic of those that were granted or in use went. */
export interface ProtectionCounts {
  refused: number
  /** The answer to the setup was not seen, and nothing followed. */
  unanswered: number
  encrypted: number
  signed: number
  partly: number
  clear: number
  /** Sessions without traffic that shows it. */
  unseen: number
}

export function noProtection(): ProtectionCounts {
  return { refused: 0, unanswered: 0, encrypted: 0, signed: 0, partly: 0, clear: 0, unseen: 0 }
}

export interface VerdictFacts {
  severities: Readonly<Record<Severity, number>>
  /** Findings below the severity asked for. */
  hidden: number
  captures: number
  packets: number
  connections: ConnectionCounts
  sessions: number
  /** There is more to read. */
  soFar: boolean
  /** Titles of the findings of a severity. Asked for where they are told. */
  titlesAt(severity: Severity): Iterable<string>
  /** Of all sessions. Asked for where it is told. */
  protection(): ProtectionCounts
}

export interface Verdict {
  word: string
  /** Null: nothing to do. */
  severity: Severity | null
  sentence: string
}

const WORDS: Record<Severity, string> = {
  critical: 'Act now.',
  high: 'At risk.',
  medium: 'Not hardened.',
  low: 'Small gaps.',
  info: 'For information.',
}

export function verdict(facts: VerdictFacts): Verdict {
  const { severities, hidden, captures, connections, sessions, soFar } = facts
  const worst = SEVERITIES.find((severity) => severities[severity] > 0)
  if (worst !== undefined) {
    const sentence = `${countsSentence(facts)} ${worstSentence(new Set(facts.titlesAt(worst)))}`
    return { word: WORDS[worst], severity: worst, sentence: soFar ? `So far ${sentence}` : sentence }
  }
  if (hidden > 0) {
    const below = count(hidden, 'finding is', 'findings are')
    return good('Nothing', `at or above the severity asked for; ${below} below it.`)
  }
  if (captures === 0) return soFar ? good('Nothing', 'was read yet.') : good('Nothing', 'could be read.')
  if (connections.all === 0) {
    const packets = count(facts.packets, 'packet')
    return soFar ? good('No SMB', `in ${packets} so far.`) : good('No SMB', `in ${packets}: there is nothing to judge.`)
  }
  const word = soFar ? 'No findings so far.' : 'No findings.'
  if (sessions === 0) return good(word, connectionsSentence(connections))
  return good(word, sessionsSentence(sessions, facts.protection()))
}

function good(word: string, sentence: string): Verdict {
  return { word, severity: null, sentence }
}

function countsSentence({ severities, hidden }: VerdictFacts): string {
  const seen = SEVERITIES.filter((severity) => severities[severity] > 0)
  const all = total(seen, (severity) => severities[severity])
  const less = hidden > 0 ? ` (${number(hidden)} less severe not shown)` : ''
  const [only] = seen
  if (only !== undefined && seen.length === 1) return `${count(all, `${only} finding`)}${less}.`
  const parts = seen.map((severity) => `${number(severities[severity])} ${severity}`)
  return `${count(all, 'finding')}: ${parts.join(', ')}${less}.`
}

function worstSentence(titles: ReadonlySet<string>): string {
  const shown = [...titles].slice(0, 3)
  const more = titles.size > shown.length ? ` and ${titles.size - shown.length} more` : ''
  return `${titles.size === 1 ? 'The worst' : 'The worst are'}: ${shown.join('; ')}${more}.`
}

/** What became of connections without a session. */
function connectionsSentence({ all, refused, unanswered }: ConnectionCounts): string {
  const kinds = [
    part(refused, 'refused'),
    part(unanswered, 'not answered'),
    part(all - refused - unanswered, 'without a session'),
  ]
  return `${count(all, 'SMB connection')}: ${kindsText(all, kinds)}.`
}

/** How the sessions' traffic went, without a verdict on it. */
function sessionsSentence(sessions: number, kinds: ProtectionCounts): string {
  const parts = [
    part(kinds.refused, 'refused'),
    part(kinds.unanswered, 'not answered'),
    part(kinds.encrypted, 'encrypted'),
    part(kinds.signed, 'signed'),
    part(kinds.partly, 'partly protected'),
    part(kinds.clear, 'neither signed nor encrypted'),
    part(kinds.unseen, 'without traffic that shows it'),
  ]
  return `${count(sessions, 'session')} seen: ${kindsText(sessions, parts)}.`
}

/** `2 refused and 1 not answered`; where all are of one kind, and no single one, `all refused`. */
function kindsText(all: number, kinds: readonly string[]): string {
  const parts = kinds.filter((text) => text !== '')
  if (parts.length > 1) return join(parts)
  const only = (parts[0] ?? '').replace(/^\S+ /, '')
  return all === 1 ? only : `all ${only}`
}

function part(n: number, what: string): string {
  return n === 0 ? '' : `${number(n)} ${what}`
}

/** The two sentences about what could not be read, empty where all was. */
export function unreadSentences(captures: number, incomplete: number, unread: number): string[] {
  const sentences: string[] = []
  if (incomplete > 0) {
    const which = captures > 1 ? count(incomplete, 'capture is', 'captures are') : 'The capture is'
    sentences.push(`${which} cut or damaged: this holds for the part that could be read.`)
  }
  if (unread > 0 && captures > 0) sentences.push(`${count(unread, 'input')} could not be read at all.`)
  return sentences
}
