import { cite, evidence } from '../../audit/rule/evidence.ts'
import { hex, place, quoted } from '../../audit/rule/wording.ts'
import { protectionOf } from '../../ledger/derived/protection.ts'
import { clientSigning, serverSigning, sessionClientSigning } from '../../ledger/derived/signing.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import { CONTROL_TITLES } from '../control.ts'
import type { Control } from '../judging/judged-control.ts'
import { breaks, notObserved, type Observation, type Placed, ready, unseenOf } from '../judging/observation.ts'
import { citeGrant, keylessName, keylessOf } from '../judging/session-state.ts'
import type { Unit } from '../judging/unit.ts'

/**
 * A message that a side signed shows that it can sign, and so does a side that requires it. SIGNING_ENABLED shows nothing: clients set it that cannot sign.
 * A client that sets neither bit, in NEGOTIATE and in SESSION_SETUP, does not sign. Of SMB1's flags neither says anything before signing is enforced.
 */
export const requireSigning: Control = {
  id: 'require-signing',
  title: CONTROL_TITLES['require-signing'],
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  combines: 'capability',
  sided: true,
  hosts: ['client', 'server'],
  unobservable: null,
  *judge({ connection, session }) {
    if (session === null) {
      const message = () => `No session of ${connection.client.ip} on ${place(connection.server)} was seen.`
      yield unseenOf(null)('no-session', message, { side: 'server' })
      yield unseenOf(null)('no-session', message, { side: 'client' })
      return
    }
    yield ofClient(connection, session)
    yield ofServer(connection, session)
  },
}

const BY_SERVER = { side: 'server' } as const
const BY_CLIENT = { side: 'client' } as const

/** Enforced by the server: can the client sign? */
function ofClient(connection: ConnectionFacts, session: SessionFacts): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  const keyless = keylessOf(session)
  if (keyless === 'guest' || keyless === 'null') return keylessClient({ connection, session }, keyless)
  const { request: signed } = session.firstSignature
  if (signed !== null) {
    const explain = () => ({
      message: `${client} signs on ${server}.`,
      evidence: [cite(signed, 'RequestSignature', 'signed request')],
    })
    return ready('client-signs', explain, { ...BY_SERVER, credit: signingCredit(connection, session) })
  }
  const encrypted = session.firstEncrypted
  if (encrypted !== null && session.requests.encrypted > 0) {
    const explain = () => ({
      message: `${client} encrypts on ${server}, and what is encrypted needs no signature.`,
      evidence: [cite(encrypted, 'Command', 'first encrypted message')],
    })
    return ready('client-encrypts', explain, BY_SERVER)
  }
  return byWords(connection, session, keyless === null && session.status === 'established')
}

/** [MS-SMB2] 3.3.5.5.3: without a key the server does not require signing of the session. SMB1 shows nothing. */
function keylessClient({ connection, session }: Unit, keyless: 'guest' | 'null'): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  if (session!.family === 'smb1') {
    const message = () =>
      `${client} has ${keylessName(keyless)} over SMB1 on ${server}; how the server treats that once it requires signing is not seen before.`
    return notObserved('smb1', message, BY_SERVER)
  }
  const explain = () => ({
    message:
      `${client} has ${keylessName(keyless)} on ${server}, which has no key and goes on unsigned: [MS-SMB2] has it so, and Samba ` +
      'does it. Windows servers may refuse it.',
    evidence: [citeGrant(session!)],
  })
  return ready('goes-on-unsigned', explain, BY_SERVER)
}

/** What the client says, where nothing that it signed was seen. @param hasKey is it known to be a session with a key? */
function byWords(connection: ConnectionFacts, session: SessionFacts, hasKey: boolean): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  const { negotiateRequest: request } = connection
  const stated = sessionClientSigning(connection, session)
  const shown = () =>
    request !== null && request.securityMode !== null
      ? cite(request, 'SecurityMode', `SecurityMode ${hex(request.securityMode, 4)}`)
      : cite(session.logons[0] ?? { frame: session.firstFrame, time: session.firstTime }, 'Command', 'SESSION_SETUP')
  if (stated === 'required') {
    const explain = () => ({
      message: `${client} requires signing on ${server}, so it can sign.`,
      evidence: [shown(), citeGrant(session)],
    })
    return ready('client-requires-signing', explain, BY_SERVER)
  }
  if (session.family === 'smb1' && cannotSign(connection) !== null)
    return withoutSigning(connection, session, BY_SERVER)
  if (session.family === 'smb1') {
    const message = () =>
      `${client} uses SMB1 on ${server}, whose clients do not show whether they can sign before they must. Samba then serves ` +
      'those without SPNEGO unsigned; Windows refuses them.'
    return notObserved('smb1', message, BY_SERVER)
  }
  const disabled = session.setupSigning === 'none' && clientSigning(connection) === 'none'
  if (disabled && hasKey) {
    const explain = () => ({
      message: `${client} says to ${server} that signing is switched off: SecurityMode is 0 in NEGOTIATE and SESSION_SETUP.`,
      evidence: [shown(), citeGrant(session)],
      change: `Switch signing on at ${client}, or update it.`,
    })
    return breaks('client-disables-signing', explain, BY_SERVER)
  }
  const message = () =>
    `${client} signed nothing on ${server} that was seen. That it has signing enabled does not show that it can sign.`
  return unseenOf(session.status === 'failed' ? null : session)('nothing-signed', message, BY_SERVER)
}

/** Enforced by the client: can the server sign? */
function ofServer(connection: ConnectionFacts, session: SessionFacts): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  const keyless = keylessOf(session)
  const smb1 = session.family === 'smb1'
  if (keyless === 'null') return nullSessionOfServer({ connection, session })
  if (keyless === 'guest') {
    const explain = () => ({
      message: `${client} has ${keylessName(keyless)} on ${server}, which has no key: a client that requires signing ends it.`,
      evidence: [citeGrant(session)],
      change: `Let ${client} log on to ${server} with an account.`,
    })
    return breaks('guest-has-no-key', explain, BY_CLIENT)
  }
  const { response: signed } = session.firstSignature
  if (signed !== null) {
    const explain = () => ({
      message: `${server} signs for ${client}.`,
      evidence: [cite(signed, 'ResponseSignature', 'signed response')],
    })
    return ready('server-signs', explain, BY_CLIENT)
  }
  const encrypted = session.firstEncrypted
  if (encrypted !== null && session.responses.encrypted > 0) {
    const explain = () => ({
      message: `${server} encrypts for ${client}, and what is encrypted needs no signature.`,
      evidence: [cite(encrypted, 'Command', 'first encrypted message')],
    })
    return ready('server-encrypts', explain, BY_CLIENT)
  }
  const stated = serverSigning(connection)
  const shown = stated && cite(stated.at, 'SecurityMode', `SecurityMode ${hex(stated.securityMode, smb1 ? 2 : 4)}`)
  if (stated?.mode === 'required') {
    const explain = () => ({
      message: `${server} requires signing, so it can sign.`,
      evidence: evidence(shown, citeGrant(session)),
    })
    return ready('server-requires-signing', explain, BY_CLIENT)
  }
  if (smb1 && cannotSign(connection) !== null) return withoutSigning(connection, session, BY_CLIENT)
  if (stated?.mode === 'none' && smb1) {
    const message = () =>
      `${server} does not offer ${client} to sign over SMB1. Samba then signs all the same for a client that requires it; ` +
      'Windows does not ([MS-SMB] 3.2.4.2.4).'
    return notObserved('signing-not-offered', message, BY_CLIENT, () => evidence(shown))
  }
  const message = () => `${server} signed nothing for ${client} that was seen.`
  return unseenOf(session.status === 'failed' ? null : session)('nothing-signed', message, BY_CLIENT)
}

/** Dialects from before NT LM 0.12, which alone of SMB1's dialects has signatures ([MS-CIFS] 1.7). */
const WITHOUT_SIGNATURES = /^(PC NETWORK|MICROSOFT NETWORKS|XENIX|(DOS )?(LANMAN|LM)|WINDOWS FOR WORKGROUPS)/i

/** The dialect that was chosen, where it has no signatures; otherwise null. */
function cannotSign({ smb1 }: ConnectionFacts): string | null {
  const dialect = smb1?.negotiateResponse?.dialect ?? null
  return dialect !== null && WITHOUT_SIGNATURES.test(dialect) ? dialect : null
}

function withoutSigning(connection: ConnectionFacts, session: SessionFacts, placed: Placed): Observation {
  const { client, server, smb1 } = connection
  const explain = () => ({
    message: `${client.ip} and ${place(server)} speak ${quoted([cannotSign(connection)!])}, which has no signatures.`,
    evidence: [
      cite(smb1!.negotiateResponse!, 'DialectIndex', `DialectIndex ${smb1!.negotiateResponse!.dialectIndex}`),
      citeGrant(session),
    ],
    change: `Update ${client.ip} or ${place(server)}, whichever knows no newer dialect.`,
  })
  return breaks('dialect-cannot-sign', explain, placed)
}

/** [MS-SMB2] 3.2.5.3.1: the client does not require signing of a null session, but of a guest. SMB1 shows nothing. */
function nullSessionOfServer({ connection, session }: Unit): Observation {
  const client = connection.client.ip
  const server = place(connection.server)
  if (session!.family === 'smb1') {
    const message = () =>
      `${client} has a null session over SMB1 on ${server}; how the client treats that once it requires signing is not seen before.`
    return notObserved('smb1', message, BY_CLIENT)
  }
  const explain = () => ({
    message: `${client} has a null session on ${server}, which has no key and goes on unsigned: [MS-SMB2] has it so, and Samba does it.`,
    evidence: [citeGrant(session!)],
  })
  return ready('goes-on-unsigned', explain, BY_CLIENT)
}

/** Signing is required and obeyed. */
function signingCredit(connection: ConnectionFacts, session: SessionFacts): string | null {
  if (session.family === 'smb1' || protectionOf(session) !== 'signed' || session.unsignedAccepted !== null) return null
  if (serverSigning(connection)?.mode === 'required') return 'The server required signing, and the client signed.'
  return sessionClientSigning(connection, session) === 'required'
    ? 'The client required signing, and both sides signed.'
    : null
}
