import { place, who, whose } from '../../audit/rule/wording.ts'
import { sentNtlmv1 } from '../../ledger/derived/logons.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { citeLogon, citeLogons, logonsOf, succeeded } from '../judging/logons-seen.ts'
import { ntlmReason } from '../judging/ntlm-reason.ts'
import { breaks, notObserved, type Observation, ready } from '../judging/observation.ts'
import { withoutSession } from '../judging/session-state.ts'

/** A logon that went by NTLM breaks, whatever other logons of the pair used. */
export const blockNtlm: Control = {
  id: 'block-ntlm',
  title: CONTROL_TITLES['block-ntlm'],
  guide: 'Beyond SMB',
  combines: 'behaviour',
  sided: false,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge(unit) {
    yield withoutSession(unit) ?? judgeLogons(unit.connection, unit.session!)
  },
}

function judgeLogons(connection: ConnectionFacts, session: SessionFacts): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  const { logons, complete } = logonsOf(session)
  const byNtlm = logons.find((logon) => usesNtlm(logon) && succeeded(logon) === true)
  if (byNtlm !== undefined && session.guest !== false) return asGuest(connection, session)
  if (byNtlm !== undefined) {
    const { reason, words, change } = ntlmReason(connection, session, byNtlm)
    return breaks(reason, () => ({
      message: `A logon ${whose(byNtlm)} from ${client} on ${server} went by NTLM: ${words}.`,
      evidence: citeLogon(byNtlm, session.family),
      change,
    }))
  }
  const open = complete ? logons.find((logon) => !isKerberos(logon) || succeeded(logon) === null) : null
  if (open !== undefined) return undecided(connection, session, open)
  const first = logons[0]!
  return ready('logs-on-without-ntlm', () => ({
    message: `${client} logs on to ${server} with ${first.auth === 'kerberos' ? 'Kerberos' : 'NEGOEX'}.`,
    evidence: citeLogons(logons, session.family),
  }))
}

function usesNtlm(logon: LogonFacts): boolean {
  return logon.auth === 'ntlmv2' || sentNtlmv1(logon) || logon.ntlm?.authenticate?.kind === 'blank'
}

function isKerberos({ auth }: LogonFacts): boolean {
  return auth === 'kerberos' || auth === 'negoex'
}

function asGuest({ client, server }: ConnectionFacts, session: SessionFacts): Observation {
  if (session.guest === null) {
    return notObserved(
      'grant-not-seen',
      () => `${client.ip} logged on to ${place(server)} with NTLM; what the server granted was not seen.`,
    )
  }
  return notObserved(
    'guest-by-ntlm',
    () =>
      `${client.ip} works as guest on ${place(server)}, with NTLM messages that proved nothing. Samba goes on to admit such guests; a ` +
      'client that blocks NTLM does not send them.',
  )
}

/** @param open a logon that shows neither; null where the first one was not seen */
function undecided({ client, server }: ConnectionFacts, session: SessionFacts, open: LogonFacts | null): Observation {
  const from = `${client.ip} on ${place(server)}`
  if (open?.auth === 'anonymous') {
    return notObserved(
      'null-session',
      () =>
        `The null session of ${from} is set up with NTLM messages that prove nothing; whether a server that blocks NTLM takes them was not seen.`,
    )
  }
  if (open?.auth === 'plaintext') {
    return notObserved('plaintext-password', () => `The passwords of ${from} go in clear text, which is not NTLM.`)
  }
  if (open?.auth === 'ntlm-local') {
    return notObserved('ntlm-within-host', () => `${from} logs on with NTLM within one host, which sends no response.`)
  }
  return notObserved('logon-not-seen', () => `How ${who(session)} logs on from ${from} was not seen, or in part.`)
}
