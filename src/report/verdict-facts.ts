/** What the verdict needs to know of a report. */
import type { Finding } from '../audit/finding.ts'
import { countBySeverity } from '../audit/finding-list.ts'
import type { Severity } from '../audit/rule/rule.ts'
import { total } from '../base/total.ts'
import type { Facts } from '../ledger/facts-list.ts'
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import type { Report } from './records/report.ts'
import { type ConnectionCounts, noProtection, type ProtectionCounts, type VerdictFacts } from './verdict.ts'

export function verdictFactsOf({ ledger, findings, findingsHidden }: Report): VerdictFacts {
  const { captures, connections, sessions } = ledger
  return {
    severities: countBySeverity(findings),
    hidden: findingsHidden,
    captures: captures.length,
    packets: total(captures, (c) => c.packets),
    unread: captures.flatMap((c) => c.unreadPackets),
    connections: connectionCounts(connections),
    sessions: sessions.length,
    soFar: false,
    titlesAt: (severity) => titlesAt(findings, severity),
    protection: () => {
      const kinds = noProtection()
      for (const session of sessions) kinds[protection(session)]++
      return kinds
    },
  }
}

function titlesAt(findings: Iterable<Finding>, wanted: Severity): string[] {
  const titles: string[] = []
  for (const { severity, title } of findings) if (severity === wanted) titles.push(title)
  return titles
}

function connectionCounts(connections: Facts<ConnectionFacts>): ConnectionCounts {
  const counts = { all: connections.length, refused: 0, unanswered: 0 }
  for (const { state } of connections) {
    if (state === 'refused') counts.refused++
    if (state === 'attempted') counts.unanswered++
  }
  return counts
}

function protection(session: SessionFacts): keyof ProtectionCounts {
  if (session.status === 'failed') return 'refused'
  if (session.status === 'pending') return 'unanswered'
  const unread = session.requests.unread + session.responses.unread
  const signed = session.requests.signed + session.responses.signed
  const unsigned = session.requests.unsigned + session.responses.unsigned
  const encrypted = session.requests.encrypted + session.responses.encrypted
  if (signed + unsigned + encrypted === 0) return 'unseen'
  // Compressed together with their headers: nothing shows whether they are signed.
  if (unread > 0 && unsigned === 0) return 'unseen'
  if (unsigned === 0) return signed === 0 ? 'encrypted' : 'signed'
  return signed + encrypted === 0 ? 'clear' : 'partly'
}
