/** What belongs together: the findings about a session, and the session that a frame belongs to. */
import type { SessionFacts } from '../../ledger/smb-facts.ts'
import type { FindingRow } from '../../rows/finding-row.ts'
import { filterRows } from '../../rows/row-list.ts'
import type { SessionRow } from '../../rows/session-row.ts'
import type { Known } from './view.ts'

/** Findings about the session, about its hosts, and about its user on them. */
export function findingsOf(session: SessionFacts, { shown, details }: Known): FindingRow[] {
  const connection = details.connection(session.connection)
  if (connection === undefined) return []
  const client = connection.client.ip
  const server = connection.server.ip
  return filterRows(shown.findings, (finding) => {
    if (finding.session !== null) return finding.session === session.id
    if (finding.capture !== session.capture) return false
    if (finding.client !== null && finding.client !== client) return false
    if (finding.server !== null && finding.server !== server) return false
    return finding.user === null || finding.user.toLowerCase() === session.user?.toLowerCase()
  })
}

/** The id of the session between the two hosts that was in use at a frame, or else of the next one; undefined stands for any host. */
export function sessionAt(
  sessions: Iterable<SessionRow>,
  at: { capture: string; frame: number },
  client: string | undefined,
  server: string | undefined,
): string | null {
  let current: SessionRow | null = null
  let next: SessionRow | null = null
  for (const session of sessions) {
    if (session.capture !== at.capture || session.lastFrame < at.frame) continue
    if (client !== undefined && session.client !== client) continue
    if (server !== undefined && session.server !== server) continue
    if (session.frame > at.frame) {
      if (next === null || session.frame < next.frame) next = session
    }
    // Of several, the one that started last is the most likely.
    else if (current === null || session.frame > current.frame) current = session
  }
  // A negotiation comes before the session that it is for.
  return (current ?? next)?.id ?? null
}

/** A value of a filter, in quotes if it would mean something else: a comma, a star, or a word of the filter language. */
export function filterValue(text: string): string {
  return /^[\w.$-]+$/.test(text) && !/^(?:none|unknown)$/i.test(text) ? text : `"${text.replaceAll('"', '""')}"`
}
