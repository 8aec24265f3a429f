/** What each side of a session says about its operating system. All of it is a claim. */

import { DIALECT_2_0_2, DIALECT_2_1, DIALECT_3_1_1, DIALECT_WILDCARD } from '../../../../dissectors/smb2/dialects.ts'
import type { FrameRef } from '../../frame-ref.ts'
import type { OsVersion } from '../../logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../smb-facts.ts'
import { nativeOsVersion, newestDialect } from './windows-release.ts'

export interface SystemClaim {
  /** The VERSION structure of NTLMSSP, or SMB1's NativeOS. */
  source: 'ntlm-version' | 'native-os'
  /** NativeOS as it was sent; null for the other. */
  nativeOs: string | null
  /** Null where NativeOS names no Windows build. Other programs send versions that are none: see windowsRelease. */
  version: OsVersion | null
  at: FrameRef
}

/** The first claim of the client in this session, the one in NTLMSSP before that in NativeOS. */
export function clientClaim(session: SessionFacts): SystemClaim | null {
  for (const { ntlm } of session.logons) {
    const message = ntlm?.authenticate?.version ? ntlm.authenticate : ntlm?.negotiate
    if (message?.version) return { source: 'ntlm-version', nativeOs: null, version: message.version, at: message }
  }
  const { client } = session.nativeOs
  if (client === null) return null
  // Every SESSION_SETUP_ANDX request has the field.
  return nativeClaim(client, session.logons[0] ?? start(session))
}

export function serverClaim(session: SessionFacts): SystemClaim | null {
  let challenge: FrameRef | null = null
  for (const { ntlm } of session.logons) {
    challenge ??= ntlm?.challenge ?? null
    if (ntlm?.challenge?.version) {
      return { source: 'ntlm-version', nativeOs: null, version: ntlm.challenge.version, at: ntlm.challenge }
    }
  }
  const { server } = session.nativeOs
  if (server === null) return null
  // An answer that refuses the session has no fields.
  const granted = session.status === 'established' ? session.decided : null
  return nativeClaim(server, granted ?? challenge ?? session.decided ?? start(session))
}

function nativeClaim(nativeOs: string, at: FrameRef): SystemClaim {
  return { source: 'native-os', nativeOs, version: nativeOsVersion(nativeOs), at }
}

function start({ firstFrame, firstTime }: SessionFacts): FrameRef {
  return { frame: firstFrame, time: firstTime }
}

/**
 * Is this side another system than its version says? A Windows does not speak a dialect that is newer than itself, so the version was put there by
 * other software: clients that take NTLM from a library do that.
 */
export function isContradicted(version: OsVersion, dialect: number): boolean {
  return dialect > newestDialect(version)
}

/** The newest dialect that the client offered, as a DialectRevision; 0 for SMB1, or where none was seen. */
export function newestOffer({ negotiateRequest, smb1 }: ConnectionFacts): number {
  let newest = 0
  for (const dialect of negotiateRequest?.dialects ?? []) {
    if (dialect > newest && dialect <= DIALECT_3_1_1 && dialect !== DIALECT_WILDCARD) newest = dialect
  }
  for (const dialect of smb1?.negotiateRequest?.dialects ?? []) {
    if (dialect === 'SMB 2.002') newest = Math.max(newest, DIALECT_2_0_2)
    if (dialect === 'SMB 2.???') newest = Math.max(newest, DIALECT_2_1)
  }
  return newest
}

/** The dialect that the server chose; 0 for SMB1, or where it was not seen. */
export function chosenRevision({ negotiateResponse }: ConnectionFacts): number {
  const dialect = negotiateResponse?.dialect ?? 0
  return dialect === DIALECT_WILDCARD || dialect > DIALECT_3_1_1 ? 0 : dialect
}
