/** What the verdict needs to know of a report. */
import type { Finding } from '../audit/finding.ts'
import { countBySeverity } from '../audit/finding-list.ts'
import type { Severity } from '../audit/rule/rule.ts'
import { total } from '../base/total.ts'
import { noProtection, protectionOf } from '../ledger/derived/protection.ts'
import type { Facts } from '../ledger/facts-list.ts'
import type { ConnectionFacts } from '../ledger/smb-facts.ts'
import type { Report } from './records/report.ts'
import type { ConnectionCounts, VerdictFacts } from './verdict.ts'

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
      for (const session of sessions) kinds[protectionOf(session)]++
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
