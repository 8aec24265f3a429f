/** The verdict: one or two sentences that answer the question for which a capture was opened. */
import { SEVERITIES, type Severity } from '../audit/rule/rule.ts'
import { total } from '../base/total.ts'
import { listed, number, plural } from '../base/wording.ts'
import type { CaptureFacts, UnreadFacts } from '../ledger/capture-facts.ts'
import type { ProtectionCounts } from '../ledger/derived/protection.ts'

/** How connections without a session ended. */
export interface ConnectionCounts {
  all: number
  /** The SYN was answered by a reset. */
  refused: number
  /** The SYN was not answered. */
  unanswered: number
}

export interface VerdictFacts {
  severities: Readonly<Record<Severity, number>>
  /** Findings below the severity that was asked for. */
  hidden: number
  captures: number
  packets: number
  /** Which of these packets were not read. */
  unread: readonly UnreadFacts[]
  connections: ConnectionCounts
  sessions: number
  /** More is still being read. */
  soFar: boolean
  /** Titles of the findings of a severity. Called only if the verdict names them. */
  titlesAt(severity: Severity): Iterable<string>
  /** Of all sessions. Called only if the verdict describes it. */
  protection(): ProtectionCounts
}

export interface Verdict {
  word: string
  /** Null: nothing needs to be done. */
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
    const below = plural(hidden, 'finding is', 'findings are')
    return good('Nothing', `at or above the chosen severity; ${below} below it.`)
  }
  if (captures === 0) return soFar ? good('Nothing', 'has been read yet.') : good('Nothing', 'could be read.')
  if (connections.all === 0) return withoutSmb(facts)
  const word = soFar ? 'No findings so far.' : 'No findings.'
  if (sessions === 0) return good(word, connectionsSentence(connections))
  return good(word, sessionsSentence(sessions, facts.protection()))
}

/** "No SMB" refers only to the packets that were read. */
function withoutSmb({ packets, unread, soFar }: VerdictFacts): Verdict {
  const notRead = total(unread, (kind) => kind.packets)
  if (notRead === 0) {
    const all = plural(packets, 'packet')
    return good('No SMB', soFar ? `in ${all} so far.` : `in ${all}: there is nothing to judge.`)
  }
  const why = unreadText(unread)
  const read = packets - notRead
  if (read <= 0) return good('Nothing', `could be read: ${plural(notRead, 'packet')} of ${why}.`)
  const rest = `${number(notRead)} ${notRead === 1 ? 'was' : 'were'} not: ${why}.`
  return good(
    'No SMB',
    `in the ${plural(read, 'packet')} that ${read === 1 ? 'was' : 'were'} read${soFar ? ' so far' : ''}; ${rest}`,
  )
}

const KINDS_NAMED = 3

/** The kinds of packets that were not read, over all captures. */
function unreadText(unread: readonly UnreadFacts[]): string {
  const packets = new Map<string, number>()
  for (const kind of unread) packets.set(kind.what, (packets.get(kind.what) ?? 0) + kind.packets)
  const kinds = [...packets].sort(([, a], [, b]) => b - a)
  const named = kinds.slice(0, KINDS_NAMED).map(([what, n]) => (kinds.length === 1 ? what : `${what} (${number(n)})`))
  if (kinds.length > KINDS_NAMED) named.push(`${kinds.length - KINDS_NAMED} more`)
  return listed(named)
}

function good(word: string, sentence: string): Verdict {
  return { word, severity: null, sentence }
}

function countsSentence({ severities, hidden }: VerdictFacts): string {
  const seen = SEVERITIES.filter((severity) => severities[severity] > 0)
  const all = total(seen, (severity) => severities[severity])
  const less = hidden > 0 ? ` (${number(hidden)} less severe not shown)` : ''
  const [only] = seen
  if (only !== undefined && seen.length === 1) return `${plural(all, `${only} finding`)}${less}.`
  const parts = seen.map((severity) => `${number(severities[severity])} ${severity}`)
  return `${plural(all, 'finding')}: ${parts.join(', ')}${less}.`
}

function worstSentence(titles: ReadonlySet<string>): string {
  const shown = [...titles].slice(0, 3)
  const more = titles.size > shown.length ? ` and ${titles.size - shown.length} more` : ''
  return `${titles.size === 1 ? 'The worst' : 'The worst are'}: ${shown.join('; ')}${more}.`
}

/** How connections without a session ended. */
function connectionsSentence({ all, refused, unanswered }: ConnectionCounts): string {
  const kinds = [
    part(refused, 'refused'),
    part(unanswered, 'not answered'),
    part(all - refused - unanswered, 'without a session'),
  ]
  return `${plural(all, 'SMB connection')}: ${kindsText(all, kinds)}.`
}

/** How the sessions' traffic was protected, without a judgement. */
function sessionsSentence(sessions: number, kinds: ProtectionCounts): string {
  const parts = [
    part(kinds.refused, 'refused'),
    part(kinds.unanswered, 'not answered'),
    part(kinds.encrypted, 'encrypted'),
    part(kinds.signed, 'signed'),
    part(kinds.partly, 'partly protected'),
    part(kinds.clear, 'neither signed nor encrypted'),
    part(kinds.unseen, 'without traffic to judge by'),
  ]
  return `${plural(sessions, 'session')} seen: ${kindsText(sessions, parts)}.`
}

/** `2 refused and 1 not answered`; `all refused` if several are all of one kind. */
function kindsText(all: number, kinds: readonly string[]): string {
  const parts = kinds.filter((text) => text !== '')
  if (parts.length > 1) return listed(parts)
  const only = (parts[0] ?? '').replace(/^\S+ /, '')
  return all === 1 ? only : `all ${only}`
}

function part(n: number, what: string): string {
  return n === 0 ? '' : `${number(n)} ${what}`
}

/** What could not be read, in sentences; empty if everything was. @param inputs how many inputs could not be read at all */
export function unreadSentences(captures: readonly CaptureFacts[], inputs: number): string[] {
  const sentences: string[] = []
  const damaged = captures.filter((capture) => capture.damaged).length
  if (damaged > 0) {
    const which = captures.length > 1 ? plural(damaged, 'capture is', 'captures are') : 'The capture is'
    sentences.push(`${which} cut or damaged: the verdict covers only the part that could be read.`)
  }
  const links = captures.flatMap(({ unreadPackets }) => unreadPackets.filter(({ kind }) => kind === 'link-type'))
  // Without SMB the verdict itself says so.
  if (links.length > 0 && captures.some(({ smbMessages }) => smbMessages > 0)) {
    const packets = total(links, (kind) => kind.packets)
    sentences.push(`${plural(packets, 'packet was', 'packets were')} not read: ${unreadText(links)}.`)
  }
  if (inputs > 0 && captures.length > 0) sentences.push(`${plural(inputs, 'input')} could not be read at all.`)
  return sentences
}
