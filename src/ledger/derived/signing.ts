/** What the two ends of a connection say about signing. `null` if it was not seen. */
import { NO_DIALECT } from '../../../dissectors/smb1/negotiate.ts'
import { DIALECT_3_0, DIALECT_3_1_1 } from '../../../dissectors/smb2/dialects.ts'
import { signingAlgorithmName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import type { FrameRef } from '../frame-ref.ts'
import type { ConnectionFacts, SessionFacts, SigningMode } from '../smb-facts.ts'
import { decidingResponse } from './dialect.ts'
import { nameOrNumber } from './identifier.ts'
import { smb1ServerSigningMode, smb2SigningMode } from './signing-mode.ts'

const HMAC_SHA256 = 0x0000
const AES_CMAC = 0x0001

/** What a server says, and in which NEGOTIATE response. */
export interface ServerSigning {
  mode: SigningMode
  securityMode: number
  at: FrameRef
}

/** What the server says in the response that chose the dialect. */
export function finalServerSigning(connection: ConnectionFacts): ServerSigning | null {
  const chosen = decidingResponse(connection)
  const securityMode = chosen?.response.securityMode ?? null
  if (chosen === null || securityMode === null) return null
  const mode = chosen.family === 'smb1' ? smb1ServerSigningMode(securityMode) : smb2SigningMode(securityMode)
  return { mode, securityMode, at: chosen.response }
}

/** The same. If the server chose SMB2 in an SMB1 response, and the SMB2 response that must follow was not seen: what it says in the SMB1 response. */
export function serverSigning(connection: ConnectionFacts): ServerSigning | null {
  const final = finalServerSigning(connection)
  const first = connection.smb1?.negotiateResponse ?? null
  if (final !== null || decidingResponse(connection) !== null) return final
  if (first === null || first.securityMode === null || first.dialectIndex === NO_DIALECT) return null
  return { mode: smb1ServerSigningMode(first.securityMode), securityMode: first.securityMode, at: first }
}

/** What the client says for the whole connection. */
export function clientSigning({ negotiateRequest, smb1 }: ConnectionFacts): SigningMode | null {
  if (negotiateRequest === null) return statedInSmb1(smb1?.clientSigning ?? null)
  const { securityMode } = negotiateRequest
  return securityMode === null ? null : smb2SigningMode(securityMode)
}

/** What the client says for this session: it may require signing for one session alone. */
export function sessionClientSigning(connection: ConnectionFacts, session: SessionFacts): SigningMode | null {
  const { family, setupSigning } = session
  if (setupSigning === 'required') return 'required'
  if (family === 'smb1') return statedInSmb1(setupSigning)
  const securityMode = connection.negotiateRequest?.securityMode ?? null
  return securityMode === null ? setupSigning : smb2SigningMode(securityMode)
}

/** A client that sets neither bit of Flags2 says nothing: it may sign all the same, and need not show it before it has to ([MS-SMB] 2.2.3.1). */
function statedInSmb1(mode: SigningMode | null): SigningMode | null {
  return mode === 'none' ? null : mode
}

/** The signing algorithm, whether or not anything is signed. The dialect determines it, except in 3.1.1, where no context means AES-CMAC. */
export function signingAlgorithm({ negotiateResponse: response }: ConnectionFacts): string | null {
  if (!response) return null
  if (response.dialect < DIALECT_3_0) return signingAlgorithmName(HMAC_SHA256)
  if (response.dialect < DIALECT_3_1_1) return signingAlgorithmName(AES_CMAC)
  if (response.signingAlgorithm === null && response.contextsCut) return null
  return nameOrNumber(signingAlgorithmName, response.signingAlgorithm ?? AES_CMAC)
}
