/** The verdict: one or two sentences that answer the question with which somebody opened a capture. */
import { SEVERITIES, type Severity } from '../audit/rule.ts'
import { count, join, number } from './words.ts'

/** How sessions' traffic went. */
export interface ProtectionCounts {
  encrypted: number
  signed: number
  partly: number
  clear: number
  /** Sessions without traffic that shows it. */
  unseen: number
}

export interface VerdictFacts {
  severities: Readonly<Record<Severity, number>>
  /** Findings below the severity asked for. */
  hidden: number
  captures: number
  packets: number
  connections: number
  /** Did one of them answer? */
  answered: boolean
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
  critical: 'Act now:',
  high: 'At risk:',
  medium: 'Not hardened:',
  low: 'Small gaps:',
  info: 'For information:',
}

export function verdict(facts: VerdictFacts): Verdict {
  const { severities, hidden, captures, connections, answered, sessions, soFar } = facts
  const worst = SEVERITIES.find((severity) => severities[severity] > 0)
  if (worst !== undefined) {
    const sentence = `${countsSentence(facts)} ${worstSentence(new Set(facts.titlesAt(worst)))}`
    return { word: WORDS[worst], severity: worst, sentence: soFar ? `so far ${sentence}` : sentence }
  }
  if (hidden > 0) {
    const below = count(hidden, 'finding is', 'findings are')
    return good('Nothing', `at or above the severity asked for; ${below} below it.`)
  }
  if (captures === 0) return soFar ? good('Nothing', 'was read yet.') : good('Nothing', 'could be read.')
  if (connections === 0) {
    const packets = count(facts.packets, 'packet')
    return soFar ? good('No SMB', `in ${packets} so far.`) : good('No SMB', `in ${packets}: there is nothing to judge.`)
  }
  const word = soFar ? 'No findings so far.' : 'No findings.'
  if (sessions === 0) {
    const what = answered ? 'no session was set up in them' : 'none was answered'
    return good(word, `${count(connections, 'SMB connection')}, and ${what}.`)
  }
  return good(word, sessionsSentence(sessions, facts.protection()))
}

function good(word: string, sentence: string): Verdict {
  return { word, severity: null, sentence }
}

function countsSentence({ severities, hidden }: VerdictFacts): string {
  const seen = SEVERITIES.filter((severity) => severities[severity] > 0)
  const parts = seen.map((severity) => `${number(severities[severity])} ${severity}`)
  const noun = seen.reduce((sum, severity) => sum + severities[severity], 0) === 1 ? 'finding' : 'findings'
  const less = hidden > 0 ? ` (${number(hidden)} less severe not shown)` : ''
  return `${join(parts)} ${noun}${less}.`
}

function worstSentence(titles: ReadonlySet<string>): string {
  const shown = [...titles].slice(0, 3)
  const more = titles.size > shown.length ? ` and ${titles.size - shown.length} more` : ''
  return `${titles.size === 1 ? 'The worst' : 'The worst are'}: ${shown.join('; ')}${more}.`
}

/** How the sessions' traffic went, without a verdict on it. */
function sessionsSentence(sessions: number, kinds: ProtectionCounts): string {
  const parts = [
    part(kinds.encrypted, 'encrypted'),
    part(kinds.signed, 'signed'),
    part(kinds.partly, 'partly protected'),
    part(kinds.clear, 'neither signed nor encrypted'),
    part(kinds.unseen, 'without traffic that shows it'),
  ].filter((text) => text !== '')
  const all = parts.length === 1 ? `all ${parts[0]?.replace(/^\S+ /, '')}` : join(parts)
  return `${count(sessions, 'session')} seen: ${all}.`
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
