/**
 * The authentication inside a session setup: SPNEGO, and NTLMSSP or Kerberos in it. The same for SMB1's extended security and SMB2. What a
 * token contains decides, independently of what was offered around it.
 */
import type { AvPairs } from '../../../dissectors/auth/av-pairs.ts'
import { AP_OPTION_USE_SESSION_KEY, parseKerberosToken } from '../../../dissectors/auth/kerberos.ts'
import {
  messageType,
  NTLMSSP_NEGOTIATE_LOCAL_CALL,
  type NtlmAuthenticate,
  parseNtlmAuthenticate,
  parseNtlmChallenge,
  parseNtlmNegotiate,
} from '../../../dissectors/auth/ntlmssp.ts'
import { type InnerToken, innerToken, parseSecurityBlob, type SecurityBlob } from '../../../dissectors/auth/spnego.ts'
import { isZero } from '../../../dissectors/bytes.ts'
import { readable } from '../../../dissectors/cursor.ts'
import type { AuthKind, LogonFacts, NtlmFacts } from '../../ledger/logon-facts.ts'
import { cappedText } from '../core/capped-text.ts'
import type { Context } from '../core/context.ts'

/** MessageType of NTLMSSP, [MS-NLMP] 2.2.1. */
const NTLM_NEGOTIATE = 1
const NTLM_CHALLENGE = 2
const NTLM_AUTHENTICATE = 3

export function createLogon(context: Context, purpose: LogonFacts['purpose']): LogonFacts {
  // V8 copies nested literals slowly, so inner objects are made first, here and in live-session.ts.
  const offered: string[] = []
  return {
    frame: context.frame,
    time: context.time,
    purpose,
    auth: 'unknown',
    share: null,
    offered,
    offeredCut: true,
    ntlm: null,
    kerberos: null,
    user: null,
    domain: null,
    workstation: null,
    ntStatus: null,
    answered: null,
    guest: null,
    anonymous: null,
  }
}

/** Does a client's blob begin a logon, or continue one? */
export type LogonStep = 'first' | 'next'

/** A security blob that was opened: what it offers, and the token in it. */
export interface OpenBlob {
  offer: Partial<SecurityBlob>
  token: InnerToken
}

/** Opens the security blob of a setup request or answer: what was captured of its `wireLength` bytes. */
export function openBlob(blob: Uint8Array, wireLength: number | undefined): OpenBlob {
  const offer = readable(parseSecurityBlob(blob, wireLength))
  return { offer, token: innerToken(offer) }
}

/** Whether a client's blob begins a logon, or continues one; null if it does not show that. */
export function stepOf({ offer, token }: OpenBlob): LogonStep | null {
  const type = token.kind === 'ntlmssp' && token.bytes !== null ? messageType(token.bytes) : null
  if (offer.form === 'neg-token-resp' || type === NTLM_AUTHENTICATE) return 'next'
  return offer.form === 'neg-token-init' || type === NTLM_NEGOTIATE || offer.form === 'raw-kerberos' ? 'first' : null
}

/** Notes in `logon` what a blob of either side contains. */
export function readSecurityBlob(context: Context, logon: LogonFacts, { offer, token }: OpenBlob): void {
  if (offer.form === 'neg-token-init' && offer.mechTypes !== undefined) {
    if (logon.offered.length === 0 || logon.offeredCut) {
      logon.offered = offer.mechTypes.slice()
      logon.offeredCut = offer.mechTypesCut === true
    }
  } else if (offer.form?.startsWith('raw-')) logon.offeredCut = false
  if (token.bytes === null) return
  if (token.kind === 'ntlmssp') readNtlm(context, logon, token.bytes, token.wireLength)
  else if (token.kind === 'kerberos') readKerberos(context, logon, token.bytes, token.wireLength)
  // Until another mechanism turns out to be in use.
  else if (token.kind === 'negoex' && logon.auth === 'unknown') logon.auth = 'negoex'
}

function readNtlm(context: Context, logon: LogonFacts, token: Uint8Array, wireLength: number): void {
  logon.ntlm ??= noNtlm()
  switch (messageType(token)) {
    case NTLM_NEGOTIATE: {
      const { negotiateFlags, version } = readable(parseNtlmNegotiate(token, wireLength))
      logon.ntlm.negotiate = {
        frame: context.frame,
        time: context.time,
        flags: negotiateFlags ?? null,
        version: version ?? null,
      }
      break
    }
    case NTLM_CHALLENGE:
      readChallenge(context, logon.ntlm, token, wireLength)
      break
    case NTLM_AUTHENTICATE:
      readAuthenticate(context, logon, logon.ntlm, token, wireLength)
  }
}

function readChallenge(context: Context, ntlm: NtlmFacts, token: Uint8Array, wireLength: number): void {
  const { negotiateFlags, serverChallenge, version, targetInfo } = readable(parseNtlmChallenge(token, wireLength))
  ntlm.challenge = {
    frame: context.frame,
    time: context.time,
    flags: negotiateFlags ?? null,
    serverChallenge: serverChallenge ?? null,
    version: version ?? null,
    nbComputer: cappedText(targetInfo?.nbComputerName),
    nbDomain: cappedText(targetInfo?.nbDomainName),
    dnsComputer: cappedText(targetInfo?.dnsComputerName),
    dnsDomain: cappedText(targetInfo?.dnsDomainName),
    hasTimestamp: hasTimestamp(targetInfo),
  }
}

/** Null where the list of pairs was cut before one. */
function hasTimestamp(targetInfo: AvPairs | null | undefined): boolean | null {
  if (targetInfo === undefined) return null
  if (targetInfo !== null && targetInfo.timestamp === null && targetInfo.cut) return null
  return targetInfo !== null && targetInfo.timestamp !== null
}

function readAuthenticate(
  context: Context,
  logon: LogonFacts,
  ntlm: NtlmFacts,
  token: Uint8Array,
  wireLength: number,
): void {
  const message = readable(parseNtlmAuthenticate(token, wireLength))
  const { userName, domainName, workstation, micZero, ntlmv2 } = message
  const kind = kindOf(message, ntlm)
  logon.user = nameOf(userName)
  logon.domain = nameOf(domainName)
  logon.workstation = nameOf(workstation)
  logon.auth = authKind(kind)
  const avPairs = ntlmv2?.avPairs ?? null
  const avPairsCut = ntlmv2 !== null && avPairs?.cut !== false
  const bindings = avPairs?.channelBindings ?? null
  ntlm.authenticate = {
    frame: context.frame,
    time: context.time,
    flags: message.negotiateFlags ?? null,
    version: message.version ?? null,
    lmLength: message.lmChallengeResponseLength ?? null,
    ntLength: message.ntChallengeResponseLength ?? null,
    kind,
    user: logon.user,
    domain: logon.domain,
    workstation: logon.workstation,
    ntProof: ntlmv2?.ntProofStr ?? null,
    micPresent: micZero === undefined ? null : micZero === false,
    avFlags: avPairs?.flags ?? null,
    targetName: cappedText(avPairs?.targetName),
    channelBindings: bindings !== null ? (isZero(bindings) ? 'zero' : 'bound') : avPairsCut ? 'unknown' : 'absent',
    avPairsCut,
  }
}

/**
 * Empty credentials are a null session, unless both sides have marked the exchange as a local call: then the client is a user of that host. A client's
 * mark alone proves nothing, and where the CHALLENGE was not seen the answer is unknown.
 */
function kindOf(
  { responses = 'unknown', negotiateFlags }: Partial<NtlmAuthenticate>,
  { challenge }: NtlmFacts,
): NonNullable<NtlmFacts['authenticate']>['kind'] {
  if (responses !== 'anonymous' || !isLocalCall(negotiateFlags)) return responses
  if (challenge === null || challenge.flags === null) return 'unknown'
  return isLocalCall(challenge.flags) ? 'local' : 'anonymous'
}

function isLocalCall(flags: number | null | undefined): boolean {
  return ((flags ?? 0) & NTLMSSP_NEGOTIATE_LOCAL_CALL) !== 0
}

/** A name that the sender left empty is ""; one that was not seen is null. */
export function nameOf(text: string | null | undefined): string | null {
  return text === '' ? '' : cappedText(text)
}

/** What a session calls its authentication. */
export function authKind(kind: NonNullable<NtlmFacts['authenticate']>['kind']): AuthKind {
  switch (kind) {
    case 'ntlmv1':
    case 'ntlmv1-ess':
    case 'lm+ntlmv1':
    case 'ntlmv1-any':
      return 'ntlmv1'
    case 'blank':
      return 'unknown'
    case 'local':
      return 'ntlm-local'
    default:
      return kind
  }
}

function readKerberos(context: Context, logon: LogonFacts, token: Uint8Array, wireLength: number): void {
  const message = readable(parseKerberosToken(token, wireLength))
  logon.kerberos ??= { proxied: null, apReq: null, apRep: null, error: null }
  const { kerberos } = logon
  switch (message.kind) {
    case 'ap-req':
      logon.auth = 'kerberos'
      kerberos.apReq = {
        frame: context.frame,
        time: context.time,
        realm: nameOf(message.ticket?.realm),
        serverName: nameOf(message.ticket?.serverName),
        ticketEtype: message.ticket?.etype ?? null,
        authenticatorEtype: message.authenticatorEtype ?? null,
        mutualRequired: message.mutualRequired ?? null,
        userToUser: message.apOptions === undefined ? null : (message.apOptions & AP_OPTION_USE_SESSION_KEY) !== 0,
      }
      break
    case 'ap-rep':
      kerberos.apRep = { frame: context.frame, time: context.time, etype: message.etype ?? null }
      break
    case 'tgt-req':
      if (logon.auth === 'unknown') logon.auth = 'kerberos'
      break
    case 'iakerb-proxy':
      if (logon.auth === 'unknown') logon.auth = 'kerberos'
      kerberos.proxied ??= { frame: context.frame, time: context.time, realm: nameOf(message.realm) }
      break
    case 'krb-error':
      kerberos.error = {
        frame: context.frame,
        time: context.time,
        code: message.code ?? null,
        realm: cappedText(message.realm),
        serverName: cappedText(message.serverName),
      }
  }
}

function noNtlm(): NtlmFacts {
  return { negotiate: null, challenge: null, authenticate: null }
}
