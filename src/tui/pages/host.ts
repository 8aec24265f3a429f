/** The page of a host: what it reported about itself, what was negotiated with it, and the findings about it. */

import { pad } from '../../base/safe-text.ts'
import { endpointText, plural } from '../../base/wording.ts'
import type { HostRecord } from '../../report/records/host.ts'
import type { FindingRow } from '../../rows/finding-row.ts'
import type { HostRow } from '../../rows/host-row.ts'
import type { SessionRow } from '../../rows/session-row.ts'
import { EMPTY, fitLine, labelled, paragraphLines, section, segment, timeSpan, wireText } from '../text/layout.ts'
import type { Line, Tone } from '../text/line.ts'
import { findingList } from './finding-list.ts'
import { nameLines, roleSection, systemLines } from './host-facts.ts'
import { protectionText } from './protection-text.ts'

/**
 * @param record what is known of it beside its row; undefined where that is gone
 * @param sessions sessions of this host, as many as are listed
 */
export function hostLines(
  host: HostRow,
  record: HostRecord | undefined,
  findings: readonly FindingRow[],
  sessions: readonly SessionRow[],
  width: number,
): Line[] {
  const fact = (label: string, value: string | null, tone: Tone = 'plain') =>
    value === null || value === '' ? [] : labelled(label, value, width, 16, tone)
  const worst = host.worst === null ? [] : [segment(`  ${host.worst.toUpperCase()}`, host.worst)]
  return [
    fitLine(
      [segment(host.ip, 'strong'), segment(host.internal ? '  internal' : '  external', 'quiet'), ...worst],
      width,
    ),
    EMPTY,
    ...fact('Role', host.roles.length === 0 ? 'no answer seen' : host.roles.join(' and ')),
    ...nameLines(record?.nameSources ?? [], width),
    ...systemLines(record?.systems ?? [], width),
    ...fact('Seen', `${plural(host.connections, 'connection')}, ${plural(host.sessions, 'session')}`),
    ...fact('When', `${timeSpan(host.firstTime, host.lastTime)} UTC`),
    ...roleSection('As a server', record?.asServer ?? null, false, width),
    ...roleSection('As a client', record?.asClient ?? null, true, width),
    ...section(
      'Findings',
      findings.length > 0
        ? findingList(findings, width)
        : paragraphLines('No finding is about this host.', width, '  ', 'quiet'),
      width,
    ),
    ...section(
      sessions.length < host.sessions ? `Sessions (${sessions.length} of ${host.sessions})` : 'Sessions',
      sessions.length > 0
        ? sessions.flatMap((session) => sessionLine(host, session, width))
        : paragraphLines('None.', width, '  ', 'quiet'),
      width,
    ),
  ]
}

/** The other end, the user, and how the session is protected. */
function sessionLine(host: HostRow, session: SessionRow, width: number): Line[] {
  const { client, server, serverPort, user, domain, auth, dialect, status, guest, anonymous } = session
  const other = client === host.ip ? `-> ${endpointText({ ip: server, port: serverPort })}` : `<- ${client}`
  const name = anonymous === true ? 'anonymous' : user === null ? '' : domain === null ? user : `${domain}\\${user}`
  const facts = [
    wireText(name),
    auth === 'unknown' || auth === 'anonymous' ? '' : auth,
    dialect === null ? '' : wireText(dialect),
    guest === true ? 'guest' : '',
    status === 'failed'
      ? `refused${session.ntStatus === null ? '' : `: ${session.ntStatus}`}`
      : protectionText(session),
  ].filter((fact) => fact !== '')
  const tone: Tone = session.worst ?? 'plain'
  const sign = session.worst === null ? '' : `  ${session.worst}`
  return [
    fitLine(
      [segment(`  ${pad(String(session.frame), 8)}`, 'quiet'), segment(pad(other, 24)), segment(sign, tone)],
      width,
    ),
    ...paragraphLines(facts.join(', '), width, ' '.repeat(10), 'quiet'),
  ]
}
