/** What a control is. */
import type { ControlId, HostRole } from '../control.ts'
import type { Observation } from './observation.ts'
import type { Surroundings, Unit } from './unit.ts'

/** One control: text for people, and one pure function over what was seen. It never sees packets. */
export interface Control {
  id: ControlId
  title: string
  /** Heading of Microsoft's guide "Protect SMB traffic from interception". */
  guide: string
  /**
   * How the sessions of one row combine. capability: a session that showed the capability speaks for those that did not. behaviour: every session counts,
   * and one that showed nothing leaves the row open. In both, a session that would break decides.
   */
  combines: 'capability' | 'behaviour'
  /** Can both sides enforce it? Then it has rows for each: the server judges the client, and the client the server. */
  sided: boolean
  /** Which ends have a row of their own: the end that would be refused, or that must change. */
  hosts: readonly HostRole[]
  /** What no traffic shows that is read, as one sentence; null where it is shown. Then there are no rows about pairs. */
  unobservable: string | null
  /** Does it judge connections that were refused or not answered, too? */
  attempts?: true
  /** What enforcing would do to this session, or to a connection without one: for each side and share at most one observation. */
  judge(unit: Unit, surroundings: Surroundings): Iterable<Observation>
}
