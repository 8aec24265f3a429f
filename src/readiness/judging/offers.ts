/** What a client offered in NEGOTIATE, as far as it was seen. */
import { NO_DIALECT } from '../../../dissectors/smb1/negotiate.ts'
import { dialectName } from '../../../dissectors/smb2/dialects.ts'
import { cite, type EvidenceDraft } from '../../audit/rule/evidence.ts'
import { citeSmb1Request, citeSmb2Request } from '../../audit/rule/wording.ts'
import { decidingResponse, isSmb2DialectString, smb1Use } from '../../ledger/derived/dialect.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'

/** The string that opens the way to every SMB2 dialect, [MS-SMB2] 3.3.5.3. */
const SMB2_WILDCARD = 'SMB 2.???'
const DIALECT_2_0_2 = 0x0202

/** The SMB2 dialects that the client can be asked for: a whole list. Empty: SMB1 alone. Null where the list was not seen, or in part. */
export function offeredRevisions({ negotiateRequest, smb1 }: ConnectionFacts): readonly number[] | null {
  if (negotiateRequest !== null) return negotiateRequest.dialectsCut ? null : negotiateRequest.dialects
  const request = smb1?.negotiateRequest ?? null
  if (request === null || request.dialectsCut || request.dialects.includes(SMB2_WILDCARD)) return null
  return request.dialects.some(isSmb2DialectString) ? [DIALECT_2_0_2] : []
}

/** "SMB1", or the highest of the list. */
export function highestName(revisions: readonly number[]): string {
  return revisions.length === 0 ? 'SMB1' : dialectName(Math.max(...revisions))
}

/** Can the client do SMB2, by what it offered? Null where that was not seen. */
export function offersSmb2({ negotiateRequest, smb1 }: ConnectionFacts): boolean | null {
  if (negotiateRequest !== null) return true
  const request = smb1?.negotiateRequest ?? null
  if (request === null) return null
  if (request.dialects.some(isSmb2DialectString)) return true
  return request.dialectsCut ? null : false
}

/** The NEGOTIATE request that shows the offer. */
export function citeOffer({ negotiateRequest, smb1 }: ConnectionFacts): EvidenceDraft | null {
  if (negotiateRequest !== null) return citeSmb2Request(negotiateRequest)
  return smb1?.negotiateRequest ? citeSmb1Request(smb1.negotiateRequest) : null
}

/** The answer that chose the dialect, or what shows that it is SMB1. */
export function citeChoice(connection: ConnectionFacts): EvidenceDraft | null {
  const chosen = decidingResponse(connection)
  if (chosen?.family === 'smb2') {
    return cite(chosen.response, 'DialectRevision', `NEGOTIATE response, SMB ${dialectName(chosen.response.dialect)}`)
  }
  if (chosen?.family === 'smb1') {
    const { dialectIndex, dialect } = chosen.response
    return cite(
      chosen.response,
      'DialectIndex',
      `DialectIndex ${dialectIndex}${dialect === null ? '' : ` ("${dialect}")`}`,
    )
  }
  const use = smb1Use(connection)
  return use === null ? null : cite(use.at, 'Command', 'SMB1 command')
}

/** The dialect that the server chose, as DialectRevision; "smb1" where that is in use; null where neither was seen. */
export function chosenVersion(connection: ConnectionFacts): number | 'smb1' | null {
  const chosen = decidingResponse(connection)
  if (chosen?.family === 'smb2') return chosen.response.dialect
  return chosen?.family === 'smb1' || smb1Use(connection) !== null ? 'smb1' : null
}

/** "SMB 3.0.2", "SMB1". */
export function revisionName(revision: number | 'smb1'): string {
  return revision === 'smb1' ? 'SMB1' : `SMB ${dialectName(revision)}`
}

/** Did the server answer that it takes none of the SMB1 dialects? */
export function refusedSmb1({ smb1 }: ConnectionFacts): boolean {
  return smb1?.negotiateResponse?.dialectIndex === NO_DIALECT
}
