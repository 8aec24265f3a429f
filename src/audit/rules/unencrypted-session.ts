import type { ConnectionFacts, SessionFacts } from '../../track/ledger.ts'
import {
  cite,
  clearMessages,
  dialectName,
  evidence,
  firstClearMessage,
  hasKey,
  isIpc,
  place,
  plural,
  setupNotSeen,
  who,
} from '../predicates.ts'
import type { AuditFacts, Draft, Rule, Severity } from '../rule.ts'

export const unencryptedSession: Rule = {
  id: 'unencrypted-session',
  title: 'Unencrypted session',
  severity: 'low',
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  why: 'Whoever can see the packets reads the file names, the contents and the remote procedure calls in them. Signing does not hide anything.',
  how:
    'Messages of the session outside of the encryption transform (FD ‘SMB’), without those of its setup. Low; medium where the contents ' +
    'of files crossed in READ answers or WRITE requests. High where the contents crossed although the session (SessionFlags ' +
    'ENCRYPT_DATA) or every share it used (ShareFlags ENCRYPT_DATA) requires encryption. Info where all its disk shares are encrypted ' +
    'and only the rest, such as IPC$, is clear. What is encrypted proves itself by its header, so a session that begins before the ' +
    'capture is judged by what was seen. Guest and anonymous sessions are not reported here.',
  remediation: {
    setting:
      'Require encryption for the server or for single shares, and leave "reject unencrypted access" on; this needs SMB 3.0 or later on ' +
      'every client. From Windows 11 24H2 and Windows Server 2025 the client can require it too (Lanman Workstation > "Require ' +
      'encryption"). Samba: server smb encrypt = required. Single drives: New-SmbMapping with -RequirePrivacy $true.',
    powershell: [
      'Set-SmbServerConfiguration -EncryptData $true -RejectUnencryptedAccess $true -Force',
      'Set-SmbShare -Name <share> -EncryptData $true -Force',
      'Set-SmbClientConfiguration -RequireEncryption $true -Force',
    ],
  },
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
      const first = firstClearMessage(session)
      const verdict = judge(session)
      const subject = setupNotSeen(session)
        ? 'A session whose setup was not captured'
        : `The session of ${who(session)}`
      yield {
        severity: verdict.severity,
        message: `${subject} on ${place(connection.server)} ${verdict.text}${ability(connection, session)}.`,
        connection,
        session,
        evidence: evidence(
          session,
          session.encryptData &&
            session.decided !== null &&
            cite(session.decided, 'SessionFlags 0x0004 (ENCRYPT_DATA)'),
          first !== null && cite(first, `not encrypted: the first of ${plural(clearMessages(session), 'message')}`),
          session.firstClearData !== null && cite(session.firstClearData, 'file data in clear text'),
        ),
      }
    }
  },
}

function judge(session: SessionFacts): { severity: Severity; text: string } {
  const amount = plural(clearMessages(session), 'message')
  const disks = session.trees.filter((t) => !isIpc(t))
  const disksEncrypted = disks.length > 0 && session.treesNotKept === 0 && disks.every((t) => t.encryptData)
  if (session.firstClearData !== null) {
    if (session.encryptData) return { severity: 'high', text: 'must be encrypted, and file data crossed in clear text' }
    if (disksEncrypted)
      return { severity: 'high', text: 'uses shares that must be encrypted, and file data crossed in clear text' }
    return { severity: 'medium', text: `carries file data in clear text (${amount})` }
  }
  if (session.encryptData) return { severity: 'low', text: `must be encrypted, and has ${amount} in clear text` }
  if (disksEncrypted) return { severity: 'info', text: `encrypts its shares; the rest (${amount}) is clear text` }
  return { severity: 'low', text: `is clear text (${amount})` }
}

const CIPHERS = new Map([
  [1, 'AES-128-CCM'],
  [2, 'AES-128-GCM'],
  [3, 'AES-256-CCM'],
  [4, 'AES-256-GCM'],
])
const SMB2_GLOBAL_CAP_ENCRYPTION = 0x40

/** What stood in the way, as far as the negotiate shows it. */
function ability({ negotiateRequest, negotiateResponse }: ConnectionFacts, session: SessionFacts): string {
  if (session.encryptData) return ''
  if (session.family === 'smb1') return '; SMB1 cannot encrypt'
  if (negotiateResponse === null) return ''
  const { dialect, cipher, capabilities } = negotiateResponse
  if (dialect < 0x0300) return `; SMB ${dialectName(dialect)} cannot encrypt`
  if (dialect >= 0x0310) {
    const name = cipher === null ? undefined : CIPHERS.get(cipher)
    return name === undefined ? '; no cipher was negotiated' : `; ${name} was negotiated`
  }
  if ((capabilities & SMB2_GLOBAL_CAP_ENCRYPTION) === 0) return '; the server does not offer encryption'
  if (negotiateRequest === null) return ''
  const able = (negotiateRequest.capabilities & SMB2_GLOBAL_CAP_ENCRYPTION) !== 0
  return able ? '; AES-128-CCM was possible' : '; the client does not offer encryption'
}
