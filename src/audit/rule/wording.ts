/**
 * Phrases that the messages of several rules share. They distinguish an empty name from a name that was not seen, and a setup that was captured in part
 * from one that was not captured. A direction without messages is left out of the counts.
 */
import { dialectName } from '../../../dissectors/smb2/dialects.ts'
import { endpointText, listed, plural } from '../../base/wording.ts'
import { statusName } from '../../ledger/derived/status-name.ts'
import type { Endpoint } from '../../ledger/endpoint.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts, Smb1Facts, Smb2NegotiateRequestFacts } from '../../ledger/smb-facts.ts'
import { cite, type EvidenceDraft } from './evidence.ts'

type Smb1Request = NonNullable<Smb1Facts['negotiateRequest']>

/** Unsigned, at least `digits` wide. */
export function hex(value: number, digits: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(digits, '0')}`
}

/** The address alone if the port is SMB's own. */
export function place({ ip, port }: Endpoint): string {
  return endpointText({ ip, port: port === 445 || port === 139 ? null : port })
}

/** DOMAIN\user as the client gave it, or what is known instead of a name. */
export function who({ user, domain, auth }: Pick<SessionFacts, 'user' | 'domain' | 'auth'>): string {
  if (user !== null && user !== '') return domain ? `${domain}\\${user}` : user
  // Only the server can read the name in a ticket, a null session has none, and NTLM within one host sends none.
  if (auth === 'kerberos') return 'a Kerberos user'
  if (auth === 'anonymous') return 'an anonymous user'
  if (auth === 'ntlm-local') return 'a local user'
  return user === '' ? 'a user with an empty name' : 'a user whose name was not seen'
}

/** The same at the beginning of a sentence. A name stays as it was given. */
export function whoFirst(logon: LogonFacts): string {
  const words = who(logon)
  return logon.user ? words : `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** The owner of a password or a response: `of CORP\alice`, `for the share \\files\team`. */
export function whose(logon: LogonFacts): string {
  if (logon.purpose !== 'share') return `of ${who(logon)}`
  return logon.share === null ? 'for a share whose name was not seen' : `for the share ${logon.share}`
}

/** The message that carried it. */
export function carrier({ purpose }: LogonFacts, setup = 'SESSION_SETUP'): string {
  return purpose === 'share' ? 'TREE_CONNECT' : setup
}

/** `1 request and 2 responses`. */
export function inEachDirection(requests: number, responses: number): string {
  const parts = [requests > 0 && plural(requests, 'request'), responses > 0 && plural(responses, 'response')]
  return listed(parts.filter((part) => part !== false))
}

/** `2 are signed and 1 is encrypted`, without those that are 0. */
export function inEachState(kinds: readonly (readonly [count: number, state: string])[]): string {
  return listed(kinds.filter(([n]) => n > 0).map(([n, state]) => `${plural(n, 'is', 'are')} ${state}`))
}

/** The outcome of a logon, for the end of a sentence. */
export function outcome({ answered, ntStatus }: LogonFacts, family: SessionFacts['family']): string {
  return answered === null || ntStatus === null ? 'the answer was not seen' : statusName(ntStatus, family)
}

/** What an answer to a session setup says: its status, if that is known. */
export function answeredWith(command: string, status: number | null, family: SessionFacts['family']): string {
  return status === null ? `${command} answered` : `${command} answered with ${statusName(status, family)}`
}

/** The beginning of a sentence about a session. */
export function sessionOn({ server }: ConnectionFacts, session: SessionFacts): string {
  const { status, logons, user } = session
  // With share-level security each share has a password, and no user logs on.
  if (!user && logons.length > 0 && logons.every(({ purpose }) => purpose === 'share')) {
    return `The session on ${place(server)} without a user (share-level security)`
  }
  const answered = status === 'established' || status === 'failed'
  // A later logon of the session is no part of its setup.
  if (!answered && !logons.some(({ purpose }) => purpose === 'first')) {
    return `A session on ${place(server)} whose setup was not captured`
  }
  const where = `on ${place(server)}`
  const whole = user ? `of ${who(session)} ${where}` : `${where} of ${who(session)}`
  return `The session ${whole}${answered ? '' : ', whose setup was captured only in part,'}`
}

export function dialectNames(revisions: readonly number[]): string {
  return commaSeparated(revisions.map(dialectName))
}

export function quoted(texts: readonly string[]): string {
  return commaSeparated(texts.map((t) => `"${t}"`))
}

/** The dialects in an SMB1 NEGOTIATE, and in an SMB2 one, as far as they were captured. */
export function citeSmb1Request(request: Smb1Request): EvidenceDraft {
  return cite(request, 'Dialects', `NEGOTIATE lists ${asFarAsSeen(quoted(request.dialects), request.dialectsCut)}`)
}

export function citeSmb2Request(request: Smb2NegotiateRequestFacts): EvidenceDraft {
  return cite(
    request,
    'Dialects',
    `NEGOTIATE offers ${asFarAsSeen(dialectNames(request.dialects), request.dialectsCut)}`,
  )
}

function asFarAsSeen(list: string, cut: boolean): string {
  if (!cut) return list
  return list === '' ? 'dialects that were not captured' : `${list} and what was not captured`
}

/** No real client offers more dialects than this. */
function commaSeparated(texts: readonly string[], limit = 12): string {
  return texts.length <= limit
    ? texts.join(', ')
    : `${texts.slice(0, limit).join(', ')} and ${texts.length - limit} more`
}

type Responses = Pick<NonNullable<NonNullable<LogonFacts['ntlm']>['authenticate']>, 'lmLength' | 'ntLength'>

/** `NT response 24 bytes, LM response 24 bytes`, as far as the lengths were captured. */
export function responseLengths({ ntLength, lmLength }: Responses): string {
  return `NT response ${lengthText(ntLength)}, LM response ${lengthText(lmLength)}`
}

export function lengthText(length: number | null): string {
  return length === null ? 'of a length that was not captured' : plural(length, 'byte')
}
