import { DIALECT_3_0, DIALECT_3_1_1, DIALECT_WILDCARD, dialectName } from '../../../dissectors/smb2/dialects.ts'
import { SMB2_GLOBAL_CAP } from '../../../dissectors/smb2/negotiate.ts'
import { cipherName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import { smb1Use } from '../../ledger/derived/dialect.ts'
import { nameOrNumber } from '../../ledger/derived/identifier.ts'
import type { ConnectionFacts, Smb2NegotiateRequestFacts, Smb2NegotiateResponseFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence } from '../rule/evidence.ts'
import { ATTACK } from '../rule/identifiers.ts'
import type { Draft, Rule } from '../rule/rule.ts'
import { hex, place } from '../rule/wording.ts'

const LOGS = 'From Windows 11 24H2 and Windows Server 2025'

export const encryptionUnsupported: Rule = {
  id: 'encryption-unsupported',
  title: 'SMB 3 without a cipher',
  severity: 'info',
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  why:
    'Both sides speak SMB 3, and they have agreed on no cipher: by the protocol nothing on this connection can be encrypted. If encryption is ' +
    'required one day, by the server, for a share or by the client, this pair is refused.',
  how:
    'The NEGOTIATE response chooses SMB 3. At 3.1.1 it has no SMB2_ENCRYPTION_CAPABILITIES context, or one that names cipher 0. At 3.0 and 3.0.2 ' +
    'SMB2_GLOBAL_CAP_ENCRYPTION is missing from the Capabilities of the response. A server cannot agree to what the client does not offer, so ' +
    'the client is named where its offer was seen to be without ciphers (3.1.1) or without that capability (3.0, 3.0.2), and the server only ' +
    'where the client offered it. Some programs encrypt without an agreement: the finding says so. The capability bit counts at 3.0 and 3.0.2 ' +
    'only: at 3.1.1 the context takes its place. Silent below 3.0 ' +
    '(old-dialect), and where the response, or a context that may hold the cipher, was not captured.',
  remediation: {
    applies: 'which side it is was not seen',
    setting:
      'Find out which of the two sides cannot encrypt. Windows encrypts from Windows 8 and Windows Server 2012 on. Samba: server smb encrypt and ' +
      'client smb encrypt must not be off.',
    powershell: [],
    audit: {
      setting:
        `Log who cannot encrypt. ${LOGS}: Lanman Server > "Audit client does not support encryption" and Lanman Workstation > "Audit server ` +
        'does not support encryption": Enabled. The events are in the logs Microsoft-Windows-SMBServer/Audit and Microsoft-Windows-SMBClient/Audit.',
      powershell: [
        'Set-SmbServerConfiguration -AuditClientDoesNotSupportEncryption $true -Force',
        'Set-SmbClientConfiguration -AuditServerDoesNotSupportEncryption $true -Force',
      ],
    },
  },
  remediationFor: {
    client: {
      applies: 'the client offers none',
      setting:
        'Update the client or its SMB library, or switch its encryption on. Windows encrypts from Windows 8 and Windows Server 2012 on. Samba: ' +
        'client smb encrypt = default, and not off.',
      powershell: [],
      audit: {
        setting: `Log which clients cannot encrypt. ${LOGS}: Lanman Server > "Audit client does not support encryption": Enabled.`,
        powershell: ['Set-SmbServerConfiguration -AuditClientDoesNotSupportEncryption $true -Force'],
      },
    },
    server: {
      applies: 'the server accepts none',
      setting:
        'Update the server, or switch its encryption on. Windows encrypts from Windows Server 2012 on. Samba: server smb encrypt = default, and not ' +
        'off; server smb3 encryption algorithms must name a cipher that the clients offer.',
      powershell: [],
      audit: {
        setting: `Log which servers cannot encrypt. ${LOGS}: Lanman Workstation > "Audit server does not support encryption": Enabled.`,
        powershell: ['Set-SmbClientConfiguration -AuditServerDoesNotSupportEncryption $true -Force'],
      },
    },
  },
  identifiers: [ATTACK.sniffing],
  references: [
    '[MS-SMB2] 2.2.3.1.2',
    '[MS-SMB2] 2.2.4.1.2',
    '[MS-SMB2] 3.3.5.4',
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-security',
  ],
  falsePositives: [
    'Scanners and probes that negotiate and go no further leave out what they do not need.',
    'Two sides that each encrypt, with no cipher in common: the list of one of them was narrowed.',
  ],
  subject: 'pair',
  *evaluate({ ledger }: AuditFacts): Iterable<Draft> {
    for (const connection of ledger.connections) {
      const response = connection.negotiateResponse
      if (response === null || !lacksCipher(response) || smb1Use(connection) !== null) continue
      const { side, text, at } = sideOf(connection, response)
      yield {
        severity: 'info',
        connection,
        session: null,
        at: response,
        ...(side !== null && { subject: side, remediation: side }),
        explain: () => {
          const { server, client, firstTransform } = connection
          const agreed = `agreed on SMB ${dialectName(response.dialect)} and on no cipher`
          const anyway = firstTransform === null ? '' : ', and messages are encrypted all the same'
          return {
            message: `${place(server)} and ${client.ip} ${agreed}; ${text}${anyway}.`,
            evidence: evidence(
              citeResponse(response),
              at,
              firstTransform !== null && cite(firstTransform, 'SessionId', 'the first encrypted message'),
            ),
          }
        },
      }
    }
  },
}

/** Nothing is missing from the answer, and it agrees to no cipher. */
function lacksCipher({ dialect, cipher, contextsCut, capabilities }: Smb2NegotiateResponseFacts): boolean {
  if (dialect < DIALECT_3_0 || dialect === DIALECT_WILDCARD || dialect > DIALECT_3_1_1) return false
  if (dialect === DIALECT_3_1_1) return cipher === 0 || (cipher === null && !contextsCut)
  return capabilities !== null && (capabilities & SMB2_GLOBAL_CAP.ENCRYPTION) === 0
}

interface Side {
  /** Which side stands in the way; null where that was not seen. */
  side: 'client' | 'server' | null
  text: string
  at: EvidenceDraft | null
}

function sideOf({ negotiateRequest: request }: ConnectionFacts, { dialect, cipher }: Smb2NegotiateResponseFacts): Side {
  if (request === null) return { side: null, text: 'what the client offered was not seen', at: null }
  const offers = dialect === DIALECT_3_1_1 ? offersCiphers(request) : offersCapability(request)
  if (offers === null) return { side: null, text: 'what ciphers the client offers was not captured', at: null }
  const at = citeRequest(request, dialect)
  const common = dialect === DIALECT_3_1_1 && cipher === 0
  return offers
    ? { side: 'server', text: common ? 'they have no cipher in common' : 'the client offered encryption', at }
    : { side: 'client', text: 'the client offered no encryption', at }
}

function offersCiphers({ ciphers, contextsCut }: Smb2NegotiateRequestFacts): boolean | null {
  if (ciphers?.some((cipher) => cipher !== 0)) return true
  return contextsCut ? null : false
}

function offersCapability({ capabilities }: Smb2NegotiateRequestFacts): boolean | null {
  return capabilities === null ? null : (capabilities & SMB2_GLOBAL_CAP.ENCRYPTION) !== 0
}

function citeResponse({ dialect, cipher, capabilities, frame, time }: Smb2NegotiateResponseFacts): EvidenceDraft {
  const at = { frame, time }
  if (dialect !== DIALECT_3_1_1)
    return cite(at, 'Capabilities', `Capabilities ${hex(capabilities ?? 0, 8)} without SMB2_GLOBAL_CAP_ENCRYPTION`)
  return cite(at, 'Cipher', cipher === 0 ? 'cipher 0: none in common' : 'no SMB2_ENCRYPTION_CAPABILITIES context')
}

function citeRequest(request: Smb2NegotiateRequestFacts, dialect: number): EvidenceDraft {
  const { ciphers, capabilities } = request
  if (dialect !== DIALECT_3_1_1) {
    const has = offersCapability(request) === true ? 'with' : 'without'
    return cite(request, 'Capabilities', `Capabilities ${hex(capabilities ?? 0, 8)} ${has} SMB2_GLOBAL_CAP_ENCRYPTION`)
  }
  return cite(request, 'Cipher', ciphers === null ? 'no SMB2_ENCRYPTION_CAPABILITIES context' : cipherList(ciphers))
}

function cipherList(ciphers: readonly number[]): string {
  if (ciphers.length === 0) return 'an empty list of ciphers'
  return `offers ${ciphers
    .slice(0, NAMED)
    .map((cipher) => nameOrNumber(cipherName, cipher))
    .join(', ')}`
}

/** The specification has four ciphers. */
const NAMED = 4
