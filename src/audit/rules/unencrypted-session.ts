import { DIALECT_3_0, DIALECT_3_1_1, dialectName } from '../../../dissectors/smb2/dialects.ts'
import { SMB2_GLOBAL_CAP } from '../../../dissectors/smb2/negotiate.ts'
import { cipherName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import { plural } from '../../base/wording.ts'
import { clearMessages, firstClearMessage, hasKey, messageTotals } from '../../ledger/derived/protection.ts'
import { isIpc } from '../../ledger/derived/shares.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, evidence, start } from '../rule/evidence.ts'
import { ATTACK } from '../rule/identifiers.ts'
import type { Draft, Rule, Severity } from '../rule/rule.ts'
import { sessionOn } from '../rule/wording.ts'

export const unencryptedSession: Rule = {
  id: 'unencrypted-session',
  title: 'Unencrypted session',
  severity: 'low',
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  why: 'Anybody who can see the packets can read the file names, the contents and the remote procedure calls in them. Signing does not hide anything.',
  how:
    "Messages of the session outside of the encryption transform (FD 'SMB'), without those of its setup. Low; medium if the contents " +
    'of files crossed in READ answers or WRITE requests. High if the contents crossed although the session (SessionFlags ' +
    'ENCRYPT_DATA) or every share it used (ShareFlags ENCRYPT_DATA) requires encryption. Info if all its disk shares are encrypted ' +
    'and only the rest, such as IPC$, is clear, or may be: something is encrypted, and ShareFlags were not seen. What is encrypted proves itself by its header, so a session that begins before the ' +
    'capture is judged by what was seen. Compressed messages are not encrypted. Guest and anonymous sessions are not reported here.',
  remediation: {
    applies: 'SMB 3.0 and later',
    audit: {
      setting:
        'Log who cannot encrypt. From Windows 11 24H2 and Windows Server 2025: Lanman Server > "Audit client does not support encryption" and Lanman Workstation > ' +
        '"Audit server does not support encryption": Enabled. The events are in the logs Microsoft-Windows-SMBServer/Audit and ' +
        'Microsoft-Windows-SMBClient/Audit.',
      powershell: [
        'Set-SmbServerConfiguration -AuditClientDoesNotSupportEncryption $true -Force',
        'Set-SmbClientConfiguration -AuditServerDoesNotSupportEncryption $true -Force',
      ],
    },
    setting:
      'Require encryption for the server or for single shares, and leave "reject unencrypted access" on; this needs SMB 3.0 or later on ' +
      'every client. From Windows 11 24H2 and Windows Server 2025 the client can require it too (Lanman Workstation > "Require ' +
      'encryption"). Samba: server smb encrypt = required. Single drives: New-SmbMapping with -RequirePrivacy $true.',
    powershell: [
      'Set-SmbServerConfiguration -EncryptData $true -RejectUnencryptedAccess $true -Force',
      'Set-SmbShare -Name ShareName -EncryptData $true -Force',
      'Set-SmbClientConfiguration -RequireEncryption $true -Force',
    ],
  },
  remediationFor: {
    old: {
      applies: 'below SMB 3.0',
      setting:
        'No setting encrypts this: encryption came with SMB 3.0. Update or replace the side that cannot do more, and remove SMB1; ' +
        'smb1-negotiated and old-dialect say which side it is. Then require encryption.',
      powershell: [],
      audit: null,
    },
  },
  identifiers: [ATTACK.sniffing],
  references: [
    '[MS-SMB2] 2.2.41',
    '[MS-SMB2] 3.3.5.2.9',
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-security',
    'https://learn.microsoft.com/windows-server/storage/file-server/configure-smb-client-require-encryption',
  ],
  falsePositives: [
    'Traffic inside an IPsec or VPN tunnel that was captured after its end.',
    'Public contents: signing alone may be enough for them.',
  ],
  subject: 'pair',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      if (!hasKey(session) || clearMessages(session) === 0) continue
      const connection = connectionOf(session)
      const required = requiredBy(session, connection)
      const data = session.firstClearData
      const first = firstClearMessage(session) ?? data ?? start(session)
      yield {
        severity: severityOf(session, required),
        ...(isBelow3(connection, session) && { remediation: 'old' }),
        connection,
        session,
        at: first,
        explain: () => ({
          message: message(connection, session, required),
          evidence: evidence(
            data !== null && cite(data, 'Data', 'file data in clear text'),
            cite(first, 'Command', `not encrypted: the first of ${plural(clearMessages(session), 'message')}`),
            session.encryptData &&
              session.decided !== null &&
              cite(session.decided, 'SessionFlags', 'SessionFlags 0x0004 (ENCRYPT_DATA)'),
          ),
        }),
      }
    }
  },
}

type Required = 'session' | 'shares' | 'unknown' | null

/** Who asked for encryption: the session, or every disk share it used. Unknown: some of it is encrypted, and no flag of a share was captured. */
function requiredBy(session: SessionFacts, connection: ConnectionFacts): Required {
  const { encryptData, trees, treesNotKept, firstEncrypted } = session
  if (encryptData) return 'session'
  const disks = trees.filter((tree) => !isIpc(tree))
  if (disks.length === 0 || treesNotKept > 0) return null
  if (disks.every((tree) => tree.encryptData)) return 'shares'
  const encrypts = firstEncrypted !== null || connection.firstTransform !== null
  return encrypts && disks.every((tree) => tree.encryptData !== false) ? 'unknown' : null
}

function severityOf({ firstClearData }: SessionFacts, required: Required): Severity {
  if (firstClearData !== null) return required === 'session' || required === 'shares' ? 'high' : 'medium'
  return required === 'shares' || required === 'unknown' ? 'info' : 'low'
}

function message(connection: ConnectionFacts, session: SessionFacts, required: Required): string {
  return `${sessionOn(connection, session)} ${state(session, required)}${ability(connection, session)}.`
}

/** What the traffic was. If part of it is encrypted, the sentence says so, no matter which side required that. */
function state(session: SessionFacts, required: Required): string {
  const amount = plural(clearMessages(session), 'message')
  const { encrypted } = messageTotals(session)
  const partly = encrypted > 0 ? ` (${plural(encrypted, 'message')} encrypted)` : ''
  const data = session.firstClearData !== null
  switch (required) {
    case 'session':
      return `must be encrypted, but has ${data ? 'file data' : amount} in clear text${partly}`
    case 'shares':
      if (data) return `uses shares that must be encrypted, but has file data in clear text${partly}`
      return encrypted > 0
        ? `encrypts its shares (${plural(encrypted, 'message')}); the rest is in clear text (${amount})`
        : `uses shares that must be encrypted; what was seen is in clear text (${amount}), without file data`
    default:
      if (encrypted === 0) return data ? `carries file data in clear text (${amount})` : `is in clear text (${amount})`
      return `is partly encrypted (${plural(encrypted, 'message')}); the rest is in clear text (${amount})${data ? ' and carries file data' : ''}`
  }
}

/** Is it known that the dialect cannot encrypt? */
function isBelow3({ negotiateResponse }: ConnectionFacts, { family }: SessionFacts): boolean {
  return family === 'smb1' || (negotiateResponse !== null && negotiateResponse.dialect < DIALECT_3_0)
}

/** What prevented encryption, as far as the negotiate shows it. */
function ability({ negotiateRequest, negotiateResponse }: ConnectionFacts, session: SessionFacts): string {
  if (session.encryptData) return ''
  if (session.family === 'smb1') return '; SMB1 cannot encrypt'
  if (negotiateResponse === null) return ''
  const { dialect, cipher, contextsCut, capabilities } = negotiateResponse
  if (dialect < DIALECT_3_0) return `; SMB ${dialectName(dialect)} cannot encrypt`
  if (dialect >= DIALECT_3_1_1) {
    const name = cipher === null ? null : cipherName(cipher)
    if (name !== null) return `; ${name} was negotiated`
    return contextsCut ? '' : '; no cipher was negotiated'
  }
  if (capabilities === null) return ''
  if ((capabilities & SMB2_GLOBAL_CAP.ENCRYPTION) === 0) return '; the server does not offer encryption'
  const asked = negotiateRequest?.capabilities ?? null
  if (asked === null) return ''
  const able = (asked & SMB2_GLOBAL_CAP.ENCRYPTION) !== 0
  return able ? '; AES-128-CCM was possible' : '; the client does not offer encryption'
}
