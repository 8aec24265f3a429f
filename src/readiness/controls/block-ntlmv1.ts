import { cite } from '../../audit/rule/evidence.ts'
import { place, responseLengths, who, whose } from '../../audit/rule/wording.ts'
import { sentNtlmv1 } from '../../ledger/derived/logons.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { citeLogons, logonsOf, succeeded } from '../judging/logons-seen.ts'
import { breaks, notObserved, type Observation, ready, unseenOf } from '../judging/observation.ts'
import type { Unit } from '../judging/unit.ts'

export const blockNtlmv1: Control = {
  id: 'block-ntlmv1',
  title: CONTROL_TITLES['block-ntlmv1'],
  guide: 'Beyond SMB',
  combines: 'behaviour',
  sided: false,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge(unit) {
    yield judgeLogons(unit)
  },
}

function judgeLogons({ connection, session }: Unit): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  const seen = session === null ? null : logonsOf(session)
  const sent = seen?.logons.find(sentNtlmv1)
  if (sent !== undefined) {
    const authenticate = sent.ntlm?.authenticate ?? null
    const isLm = (authenticate?.kind ?? sent.auth) === 'lm'
    return breaks(isLm ? 'sends-lm' : 'sends-ntlmv1', () => ({
      message: `${client} sends ${server} the ${isLm ? 'LM' : 'NTLMv1'} response ${whose(sent)}.`,
      evidence: [
        cite(
          authenticate ?? sent,
          'ChallengeResponses',
          authenticate === null ? 'LM or NTLMv1 response' : responseLengths(authenticate),
        ),
      ],
      change: `Set ${client} to NTLMv2 (LmCompatibilityLevel 3 or higher; Samba: client ntlmv2 auth = yes), or update it.`,
    }))
  }
  if (session === null || seen === null || !seen.complete || !seen.logons.every(isOther)) {
    return unseenOf(session)(
      'logon-not-seen',
      () => `How ${session === null ? 'a user' : who(session)} from ${client} logs on to ${server} was not seen.`,
    )
  }
  const first = seen.logons[0]!
  if (first.auth === 'plaintext') {
    return notObserved(
      'plaintext-password',
      () => `${client} sends ${server} passwords in clear text, which is worse and another matter.`,
    )
  }
  return ready('sends-neither', () => ({
    message: `${client} logs on to ${server} with ${WAYS[first.auth] ?? 'another mechanism'}.`,
    evidence: citeLogons(seen.logons, session.family),
  }))
}

const WAYS: Partial<Record<LogonFacts['auth'], string>> = {
  ntlmv2: 'NTLMv2',
  kerberos: 'Kerberos',
  negoex: 'a mechanism of NEGOEX',
  anonymous: 'no credentials',
  'ntlm-local': 'NTLM within one host, which sends no response',
}

/** It is known to have sent neither, and was seen to its end: a refused ticket may be followed by another mechanism. */
function isOther(logon: LogonFacts): boolean {
  return logon.auth !== 'unknown' && succeeded(logon) !== null
}
