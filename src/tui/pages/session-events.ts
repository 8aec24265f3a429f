/** The events of a session, in the order of its frames. */

import { etypeName } from '../../../dissectors/auth/kerberos.ts'
import { mechanismName } from '../../../dissectors/auth/oids.ts'
import { dialectName } from '../../../dissectors/smb2/dialects.ts'
import { cipherName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import { isOfferCut, offeredDialects, preauthIntegrity } from '../../ledger/derived/dialect.ts'
import { agreedCipher } from '../../ledger/derived/encryption.ts'
import { clientSigning, serverSigning, signingAlgorithm } from '../../ledger/derived/signing.ts'
import { statusName } from '../../ledger/derived/status-name.ts'
import { windowsRelease } from '../../ledger/derived/systems/windows-release.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { KerberosFacts, LogonFacts, NtlmFacts, OsVersion } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { Tone } from '../text/line.ts'

export interface SessionEvent {
  at: FrameRef
  /** As it was on the wire, like the notes. */
  what: string
  tone: Tone
  notes: string[]
}

const FIRST_OF_ALL = [
  'attempted: the SYN was not answered',
  'refused: the SYN was answered by a reset',
  'established',
  'its start is not in the capture',
] as const
const STATES = { attempted: 0, refused: 1, established: 2, midstream: 3 } as const

export function connectionEvents(connection: ConnectionFacts): SessionEvent[] {
  const { negotiateRequest, negotiateResponse, smb1, validateNegotiate, end } = connection
  const start = { frame: connection.firstFrame, time: connection.firstTime }
  const signing = serverSigning(connection)
  const state = FIRST_OF_ALL[STATES[connection.state]]
  const transport = connection.transport === 'direct-tcp' ? 'TCP' : 'NetBIOS session over TCP'
  const events: SessionEvent[] = [event(start, `Connection, ${transport}`, [state])]
  if (smb1?.negotiateRequest) {
    const { dialects, dialectsCut } = smb1.negotiateRequest
    events.push(event(smb1.negotiateRequest, 'SMB1 NEGOTIATE request', [`offers ${listOf(dialects, dialectsCut)}`]))
  }
  if (smb1?.negotiateResponse) {
    const { dialect } = smb1.negotiateResponse
    const mode = signing?.at === smb1.negotiateResponse ? signing.mode : null
    const chosen = dialect === null ? null : `chooses ${dialect}`
    events.push(event(smb1.negotiateResponse, 'SMB1 NEGOTIATE response', [chosen, mode && `signing ${mode}`]))
  }
  if (negotiateRequest !== null) {
    const ciphers = negotiateRequest.ciphers?.map((id) => cipherName(id) ?? `0x${id.toString(16)}`)
    const mode = clientSigning(connection)
    events.push(
      event(negotiateRequest, 'NEGOTIATE request', [
        `offers ${listOf(offeredDialects(connection), isOfferCut(connection))}`,
        mode && `signing ${mode}`,
        ciphers && `ciphers ${ciphers.join(', ')}`,
        negotiateRequest.netname && `asks for ${negotiateRequest.netname}`,
      ]),
    )
  }
  if (negotiateResponse !== null) {
    const facts: [string, string | null][] = [
      ['chooses SMB', dialectName(negotiateResponse.dialect)],
      ['signing', signing?.at === negotiateResponse ? signing.mode : null],
      ['cipher', agreedCipher(connection) ?? (negotiateResponse.contextsCut ? null : 'none')],
      ['signs with', signingAlgorithm(connection)],
      ['pre-authentication integrity', preauthIntegrity(connection)],
      ['mechanisms', negotiateResponse.mechanisms?.map(mechanismName).join(', ') ?? null],
    ]
    const notes = facts.map(([name, value]) => value && `${name} ${value}`)
    events.push(event(negotiateResponse, 'NEGOTIATE response', notes))
  }
  if (validateNegotiate?.request) events.push(event(validateNegotiate.request, 'VALIDATE_NEGOTIATE_INFO request', []))
  if (validateNegotiate?.response) {
    const status = statusName(validateNegotiate.response.status, 'smb2')
    events.push(event(validateNegotiate.response, 'VALIDATE_NEGOTIATE_INFO response', [status]))
  }
  if (end !== null) events.push(event(end.at, `Connection ended by the ${end.by}`, [end.how === 'fin' ? 'FIN' : 'RST']))
  return events
}

const PURPOSES = {
  first: 'Logon',
  reauthentication: 'Reauthentication',
  binding: 'Session binding of another channel',
  share: 'Share password',
} as const

export function logonEvents(logon: LogonFacts, session: SessionFacts): SessionEvent[] {
  const weak = logon.auth === 'ntlmv1' || logon.auth === 'lm' || logon.auth === 'plaintext'
  const offered = logon.offered.map(mechanismName)
  const first = event(
    logon,
    `${PURPOSES[logon.purpose]}: ${logon.auth === 'unknown' ? 'mechanism not known' : logon.auth}`,
    [
      offered.length > 0 ? `offers ${listOf(offered, logon.offeredCut)}` : null,
      logon.user ? `as ${logon.domain ? `${logon.domain}\\` : ''}${logon.user}` : null,
      logon.share && `for ${logon.share}`,
    ],
    weak ? 'critical' : 'plain',
  )
  const rest = [...ntlmEvents(logon.ntlm), ...kerberosEvents(logon.kerberos)]
  // The response that decides the session is a separate event.
  if (logon.answered !== null && logon.answered.frame !== session.decided?.frame) {
    rest.push(event(logon.answered, 'Response to the logon', [statusName(logon.ntStatus, session.family)]))
  }
  return [first, ...rest]
}

function ntlmEvents(ntlm: NtlmFacts | null): SessionEvent[] {
  const events: SessionEvent[] = []
  if (ntlm?.negotiate) events.push(event(ntlm.negotiate, 'NTLM NEGOTIATE', [system(ntlm.negotiate.version)]))
  if (ntlm?.challenge) {
    const { dnsComputer, nbComputer, dnsDomain, nbDomain, version } = ntlm.challenge
    const computer = dnsComputer || nbComputer
    const domain = dnsDomain || nbDomain
    events.push(
      event(ntlm.challenge, 'NTLM CHALLENGE', [
        computer && `server ${computer}`,
        domain && `domain ${domain}`,
        system(version),
      ]),
    )
  }
  const auth = ntlm?.authenticate
  if (auth) {
    const unseen = auth.avPairsCut ? 'not seen' : 'none'
    events.push(
      event(auth, `NTLM AUTHENTICATE, ${auth.kind}`, [
        auth.micPresent === null ? null : `MIC ${auth.micPresent ? 'present' : 'absent'}`,
        auth.kind === 'ntlmv2' ? `target ${auth.targetName ?? unseen}` : null,
        auth.kind === 'ntlmv2' ? `channel bindings ${auth.channelBindings}` : null,
        auth.workstation && `from ${auth.workstation}`,
        system(auth.version),
      ]),
    )
  }
  return events
}

function kerberosEvents(kerberos: KerberosFacts | null): SessionEvent[] {
  const events: SessionEvent[] = []
  if (kerberos?.apReq) {
    const { realm, serverName, ticketEtype, authenticatorEtype, mutualRequired } = kerberos.apReq
    events.push(
      event(kerberos.apReq, 'Kerberos AP-REQ', [
        serverName && `for ${serverName}`,
        realm && `realm ${realm}`,
        ticketEtype === null ? null : `ticket ${etypeName(ticketEtype)}`,
        authenticatorEtype === null ? null : `session key ${etypeName(authenticatorEtype)}`,
        mutualRequired === false ? 'mutual authentication not requested' : null,
      ]),
    )
  }
  if (kerberos?.apRep) {
    const { etype } = kerberos.apRep
    events.push(event(kerberos.apRep, 'Kerberos AP-REP', [etype === null ? null : etypeName(etype)]))
  }
  if (kerberos?.error) {
    const { code, serverName } = kerberos.error
    const notes = [code === null ? null : `error ${code}`, serverName && `for ${serverName}`]
    events.push(event(kerberos.error, 'Kerberos error', notes, 'medium'))
  }
  return events
}

export function trafficEvents(session: SessionFacts): SessionEvent[] {
  const { decided, firstSigned, firstUnsigned, firstEncrypted, firstClearData, unsignedAccepted, logoff } = session
  const events: SessionEvent[] = []
  const add = (at: FrameRef | null, what: string, tone: Tone = 'plain', notes: (string | null)[] = []) => {
    if (at !== null) events.push(event(at, what, notes, tone))
  }
  if (decided !== null) {
    const refused = session.status === 'failed'
    const roles = [session.guest === true ? 'guest' : null, session.anonymous === true ? 'anonymous' : null]
    const notes = [...roles, session.encryptData === true ? 'encryption required' : null]
    const what = refused ? 'Session refused' : session.status === 'established' ? 'Session granted' : 'Session answered'
    const tone = refused ? 'medium' : session.guest === true ? 'high' : 'plain'
    add(decided, what, tone, [statusName(session.ntStatus, session.family), ...notes])
  }
  for (const tree of session.trees) {
    const kind = tree.shareType === null ? null : tree.shareType
    const notes = [kind, tree.encryptData === true ? 'encryption required' : null]
    const status = tree.ntStatus === null ? 'no answer seen' : statusName(tree.ntStatus, session.family)
    add(tree, `Tree ${tree.path ?? '(path not seen)'}`, 'plain', [...notes, status])
  }
  add(firstSigned.request, 'First signed request')
  add(firstSigned.response, 'First signed response')
  add(firstUnsigned.request, 'First unsigned request: it could be changed on the way', 'high')
  add(firstUnsigned.response, 'First unsigned response: it could be changed on the way', 'high')
  add(firstEncrypted, 'First encrypted message', 'good')
  add(firstClearData, 'First file data in the clear: it could be read on the way', 'medium')
  add(unsignedAccepted, 'Unsigned request accepted although signing is required', 'high')
  add(logoff, 'Logoff')
  return events
}

function event(
  { frame, time }: FrameRef,
  what: string,
  notes: readonly (string | null | undefined)[],
  tone: Tone = 'plain',
): SessionEvent {
  return { at: { frame, time }, what, tone, notes: notes.filter((note) => note != null && note !== '') as string[] }
}

function listOf(names: readonly string[], cut: boolean): string {
  const shown = names.slice(0, 16)
  const more =
    names.length > shown.length ? `, and ${names.length - shown.length} more` : cut ? ', and what was cut' : ''
  return `${shown.join(', ')}${more}`
}

function system(version: OsVersion | null): string | null {
  return version === null ? null : windowsRelease(version)
}
