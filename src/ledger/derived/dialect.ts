/** Which dialects were offered on a connection, which one was chosen, and whether SMB1 is in use. `null` if it was not seen. */
import { NO_DIALECT } from '../../../dissectors/smb1/negotiate.ts'
import { dialectName } from '../../../dissectors/smb2/dialects.ts'
import { hashAlgorithmName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import type { FrameRef } from '../frame-ref.ts'
import type { ConnectionFacts, Smb1Facts, Smb2NegotiateResponseFacts } from '../smb-facts.ts'
import { nameOrNumber } from './identifier.ts'

/** The SMB2 dialects that an SMB1 NEGOTIATE may list beside SMB1's own, [MS-SMB2] 3.3.5.3. */
export function isSmb2DialectString(dialect: string): boolean {
  return dialect.startsWith('SMB 2.')
}

/** SMB2 revisions first, then the strings of an SMB1 NEGOTIATE as the client wrote them. */
export function offeredDialects(connection: ConnectionFacts): string[] {
  const smb2 = connection.negotiateRequest?.dialects ?? []
  const smb1 = connection.smb1?.negotiateRequest?.dialects ?? []
  const names = smb2.map(dialectName)
  for (const name of smb1) names.push(name)
  return names.length > 1 ? [...new Set(names)] : names
}

/** Were more dialects offered than these, which the capture does not hold? */
export function isOfferCut({ negotiateRequest, smb1 }: ConnectionFacts): boolean {
  return negotiateRequest?.dialectsCut === true || smb1?.negotiateRequest?.dialectsCut === true
}

export function chosenDialect(connection: ConnectionFacts): string | null {
  const chosen = decidingResponse(connection)
  if (chosen?.family === 'smb2') return dialectName(chosen.response.dialect)
  return connection.smb1?.negotiateResponse?.dialect ?? null
}

type Smb1Response = NonNullable<Smb1Facts['negotiateResponse']>

/**
 * The NEGOTIATE response that chose the dialect. A server that has chosen must not choose again ([MS-SMB2] 3.3.5.3 and 3.3.5.4), so the first one
 * counts.
 */
export function decidingResponse(
  connection: ConnectionFacts,
): { family: 'smb1'; response: Smb1Response } | { family: 'smb2'; response: Smb2NegotiateResponseFacts } | null {
  const smb1 = smb1Selection(connection)
  const smb2 = connection.negotiateResponse
  if (smb1 !== null && (smb2 === null || smb1.frame <= smb2.frame)) return { family: 'smb1', response: smb1 }
  return smb2 === null ? null : { family: 'smb2', response: smb2 }
}

/** The SMB1 NEGOTIATE response, if it chose an SMB1 dialect. */
function smb1Selection({ smb1 }: ConnectionFacts): Smb1Response | null {
  const response = smb1?.negotiateResponse ?? null
  if (response === null || response.dialectIndex === null || response.dialectIndex === NO_DIALECT) return null
  return isSmb2DialectString(response.dialect ?? '') ? null : response
}

/** What shows that this is an SMB1 connection; null if nothing does. */
export function smb1Use(connection: ConnectionFacts): { how: 'selected' | 'used'; at: FrameRef } | null {
  const { smb1 } = connection
  if (smb1 === null) return null
  const selection = smb1Selection(connection)
  if (selection !== null) return { how: 'selected', at: selection }
  const { negotiateResponse, firstUse, firstCommand } = smb1
  if (firstUse !== null) return { how: 'used', at: firstUse }
  const chosen = connection.negotiateResponse !== null || (negotiateResponse?.dialectIndex ?? null) !== null
  return firstCommand !== null && !chosen && answerMayBeMissing(connection) ? { how: 'used', at: firstCommand } : null
}

/**
 * A client continues in SMB1 only if the server chose it. So requests alone prove it if one direction was captured, or if the capture begins after the
 * negotiation. If everything was captured and no response is in SMB1, a scanner or a health check sent a header that the server did not accept.
 */
function answerMayBeMissing({ smb1, state, serverSeen, gaps }: ConnectionFacts): boolean {
  return smb1?.firstAnswer != null || state === 'midstream' || !serverSeen || gaps > 0
}

export function preauthIntegrity(connection: ConnectionFacts): string | null {
  const hash = connection.negotiateResponse?.hashAlgorithm ?? null
  return hash === null ? null : nameOrNumber(hashAlgorithmName, hash)
}
