/** SMB2 NEGOTIATE, [MS-SMB2] 2.2.3 and 2.2.4: what client and server agreed on. */
import { parseSecurityBlob } from '../../../../dissectors/auth/spnego.ts'
import { readable } from '../../../../dissectors/cursor.ts'
import { isSuccess } from '../../../../dissectors/ntstatus.ts'
import { DIALECT_WILDCARD } from '../../../../dissectors/smb2/dialects.ts'
import {
  type NegotiateResponse,
  parseNegotiateRequest,
  parseNegotiateResponse,
} from '../../../../dissectors/smb2/negotiate.ts'
import type { NegotiateContexts } from '../../../../dissectors/smb2/negotiate-contexts.ts'
import type { Smb2NegotiateResponseFacts } from '../../../ledger/smb-facts.ts'
import { cappedText } from '../../core/capped-text.ts'
import type { SmbConnection } from '../state/smb-connection.ts'

export function negotiateRequest(c: SmbConnection, message: Uint8Array, length: number): void {
  const parsed = parseNegotiateRequest(message, length)
  const { securityMode, capabilities, clientGuid, dialects = [], negotiateContexts, anomalies } = readable(parsed)
  if (!parsed.ok && parsed.fault.kind === 'malformed' && securityMode === undefined) return
  const { interned } = c.context
  c.facts.negotiateRequest = {
    frame: c.context.frame,
    time: c.context.time,
    dialects: interned.list(dialects),
    dialectsCut: !parsed.ok || anomalies?.includes('too-many-dialects') === true,
    securityMode: securityMode ?? null,
    capabilities: capabilities ?? null,
    clientGuid: clientGuid === undefined ? null : interned.text(clientGuid),
    ciphers: listOf(c, negotiateContexts?.ciphers),
    signingAlgorithms: listOf(c, negotiateContexts?.signingAlgorithms),
    hashAlgorithms: listOf(c, negotiateContexts?.hashAlgorithms),
    compressionAlgorithms: listOf(c, negotiateContexts?.compressionAlgorithms),
    netname: cappedText(negotiateContexts?.netname),
    contextsCut: isCut(negotiateContexts),
  }
}

export function negotiateResponse(c: SmbConnection, message: Uint8Array, length: number, status: number): void {
  if (!isSuccess(status)) return
  const answer = readable(parseNegotiateResponse(message, length))
  const { securityMode, capabilities, serverGuid, dialectRevision, negotiateContexts } = answer
  // If it was cut before DialectRevision, it may not be the final response.
  if (securityMode === undefined || dialectRevision === undefined) return
  // "Negotiate again in SMB2": the dialect is still open.
  if (dialectRevision === DIALECT_WILDCARD) return
  const offer = offeredMechanisms(c, answer)
  c.facts.negotiateResponse = {
    frame: c.context.frame,
    time: c.context.time,
    dialect: dialectRevision,
    securityMode,
    capabilities: capabilities ?? null,
    serverGuid: serverGuid === undefined ? null : c.context.interned.text(serverGuid),
    cipher: negotiateContexts?.ciphers?.[0] ?? null,
    signingAlgorithm: negotiateContexts?.signingAlgorithms?.[0] ?? null,
    hashAlgorithm: negotiateContexts?.hashAlgorithms?.[0] ?? null,
    compressionAlgorithms: listOf(c, negotiateContexts?.compressionAlgorithms),
    contextsCut: isCut(negotiateContexts),
    mechanisms: offer.mechanisms,
    mechanismsCut: offer.mechanismsCut,
  }
}

function listOf(c: SmbConnection, numbers: readonly number[] | null | undefined): number[] | null {
  return numbers == null ? null : c.context.interned.list(numbers)
}

/** Whether contexts are missing that the message may have had. Null is what a dialect without contexts has. */
function isCut(contexts: NegotiateContexts | null | undefined): boolean {
  if (contexts === undefined) return true
  return contexts !== null && (contexts.fault !== null || contexts.anomalies.includes('too-many-contexts'))
}

function offeredMechanisms(
  c: SmbConnection,
  { securityBuffer, securityBufferLength }: Partial<NegotiateResponse>,
): Pick<Smb2NegotiateResponseFacts, 'mechanisms' | 'mechanismsCut'> {
  if (securityBuffer === undefined) return { mechanisms: null, mechanismsCut: true }
  const parsed = parseSecurityBlob(securityBuffer, securityBufferLength)
  const offer = readable(parsed)
  if (offer.form !== 'neg-token-init' || offer.mechTypes === undefined) {
    return { mechanisms: null, mechanismsCut: !parsed.ok }
  }
  return {
    mechanisms: offer.mechTypes.map((name) => c.context.interned.text(name)),
    mechanismsCut: offer.mechTypesCut === true,
  }
}
