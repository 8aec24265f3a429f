/**
 * The authentication inside a session setup: SPNEGO, and NTLMSSP or Kerberos in it. The same for SMB1's extended security and SMB2. What a
 * token contains decides, whatever was offered around it.
 */
import { parseKerberosToken } from '../../dissectors/auth/kerberos.ts'
import type { NtlmResponseKind } from '../../dissectors/auth/ntlm-responses.ts'
import {
  messageType,
  parseNtlmAuthenticate,
  parseNtlmChallenge,
  parseNtlmNegotiate,
} from '../../dissectors/auth/ntlmssp.ts'
import { innerToken, parseSecurityBlob } from '../../dissectors/auth/spnego.ts'
import { isZero } from '../../dissectors/bytes.ts'
import { readable } from '../../dissectors/parse.ts'
import type { TrackContext } from './context.ts'
import { keptText } from './kept-text.ts'
import type { AuthKind, LogonFacts, NtlmFacts } from './ledger.ts'
import type { LiveSession } from './session.ts'

export function createLogon(context: TrackContext, purpose: LogonFacts['purpose']): LogonFacts {
  // V8 copies a literal with another inside it the slow way: what is nested is made first, here and in session.ts.
  const offered: string[] = []
  return {
    frame: context.frame,
    time: context.time,
    purpose,
    auth: 'unknown',
    offered,
    ntlm: null,
    kerberos: null,
    user: null,
    domain: null,
    ntStatus: null,
    answered: null,
  }
}

/** Reads the security blob of a setup request or answer into `logon`. `blob` may be cut. */
export function readSecurityBlob(context: TrackContext, logon: LogonFacts, blob: Uint8Array): void {
  const offer = readable(parseSecurityBlob(blob))
  if (offer.form === 'neg-token-init' && offer.mechTypes !== undefined && logon.offered.length === 0) {
    logon.offered = offer.mechTypes.slice()
  }
  const token = innerToken(offer)
  if (token.bytes === null) return
  if (token.kind === 'ntlmssp') readNtlm(context, logon, token.bytes, token.wireLength)
  else if (token.kind === 'kerberos') readKerberos(context, logon, token.bytes, token.wireLength)
}

function readNtlm(context: TrackContext, logon: LogonFacts, token: Uint8Array, wireLength: number): void {
  logon.ntlm ??= noNtlm()
  switch (messageType(token)) {
    case 1: {
      const { negotiateFlags, version } = readable(parseNtlmNegotiate(token, wireLength))
      logon.ntlm.negotiate = {
        frame: context.frame,
        time: context.time,
        flags: negotiateFlags ?? 0,
        version: version ?? null,
      }
      break
    }
    case 2:
      readChallenge(context, logon.ntlm, token, wireLength)
      break
    case 3:
      readAuthenticate(context, logon, logon.ntlm, token, wireLength)
  }
}

function readChallenge(context: TrackContext, ntlm: NtlmFacts, token: Uint8Array, wireLength: number): void {
  const { negotiateFlags, serverChallenge, version, targetInfo } = readable(parseNtlmChallenge(token, wireLength))
  if (serverChallenge === undefined) return
  ntlm.challenge = {
    frame: context.frame,
    time: context.time,
    flags: negotiateFlags ?? 0,
    serverChallenge,
    version: version ?? null,
    nbComputer: keptText(targetInfo?.nbComputerName),
    nbDomain: keptText(targetInfo?.nbDomainName),
    dnsComputer: keptText(targetInfo?.dnsComputerName),
    dnsDomain: keptText(targetInfo?.dnsDomainName),
    hasTimestamp: (targetInfo?.timestamp ?? null) !== null,
  }
}

function readAuthenticate(
  context: TrackContext,
  logon: LogonFacts,
  ntlm: NtlmFacts,
  token: Uint8Array,
  wireLength: number,
): void {
  const message = readable(parseNtlmAuthenticate(token, wireLength))
  const { userName, domainName, workstation, responses, ntlmv2 } = message
  logon.user = keptText(userName)
  logon.domain = keptText(domainName)
  if (responses === undefined) return
  const avPairs = ntlmv2?.avPairs ?? null
  const bindings = avPairs?.channelBindings ?? null
  logon.auth = authKind(responses)
  ntlm.authenticate = {
    frame: context.frame,
    time: context.time,
    flags: message.negotiateFlags ?? null,
    version: message.version ?? null,
    lmLength: message.lmChallengeResponseLength ?? 0,
    ntLength: message.ntChallengeResponseLength ?? 0,
    kind: responses,
    user: logon.user ?? '',
    domain: logon.domain ?? '',
    workstation: keptText(workstation) ?? '',
    ntProof: ntlmv2?.ntProofStr ?? null,
    micPresent: message.micZero === false,
    avFlags: avPairs?.flags ?? null,
    targetName: keptText(avPairs?.targetName),
    channelBindings: bindings === null ? 'absent' : isZero(bindings) ? 'zero' : 'bound',
  }
}

/** What a session calls its authentication. */
export function authKind(kind: NtlmResponseKind): AuthKind {
  switch (kind) {
    case 'ntlmv1':
    case 'ntlmv1-ess':
    case 'lm+ntlmv1':
      return 'ntlmv1'
    default:
      return kind
  }
}

function readKerberos(context: TrackContext, logon: LogonFacts, token: Uint8Array, wireLength: number): void {
  const message = readable(parseKerberosToken(token, wireLength))
  logon.kerberos ??= { apReq: null, apRep: null, error: null }
  const { kerberos } = logon
  switch (message.kind) {
    case 'ap-req':
      logon.auth = 'kerberos'
      kerberos.apReq = {
        frame: context.frame,
        time: context.time,
        realm: keptText(message.ticket?.realm) ?? '',
        serverName: keptText(message.ticket?.serverName) ?? '',
        ticketEtype: message.ticket?.etype ?? 0,
        authenticatorEtype: message.authenticatorEtype ?? 0,
        mutualRequired: message.mutualRequired ?? false,
      }
      break
    case 'ap-rep':
      if (message.etype !== undefined)
        kerberos.apRep = { frame: context.frame, time: context.time, etype: message.etype }
      break
    case 'krb-error':
      if (message.code !== undefined) {
        const { code, realm, serverName } = message
        kerberos.error = {
          frame: context.frame,
          time: context.time,
          code,
          realm: keptText(realm),
          serverName: keptText(serverName),
        }
      }
  }
}

function noNtlm(): NtlmFacts {
  return { negotiate: null, challenge: null, authenticate: null }
}

/** What a session's first authentication says of the session itself. */
export function adoptLogon(session: LiveSession, logon: LogonFacts): void {
  if (logon.purpose !== 'first') return
  const { facts } = session
  facts.auth = logon.auth
  facts.user = logon.user
  facts.domain = logon.domain
  facts.workstation = logon.ntlm?.authenticate?.workstation || null
}
