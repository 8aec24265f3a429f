/** SMB2 NEGOTIATE, [MS-SMB2] 2.2.3 and 2.2.4: what client and server agreed on. */
import { parseSecurityBlob } from '../../dissectors/auth/spnego.ts'
import { isSuccess } from '../../dissectors/ntstatus.ts'
import { readable } from '../../dissectors/parse.ts'
import { DIALECT_WILDCARD } from '../../dissectors/smb2/dialects.ts'
import { parseNegotiateRequest, parseNegotiateResponse } from '../../dissectors/smb2/negotiate.ts'
import type { Connection } from './connection.ts'
import { keptText } from './kept-text.ts'

export function negotiateRequest(c: Connection, message: Uint8Array, length: number): void {
  const { securityMode, capabilities, clientGuid, dialects, negotiateContexts } = readable(
    parseNegotiateRequest(message, length),
  )
  // Cut before its dialects: not enough to compare anything with.
  if (securityMode === undefined || capabilities === undefined || clientGuid === undefined || dialects === undefined) {
    return
  }
  c.facts.negotiateRequest = {
    frame: c.context.frame,
    time: c.context.time,
    dialects: dialects.slice(),
    securityMode,
    capabilities,
    clientGuid,
    ciphers: negotiateContexts?.ciphers?.slice() ?? null,
    signingAlgorithms: negotiateContexts?.signingAlgorithms?.slice() ?? null,
    hashAlgorithms: negotiateContexts?.hashAlgorithms?.slice() ?? null,
    compressionAlgorithms: negotiateContexts?.compressionAlgorithms?.slice() ?? null,
    netname: keptText(negotiateContexts?.netname),
  }
}

export function negotiateResponse(c: Connection, message: Uint8Array, length: number, status: number): void {
  if (!isSuccess(status)) return
  const answer = readable(parseNegotiateResponse(message, length))
  const { securityMode, capabilities, serverGuid, dialectRevision, negotiateContexts } = answer
  if (
    securityMode === undefined ||
    capabilities === undefined ||
    serverGuid === undefined ||
    dialectRevision === undefined
  ) {
    return
  }
  // "Ask again in SMB2": the dialect is still open.
  if (dialectRevision === DIALECT_WILDCARD) return
  c.facts.negotiateResponse = {
    frame: c.context.frame,
    time: c.context.time,
    dialect: dialectRevision,
    securityMode,
    capabilities,
    serverGuid,
    cipher: negotiateContexts?.ciphers?.[0] ?? null,
    signingAlgorithm: negotiateContexts?.signingAlgorithms?.[0] ?? null,
    hashAlgorithm: negotiateContexts?.hashAlgorithms?.[0] ?? null,
    compressionAlgorithms: negotiateContexts?.compressionAlgorithms ?? null,
    mechanisms: offeredMechanisms(answer.securityBuffer),
  }
}

function offeredMechanisms(blob: Uint8Array | undefined): string[] | null {
  if (blob === undefined || blob.length === 0) return null
  const offer = readable(parseSecurityBlob(blob))
  return offer.form === 'neg-token-init' && offer.mechTypes !== undefined ? offer.mechTypes.slice() : null
}
