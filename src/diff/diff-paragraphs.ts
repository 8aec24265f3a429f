/** The changes of a comparison, one line for each as far as they fit. What does not fit is counted. */
import { displayWidth, escapeText, truncate } from '../base/safe-text.ts'
import { endpointText, number, plural } from '../base/wording.ts'
import { type TextPage, writeParagraph } from '../report/text/page.ts'
import type { AbsenceReason } from './absence.ts'
import {
  type FindingChange,
  type FindingChangeKind,
  type HostChange,
  type RowChange,
  type RowChangeKind,
  severityOf,
} from './difference.ts'
import type { FoundFinding, FoundRow } from './result.ts'

/** Lines of one rule or control. */
const LISTED = 8
const MAX_NAME = 48

const FINDING_HEADINGS: Readonly<Record<FindingChangeKind, string | null>> = {
  new: 'New',
  worse: 'Worse',
  'not-seen': 'Not seen this time: nothing shows whether it was fixed',
  fixed: 'Fixed: seen again, and all was well',
  better: 'Better',
  unchanged: null,
}

/** Why a finding is missing in the other result, to be read after `not seen this time:` or `before:`. */
export const ABSENCE_WORDS: Readonly<Record<AbsenceReason, string>> = {
  'rules-not-known': 'which rules were applied is not known',
  'rule-not-applied': 'the rule was not applied',
  'findings-hidden': '--min-severity left findings out',
  'findings-left-out': 'a memory limit left findings out',
  'still-shown': 'it was there: exempted, or reported by another rule',
  'no-proof': 'nothing that is recorded would show it fixed',
  'not-seen': 'the hosts were not seen',
  'user-not-seen': 'the hosts were seen, but not this user',
  'user-hidden': 'the hosts were seen with Kerberos, which hides the user',
  'not-judged': 'seen, but nothing that shows it',
  'other-host': 'another host has the address',
  'shared-address': 'several hosts may have the address',
}

export function writeFindingChanges(page: TextPage, changes: readonly FindingChange[]): void {
  for (const [kind, heading] of Object.entries(FINDING_HEADINGS)) {
    const ofKind = changes.filter(({ change }) => change === kind)
    if (heading === null || ofKind.length === 0) continue
    page.sink.write(`\n${page.style.strong(heading)}\n`)
    for (const group of grouped(ofKind, groupKey)) writeGroup(page, group)
  }
}

/** By rule and severity; what is missing, by the reason too. */
function groupKey(change: FindingChange): string {
  return `${severityOf(change)} ${change.rule} ${change.change === 'not-seen' ? change.reason : ''}`
}

function writeGroup(page: TextPage, changes: readonly FindingChange[]): void {
  const { style, sink, width } = page
  const [first] = changes
  if (first === undefined) return
  const severity = severityOf(first)
  const label = severity.toUpperCase()
  const tail = `  ${escapeText(first.rule)}`
  const title = truncate(escapeText(first.title), Math.max(8, width - label.length - 2 - displayWidth(tail)))
  const gap = ' '.repeat(Math.max(0, width - label.length - 2 - displayWidth(title) - displayWidth(tail)))
  sink.write(`${style.severity(severity, label)}  ${title}${gap}${style.quiet(tail)}\n`)
  const why = first.change === 'not-seen' && first.reason !== null ? ABSENCE_WORDS[first.reason] : null
  if (why !== null) writeParagraph(page, '  ', `${number(changes.length)}: ${why}`)
  for (const change of changes.slice(0, LISTED)) {
    writeParagraph(page, why === null ? '  ' : '    ', `${subjectText((change.new ?? change.old)!)}${note(change)}`)
  }
  writeRest(page, changes.length)
}

function note({ change, reason, old, new: now }: FindingChange): string {
  switch (change) {
    case 'new':
      return `  ${reason === null ? 'well before' : `before: ${ABSENCE_WORDS[reason]}`}`
    case 'worse':
    case 'better':
      return `  ${old!.severity}, now ${now!.severity}`
    default:
      return ''
  }
}

function subjectText({ subject, user }: FoundFinding): string {
  const { kind, client, server, port, domain } = subject
  const name = user ?? subject.user
  switch (kind) {
    case 'pair': {
      const who =
        name === null ? '' : `  ${truncate(escapeText(domain === null ? name : `${domain}\\${name}`), MAX_NAME)}`
      return `${client} -> ${server}${who}`
    }
    case 'server':
      return `server ${endpointText({ ip: server ?? '', port: port === 445 ? null : port })}`
    case 'client':
      return `${client}`
    default:
      return 'several hosts'
  }
}

const ROW_HEADINGS: Readonly<Record<RowChangeKind, string | null>> = {
  new: 'Would break now, and did not before',
  'not-seen': 'Would have broken then, and not seen this time',
  exempt: 'Exempt now',
  fixed: 'Ready now',
  unchanged: null,
}

export function writeRowChanges(page: TextPage, changes: readonly RowChange[]): void {
  for (const [kind, heading] of Object.entries(ROW_HEADINGS)) {
    // A row about a host says again what those about its pairs say.
    const ofKind = changes.filter((each) => each.change === kind && (each.new ?? each.old)!.scope === 'pair')
    if (heading === null || ofKind.length === 0) continue
    page.sink.write(`\n${page.style.strong(heading)}\n`)
    for (const group of grouped(ofKind, rowControl)) {
      writeParagraph(page, '', `${escapeText(rowControl(group[0]!))}: ${number(group.length)}`)
      for (const change of group.slice(0, LISTED)) writeParagraph(page, '  ', rowText(change))
      writeRest(page, group.length)
    }
  }
}

function rowControl({ old, new: now }: RowChange): string {
  return (now ?? old)!.control
}

function rowText({ change, old, new: now }: RowChange): string {
  const row = (change === 'new' ? now : old)!
  const why = row.reason === null ? '' : `: ${escapeText(row.reason)}`
  const before = change === 'new' && old !== null ? `; ${old.state} before` : ''
  return `${rowHosts(row)}${why}${before}`
}

function rowHosts({ client, server, user, share, side }: FoundRow): string {
  const hosts = client !== null && server !== null ? `${client} -> ${server}` : (client ?? `server ${server}`)
  const names = [user, share].filter((name) => name !== null).map((name) => truncate(escapeText(name), MAX_NAME))
  const enforcing = side === null ? '' : ` (enforced by the ${escapeText(side)})`
  return `${[hosts, ...names].join('  ')}${enforcing}`
}

export function writeHostChanges(page: TextPage, hosts: readonly HostChange[]): void {
  const headings = { new: 'New hosts', 'not-seen': 'Hosts not seen this time' }
  for (const kind of ['new', 'not-seen'] as const) {
    const ofKind = hosts.filter(({ change }) => change === kind)
    if (ofKind.length === 0) continue
    const shown = ofKind.slice(0, LISTED).map(({ ip, names }) => {
      const name = names[0]
      return name === undefined ? ip : `${ip} ${truncate(escapeText(name), MAX_NAME)}`
    })
    const rest = ofKind.length - shown.length
    page.sink.write(`\n${page.style.strong(headings[kind])}\n`)
    writeParagraph(page, '  ', `${shown.join(', ')}${rest > 0 ? ` and ${number(rest)} more` : ''}`)
  }
}

function writeRest(page: TextPage, count: number): void {
  if (count <= LISTED) return
  writeParagraph(page, '  ', `and ${plural(count - LISTED, 'other')}: -f json lists them`, page.style.quiet)
}

/** In the order in which the first of each comes. */
function grouped<T>(all: readonly T[], keyOf: (each: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const key = keyOf(each)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return [...groups.values()]
}
