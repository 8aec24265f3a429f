/** The page of a session: its events in order, from the connection to its end, and the findings about it. */
import { displayWidth, pad, wrap } from '../../base/safe-text.ts'
import { endpointText, number, plural } from '../../base/wording.ts'
import type { ConnectionFacts, MessageCounts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { FindingRow } from '../../rows/finding-row.ts'
import {
  EMPTY,
  fitLine,
  labelled,
  paragraphLines,
  relativeTime,
  section,
  segment,
  timeSpan,
  wireText,
} from '../text/layout.ts'
import type { Line } from '../text/line.ts'
import { findingList } from './finding-list.ts'
import { connectionEvents, logonEvents, type SessionEvent, trafficEvents } from './session-events.ts'

/** @param connection the one that set the session up */
export function sessionLines(
  session: SessionFacts,
  connection: ConnectionFacts | undefined,
  findings: readonly FindingRow[],
  width: number,
): Line[] {
  const events = [
    ...(connection === undefined ? [] : connectionEvents(connection)),
    ...session.logons.flatMap((logon) => logonEvents(logon, session)),
    ...trafficEvents(session),
  ].sort((a, b) => a.at.frame - b.at.frame)
  const start = connection?.firstTime ?? session.firstTime
  return [
    ...head(session, connection, width),
    ...section(
      'Events: frame, time since the start',
      events.flatMap((each) => eventLines(each, start, width)),
      width,
    ),
    ...section('Messages after the setup', traffic(session, connection, width), width),
    ...section(
      'Findings',
      findings.length > 0
        ? findingList(findings, width)
        : paragraphLines('No finding is about this session.', width, '  ', 'quiet'),
      width,
    ),
  ]
}

const STATUS_WORDS = {
  established: 'granted',
  failed: 'refused',
  pending: 'answer not seen',
  unknown: 'in use',
} as const

/** The user, or why no name is known. */
function nameOf({ user, domain, anonymous, auth }: SessionFacts): string {
  if (anonymous === true) return 'anonymous'
  if (user) return domain ? `${domain}\\${user}` : user
  if (auth === 'kerberos') return 'Kerberos user'
  if (auth === 'ntlm-local') return 'local user'
  return user === '' ? 'empty user name' : 'user not seen'
}

function head(session: SessionFacts, connection: ConnectionFacts | undefined, width: number): Line[] {
  const { workstation, guest, status } = session
  const how = guest === true ? `${STATUS_WORDS[status]} as guest` : STATUS_WORDS[status]
  const lines: Line[] = [
    fitLine([segment(wireText(nameOf(session)), 'strong'), segment(`  ${how}, ${session.auth}`, 'quiet')], width),
    EMPTY,
  ]
  if (connection !== undefined) {
    lines.push(
      ...labelled('Between', `${endpointText(connection.client)} -> ${endpointText(connection.server)}`, width),
    )
  }
  if (workstation) lines.push(...labelled('From', wireText(workstation), width))
  lines.push(...labelled('Session', session.sessionId, width))
  lines.push(...labelled('When', `${timeSpan(session.firstTime, session.lastTime)} UTC`, width))
  for (const [side, os] of Object.entries(session.nativeOs)) {
    if (os) lines.push(...labelled('System', `${wireText(os)}, reported by the ${side}`, width))
  }
  const channels = session.connections.length
  if (channels > 1) lines.push(...labelled('Channels', plural(channels, 'connection'), width))
  return [...lines, ...labelled('Capture', wireText(session.capture), width)]
}

function eventLines({ at, what, tone, notes }: SessionEvent, start: number, width: number): Line[] {
  const when = `${String(at.frame).padStart(7)}  ${pad(relativeTime(at.time - start), 10)} `
  const sign = tone === 'critical' || tone === 'high' || tone === 'medium' ? '! ' : '  '
  const before = `${when}${sign}`
  const room = width - displayWidth(before)
  const lines = wrap(wireText(what), room).map(
    (part, i): Line => [segment(i === 0 ? before : ' '.repeat(before.length), 'quiet'), segment(part, tone)],
  )
  // On a narrow screen the notes start further left, to stay readable.
  const indent = ' '.repeat(width < 64 ? 11 : before.length + 2)
  return notes.length === 0
    ? lines
    : [...lines, ...paragraphLines(notes.map(wireText).join('; '), width, indent, 'quiet')]
}

function traffic(session: SessionFacts, connection: ConnectionFacts | undefined, width: number): Line[] {
  const lines = [
    ...labelled('  Requests', countsText(session.requests), width, 14),
    ...labelled('  Responses', countsText(session.responses), width, 14),
  ]
  if (session.treesNotKept > 0) {
    lines.push(...paragraphLines(`${plural(session.treesNotKept, 'more tree')} not kept.`, width, '  ', 'quiet'))
  }
  if (connection !== undefined && connection.gaps > 0) {
    const missed = connection.missedBytes > 0 ? `, ${plural(connection.missedBytes, 'byte')} missed` : ''
    const text = `${plural(connection.gaps, 'gap')} in what was captured${missed}: messages in it are not counted.`
    lines.push(...paragraphLines(text, width, '  ! ', 'medium'))
  }
  return lines
}

function countsText({ signed, unsigned, encrypted, unread }: MessageCounts): string {
  if (signed + unsigned + encrypted + unread === 0) return 'none seen'
  const compressed = unread > 0 ? `, ${number(unread)} compressed` : ''
  return `${number(signed)} signed, ${number(unsigned)} unsigned, ${number(encrypted)} encrypted${compressed}`
}
