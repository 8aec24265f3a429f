import { cite, evidence } from '../../audit/rule/evidence.ts'
import { place, who } from '../../audit/rule/wording.ts'
import { leftUnused } from '../../ledger/derived/session-use.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { breaks, notObserved, type Observation, ready } from '../judging/observation.ts'
import { citeGrant, withoutSession } from '../judging/session-state.ts'

export const disableGuest: Control = {
  id: 'disable-guest',
  title: CONTROL_TITLES['disable-guest'],
  guide: 'Disable guest authentication and fallback',
  combines: 'behaviour',
  sided: false,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge(unit) {
    const { connection, session } = unit
    const none = withoutSession(unit)
    yield none ?? judgeSession(connection, session!)
  },
}

function judgeSession(connection: ConnectionFacts, session: SessionFacts): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  if (session.guest === true) {
    // A client that refuses guest access ends the session before it uses it.
    return leftUnused(session, connection) ? refusedByClient(connection, session) : asGuest(connection, session)
  }
  if (session.guest === null) {
    return notObserved(
      'grant-not-seen',
      () => `Whether ${server} made ${who(session)} from ${client} a guest was not seen.`,
    )
  }
  return ready(session.anonymous === true ? 'null-session' : 'not-guest', () => ({
    message:
      session.anonymous === true
        ? `${client} has a null session on ${server}, which this control leaves as it is.`
        : `${server} granted the session of ${who(session)} from ${client}, and not as guest.`,
    evidence: [citeGrant(session)],
  }))
}

function asGuest(connection: ConnectionFacts, session: SessionFacts): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  const { user, auth } = session
  const evidenced = () => [citeGrant(session)]
  if (auth === 'anonymous' || user === '' || user?.toLowerCase() === 'guest') {
    return breaks('works-as-guest', () => ({
      message: `${client} works as guest on ${server}.`,
      evidence: evidenced(),
      change: `Give the users of ${client} an account on ${server}.`,
    }))
  }
  if (user === null) {
    return breaks('guest-without-name', () => ({
      message: `${client} works as guest on ${server}; the name that it logged on with was not seen.`,
      evidence: evidenced(),
      change: `Find out who uses ${server} from ${client}, and give them an account there.`,
    }))
  }
  return breaks('mapped-to-guest', () => ({
    message: `${server} did not accept the credentials of ${who(session)} from ${client} and made the user a guest.`,
    evidence: evidenced(),
    change: `Give ${who(session)} an account on ${server}, or the right password.`,
  }))
}

function refusedByClient({ client, server, end }: ConnectionFacts, session: SessionFacts): Observation {
  return ready(
    'guest-refused-by-client',
    () => ({
      message: `${place(server)} made ${who(session)} a guest, and ${client.ip} ended the session unused.`,
      evidence: evidence(
        citeGrant(session),
        session.logoff !== null
          ? cite(session.logoff, 'Command', 'LOGOFF by the client')
          : end !== null && cite(end.at, 'TcpFlags', `TCP ${end.how.toUpperCase()} by the client`),
      ),
    }),
    { credit: 'The client refused to work as guest.' },
  )
}
