import type { ExemptionSubject } from '../../policy/exempt.ts'
import type { ControlId } from '../control.ts'
import { type Unit, userOf } from '../judging/unit.ts'

/**
 * What an exemption must cover to accept a row.
 *
 * @param share null where it does not matter: the shares of the session that shows it are meant then
 * @param time when it was seen last
 */
export function exemptionSubject(
  id: ControlId,
  { connection, session }: Unit,
  share: string | null,
  time: number,
): ExemptionSubject {
  const paths = session?.trees.flatMap(({ path }) => (path === null ? [] : [path])) ?? []
  return {
    id,
    client: { ip: connection.client.ip, names: [] },
    server: { ip: connection.server.ip, names: [] },
    user: userOf(session),
    domain: session?.domain ?? null,
    shares: share === null ? paths : [share],
    time,
  }
}
