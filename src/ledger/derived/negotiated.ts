/** What a connection's two ends offered and agreed, in the words that reports use. `null` where it was not seen. */
import { DIALECT_3_0, DIALECT_3_1_1, dialectName } from '../../../dissectors/smb2/dialects.ts'
import { SMB2_GLOBAL_CAP } from '../../../dissectors/smb2/negotiate.ts'
import { cipherName, hashAlgorithmName, signingAlgorithmName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import type { ConnectionFacts, SigningMode } from '../smb-facts.ts'
import { smb1ServerSigningMode, smb2SigningMode } from './signing-mode.ts'

const AES_128_CCM = 0x0001
const HMAC_SHA256 = 0x0000
const AES_CMAC = 0x0001

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
  const smb2 = connection.negotiateResponse
  return smb2 ? dialectName(smb2.dialect) : (connection.smb1?.negotiateResponse?.dialect ?? null)
}

export function clientSigning(connection: ConnectionFacts): SigningMode | null {
  const { negotiateRequest, smb1 } = connection
  if (negotiateRequest !== null) {
    const { securityMode } = negotiateRequest
    return securityMode === null ? null : smb2SigningMode(securityMode)
  }
  // That it says nothing does not mean that it cannot.
  const mode = smb1?.clientSigning ?? null
  return mode === 'none' ? null : mode
}

export function serverSigning(connection: ConnectionFacts): SigningMode | null {
  const smb2 = connection.negotiateResponse
  if (smb2) return smb2SigningMode(smb2.securityMode)
  const smb1 = connection.smb1?.negotiateResponse?.securityMode ?? null
  return smb1 === null ? null : smb1ServerSigningMode(smb1)
}

/** 3.1.1 names it in a context; 3.0 and 3.0.2 know one cipher, which both sides' capabilities agree on. */
export function agreedCipher(connection: ConnectionFacts): string | null {
  const { negotiateRequest: request, negotiateResponse: response } = connection
  if (!response) return null
  // A context that names cipher 0 says that there is none in common.
  if (response.dialect >= DIALECT_3_1_1) return response.cipher ? named(cipherName, response.cipher) : null
  if (response.dialect < DIALECT_3_0) return null
  const both = (response.capabilities ?? 0) & (request?.capabilities ?? SMB2_GLOBAL_CAP.ENCRYPTION)
  return both & SMB2_GLOBAL_CAP.ENCRYPTION ? cipherName(AES_128_CCM) : null
}

/** What would sign, whether or not anything is signed: fixed by the dialect, but for 3.1.1, where no context means AES-CMAC. */
export function signingAlgorithm(connection: ConnectionFacts): string | null {
  const response = connection.negotiateResponse
  if (!response) return null
  if (response.dialect < DIALECT_3_0) return signingAlgorithmName(HMAC_SHA256)
  if (response.dialect < DIALECT_3_1_1) return signingAlgorithmName(AES_CMAC)
  if (response.signingAlgorithm === null && response.contextsCut) return null
  return named(signingAlgorithmName, response.signingAlgorithm ?? AES_CMAC)
}

export function preauthIntegrity(connection: ConnectionFacts): string | null {
  const hash = connection.negotiateResponse?.hashAlgorithm ?? null
  return hash === null ? null : named(hashAlgorithmName, hash)
}

/** An identifier that the specification does not name is shown as it is. */
function named(nameOf: (id: number) => string | null, id: number): string {
  return nameOf(id) ?? `0x${id.toString(16).padStart(4, '0')}`
}
