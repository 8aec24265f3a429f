import type { NamesSeen } from '../../ledger/derived/names-seen.ts'
import { sharesOf } from '../../ledger/derived/shares.ts'
import type { ExemptionSubject } from '../../policy/exempt.ts'
import type { ControlId } from '../control.ts'
import { type Unit, userOf } from '../judging/unit.ts'

/**
 * What an exemption must cover to accept a row.
 *
 * @param share null where it does not matter: the shares of the session that shows it are meant then
 * @param time when it was seen last
 * @param names of the whole ledger; null if the policy names no hosts
 */
export function exemptionSubject(
  id: ControlId,
  { connection, session }: Unit,
  share: string | null,
  time: number,
  names: NamesSeen | null,
): ExemptionSubject {
  const paths = session === null ? [] : sharesOf(session)
  return {
    id,
    client: { ip: connection.client.ip, names: names?.of(connection, connection.client.ip) ?? [] },
    server: { ip: connection.server.ip, names: names?.of(connection, connection.server.ip) ?? [] },
    user: userOf(session),
    domain: session?.domain ?? null,
    shares: share === null ? paths : [share],
    time,
  }
}
