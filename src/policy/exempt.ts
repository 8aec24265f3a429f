/** Which exemption of a policy covers something that was seen. Shared by findings and readiness. */
import type { Exemption } from './policy.ts'

/** What was seen, and of whom. Null and empty are "not seen", and match only an exemption that does not ask for it. */
export interface ExemptionSubject {
  /** Of a rule or a control. */
  id: string
  client: SubjectHost | null
  server: SubjectHost | null
  user: string | null
  domain: string | null
  /** All shares that it is about: an exemption of a share covers it only if it covers each of them. */
  shares: readonly string[]
  /** Microseconds since 1970 UTC: the last time it was seen. */
  time: number
}

export interface SubjectHost {
  ip: string
  /** What it is called, as far as that was seen. */
  names: readonly string[]
}

/** Do all parts that this exemption names match? Its end is not considered. */
export function covers(exemption: Exemption, subject: ExemptionSubject): boolean {
  const { rules, client, server, user, share } = exemption
  return (
    (rules === null || rules.includes(subject.id)) &&
    (client === null || (subject.client !== null && client.matches(subject.client.ip, subject.client.names))) &&
    (server === null || (subject.server !== null && server.matches(subject.server.ip, subject.server.names))) &&
    (user === null || (subject.user !== null && user.matches(subject.user, subject.domain))) &&
    (share === null || (subject.shares.length > 0 && subject.shares.every((path) => share.matches(path))))
  )
}

/**
 * Had it ended when this was seen? The packets' time decides and not today's date, so a capture gives the same result whenever it is read, and what is
 * captured after the end is never hidden.
 */
export function hasEnded({ until }: Exemption, time: number): boolean {
  return until !== null && time > until
}

/** The first exemption that covers this and had not ended; null where there is none. */
export function exemptionFor(exemptions: readonly Exemption[], subject: ExemptionSubject): Exemption | null {
  return exemptions.find((each) => !hasEnded(each, subject.time) && covers(each, subject)) ?? null
}
