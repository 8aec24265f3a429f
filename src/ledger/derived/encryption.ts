/** What the two ends of a connection agreed on for encryption. `null` if it was not seen. */
import { DIALECT_3_0, DIALECT_3_1_1 } from '../../../dissectors/smb2/dialects.ts'
import { SMB2_GLOBAL_CAP } from '../../../dissectors/smb2/negotiate.ts'
import { cipherName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import type { ConnectionFacts } from '../smb-facts.ts'
import { nameOrNumber } from './identifier.ts'

const AES_128_CCM = 0x0001

/** 3.1.1 names it in a context; 3.0 and 3.0.2 know one cipher, which both sides' capabilities agree on. */
export function agreedCipher(connection: ConnectionFacts): string | null {
  const { negotiateRequest: request, negotiateResponse: response } = connection
  if (!response) return null
  // A context that names cipher 0 says that there is none in common.
  if (response.dialect >= DIALECT_3_1_1) return response.cipher ? nameOrNumber(cipherName, response.cipher) : null
  if (response.dialect < DIALECT_3_0) return null
  const both = (response.capabilities ?? 0) & (request?.capabilities ?? SMB2_GLOBAL_CAP.ENCRYPTION)
  return both & SMB2_GLOBAL_CAP.ENCRYPTION ? cipherName(AES_128_CCM) : null
}
