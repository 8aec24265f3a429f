import { cite, type EvidenceDraft } from '../../audit/rule/evidence.ts'
import { place, who, whose } from '../../audit/rule/wording.ts'
import { hostOfService } from '../../ledger/derived/host-name.ts'
import { sentNtlmv1 } from '../../ledger/derived/logons.ts'
import type { LogonFacts, NtlmFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import { parseAddress } from '../../policy/networks.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { citeLogon, logonFrame, logonsOf, succeeded } from '../judging/logons-seen.ts'
import { breaks, notObserved, type Observation, ready, unseenOf } from '../judging/observation.ts'
import type { Unit } from '../judging/unit.ts'

/** MsvAvFlags: the client has the name from an untrusted source, [MS-NLMP] 2.2.2.1. */
const UNTRUSTED_SPN = 0x4
/** The service classes that an SMB server answers to. */
const CLASSES: ReadonlySet<string> = new Set(['cifs', 'host'])
/** A NetBIOS name is no longer. */
const NETBIOS_LENGTH = 15

/** Judged is what is sent, whether or not the logon succeeds: the server compares the names before it decides. */
export const requireSpn: Control = {
  id: 'require-spn',
  title: CONTROL_TITLES['require-spn'],
  guide: 'Beyond SMB',
  combines: 'behaviour',
  sided: false,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge({ connection, session }: Unit) {
    const { logons, complete } = session === null ? NOTHING : logonsOf(session)
    const observations = session === null ? [] : logons.map((logon) => judgeLogon(connection, session, logon))
    const worst =
      observations.find(({ state }) => state === 'breaks') ??
      observations.find(({ state }) => state === 'not-observed') ??
      observations[0]
    if (worst !== undefined && (complete || worst.state === 'breaks')) yield worst
    else {
      yield unseenOf(session)(
        'logon-not-seen',
        () =>
          `How ${session === null ? 'a user' : who(session)} logs on from ${connection.client.ip} to ${place(connection.server)} was not seen.`,
      )
    }
  },
}

const NOTHING = { logons: [], complete: false }

function judgeLogon(connection: ConnectionFacts, session: SessionFacts, logon: LogonFacts): Observation {
  const from = `${connection.client.ip} on ${place(connection.server)}`
  const authenticate = logon.ntlm?.authenticate ?? null
  if (sentNtlmv1(logon)) {
    return breaks('ntlmv1-has-no-name', () => ({
      message: `${connection.client.ip} sends ${place(connection.server)} an LM or NTLMv1 response ${whose(logon)}, which has no room for a service name. Windows servers refuse it then.`,
      evidence: [logonFrame(logon)],
      change: `Set ${connection.client.ip} to NTLMv2 or Kerberos.`,
    }))
  }
  if (authenticate?.kind === 'ntlmv2') return judgeName(connection, logon, authenticate, logon.ntlm!.challenge)
  if (logon.auth === 'kerberos' && succeeded(logon) !== null && authenticate === null) {
    return ready('kerberos-names-the-server', () => ({
      message: `A logon ${whose(logon)} from ${from} uses Kerberos, whose ticket is for the server.`,
      evidence: citeLogon(logon, session.family),
    }))
  }
  if (logon.auth === 'anonymous') {
    return notObserved(
      'null-session',
      () => `The null session of ${from} carries no service name; whether the server asks for one was not seen.`,
    )
  }
  return notObserved('logon-not-seen', () => `How ${who(session)} logs on from ${from} was not seen, or in part.`)
}

type Authenticate = NonNullable<NtlmFacts['authenticate']>

function judgeName(
  connection: ConnectionFacts,
  logon: LogonFacts,
  authenticate: Authenticate,
  challenge: NtlmFacts['challenge'],
): Observation {
  const { targetName, avFlags, avPairsCut } = authenticate
  const client = connection.client.ip
  const server = place(connection.server)
  const shown = (what: string): EvidenceDraft[] => [cite(authenticate, 'NtChallengeResponse', what)]
  const whoSends = `The NTLMv2 response ${whose(logon)} from ${client} to ${server}`
  const fix = `Update ${client}, or let it use Kerberos, or list the name on ${server} (SrvAllowedServerNames).`
  if (targetName === null || targetName === '') {
    // The flags stand before the name, so they say nothing about one that was cut.
    if (avPairsCut)
      return notObserved(
        'name-not-captured',
        () => `${whoSends} was captured in part: whether it names the server was not seen.`,
      )
    return breaks('no-service-name', () => ({
      message: `${whoSends} names no service. Windows servers refuse it then.`,
      evidence: shown('no MsvAvTargetName'),
      change: fix,
    }))
  }
  const cited = `MsvAvTargetName "${targetName}"`
  if (((avFlags ?? 0) & UNTRUSTED_SPN) !== 0) {
    return breaks('untrusted-service-name', () => ({
      message: `${whoSends} names ${targetName} and marks it as coming from an untrusted source. Windows servers refuse it then.`,
      evidence: shown(`${cited}, MsvAvFlags 0x00000004 (untrusted SPN source)`),
      change: fix,
    }))
  }
  const host = hostOfService(targetName)?.toLowerCase() ?? ''
  const service = targetName.split('/', 1)[0]!.toLowerCase()
  if (CLASSES.has(service) && parseAddress(host) !== null) {
    return notObserved(
      'names-address',
      () =>
        `${whoSends} names the address ${host}. A Windows server takes that only if it is listed in SrvAllowedServerNames, which no traffic shows.`,
      {},
      () => shown(cited),
    )
  }
  if (challenge === null || (challenge.nbComputer === null && challenge.dnsComputer === null)) {
    return notObserved(
      'server-name-not-seen',
      () => `${whoSends} names ${targetName}; what the server calls itself was not seen.`,
    )
  }
  if (CLASSES.has(service) && isNamed(host, challenge)) {
    return ready('names-the-server', () => ({
      message: `${whoSends} names ${targetName}, which is the server.`,
      evidence: shown(cited),
    }))
  }
  return breaks('names-another', () => ({
    message:
      `${whoSends} names ${targetName}, and the server calls itself ${challenge.dnsComputer ?? challenge.nbComputer}. A Windows server refuses ` +
      'it then, unless the name is listed in SrvAllowedServerNames.',
    evidence: [...shown(cited), cite(challenge, 'Status', 'CHALLENGE with the names of the server')],
    change: fix,
  }))
}

/** @param host in lower case */
function isNamed(host: string, { nbComputer, dnsComputer }: NonNullable<NtlmFacts['challenge']>): boolean {
  const dns = dnsComputer?.toLowerCase() ?? null
  const netbios = nbComputer?.toLowerCase() ?? null
  const label = host.split('.', 1)[0]!
  if (dns !== null && (host === dns || (!host.includes('.') && host === dns.split('.', 1)[0]))) return true
  return netbios !== null && (host === netbios || (dns === null && label.slice(0, NETBIOS_LENGTH) === netbios))
}
