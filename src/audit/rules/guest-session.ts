import { messageTotals } from '../../ledger/derived/protection.ts'
import { leftUnused } from '../../ledger/derived/session-use.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { SessionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence, start } from '../rule/evidence.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, Remediation, Rule } from '../rule/rule.ts'
import { inEachState, place, who } from '../rule/wording.ts'

/** Who would be refused as a guest: the same for every setting that admits guests. */
export const AUDIT_GUESTS: Remediation['audit'] = {
  setting:
    'Log who uses guest access. From Windows 11 24H2 and Windows Server 2025: Lanman Workstation and Lanman Server > "Audit insecure ' +
    'guest logon": Enabled. The events are in the logs Microsoft-Windows-SMBClient/Audit and Microsoft-Windows-SMBServer/Audit.',
  powershell: [
    'Set-SmbClientConfiguration -AuditInsecureGuestLogon $true -Force',
    'Set-SmbServerConfiguration -AuditInsecureGuestLogon $true -Force',
  ],
}

export const guestSession: Rule = {
  id: 'guest-session',
  title: 'Guest session',
  severity: 'high',
  guide: 'Disable guest authentication and fallback',
  why:
    'A guest session has no key: signing and encryption protect nothing in it, and the client has no proof of who the server is. Anybody who ' +
    'answers for the server can read what is written, change what is read, and hand out files of their own. If a named user was ' +
    'made a guest, the server did not accept the credentials and did not say so either.',
  how:
    'The SUCCESS answer to SESSION_SETUP carries SMB2_SESSION_FLAG_IS_GUEST (SMB1: Action GUEST). High if a named user was mapped to ' +
    'guest, or the name was not seen; medium if the client asked for guest or gave no name. Critical if the server is outside the ' +
    'internal networks. Info if the client ended the session before it connected to any share: it refused the guest access, as it ' +
    'should. How its messages went, and that it did not prove an NTLM logon, is part of this finding and not reported again; if some are ' +
    'marked as signed or are encrypted the message says so. ' +
    'If a refused logon came just before, guest-fallback names it in addition.',
  remediation: {
    setting:
      'Clients: Computer Configuration > Administrative Templates > Network > Lanman Workstation > "Enable insecure guest logons": ' +
      'Disabled. (Enabled is what permits guests.) Requiring signing has the same effect. Windows servers: keep the Guest account ' +
      'disabled. Samba: map to guest = Never, and guest ok = no on every share.',
    applies: 'SMB2 and SMB3',
    audit: AUDIT_GUESTS,
    powershell: [
      'Set-SmbClientConfiguration -EnableInsecureGuestLogons $false -Force',
      'Set-SmbClientConfiguration -RequireSecuritySignature $true -Force',
      'Disable-LocalUser -Name Guest',
    ],
  },
  remediationFor: {
    smb1: {
      applies: 'SMB1',
      setting:
        'An SMB1 client has no setting against guest sessions: remove the feature "SMB 1.0/CIFS File Sharing Support" from it. Windows ' +
        'servers: Security Options, "Accounts: Guest account status": Disabled. Samba: map to guest = Never, and guest ok = no on every share.',
      powershell: [
        'Disable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol -NoRestart',
        'Disable-LocalUser -Name Guest',
      ],
      audit: null,
    },
  },
  identifiers: [ATTACK.adversaryInTheMiddle, CIS.guestLogons, STIG.guestLogons],
  references: [
    '[MS-SMB2] 2.2.6',
    '[MS-SMB2] 3.2.5.3.1',
    '[MS-CIFS] 2.2.4.53.2',
    'https://learn.microsoft.com/troubleshoot/windows-server/networking/guest-access-in-smb2-is-disabled-by-default',
    'https://learn.microsoft.com/windows-server/storage/file-server/enable-insecure-guest-logons-smb2-and-smb3',
  ],
  falsePositives: [
    'Devices that publish files to everyone on purpose (printers with a scan folder, media servers): guest is then the design, and the ' +
      'question is whether clients should be allowed to use it.',
    'A named user without a password on a home network, where Samba maps unknown users to guest.',
  ],
  subject: 'pair',
  *evaluate({ ledger, policy, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      if (!session.guest) continue
      const connection = connectionOf(session)
      const outbound = policy.networks.direction(connection.client.ip, connection.server.ip) === 'outbound'
      const kind = kindOf(session)
      const refused = leftUnused(session, connection)
      const at = session.decided ?? start(session)
      yield {
        severity: refused ? 'info' : outbound ? 'critical' : kind === 'asked for' ? 'medium' : 'high',
        connection,
        session,
        at,
        ...(session.family === 'smb1' && { remediation: 'smb1' }),
        explain: () => ({
          message: refused
            ? `${place(connection.server)} made ${who(session)} a guest, and ${connection.client.ip} ended the session unused.`
            : `${place(connection.server)}${outbound ? ', outside the network,' : ''} ${WORDS[kind](session)}${traffic(session)}.`,
          evidence: evidence(
            grant(at, session),
            refused && session.logoff !== null && cite(session.logoff, 'Command', 'LOGOFF by the client'),
          ),
        }),
      }
    }
  },
}

type Kind = 'asked for' | 'mapped' | 'unknown'

const WORDS: Record<Kind, (session: SessionFacts) => string> = {
  'asked for': ({ user }) => `granted a guest session to a client that ${user ? 'asked for one' : 'gave no name'}`,
  mapped: (session) => `made ${who(session)} a guest without accepting the credentials`,
  unknown: () => 'granted a guest session to a user whose name was not seen',
}

/** How its messages were protected. The sentence only says which are marked as signed: without a key the mark proves nothing. */
function traffic(session: SessionFacts): string {
  const { signed, unsigned, encrypted, unread } = messageTotals(session)
  if (signed + unsigned + encrypted + unread === 0) return ''
  if (signed + encrypted + unread === 0) return ': unsigned and unencrypted'
  const kinds = [
    [encrypted, 'encrypted'],
    [signed, 'marked as signed'],
    [unread, 'compressed'],
    [unsigned, 'in clear text without a signature'],
  ] as const
  return `; of its messages ${inEachState(kinds)}`
}

function grant(at: FrameRef, { decided, family }: SessionFacts): EvidenceDraft {
  if (decided === null) return cite(at, 'SessionId', 'first frame of the session')
  return cite(at, 'SessionFlags', family === 'smb1' ? 'Action 0x0001 (GUEST)' : 'SessionFlags 0x0001 (IS_GUEST)')
}

function kindOf({ user, auth }: SessionFacts): Kind {
  if (auth === 'anonymous') return 'asked for'
  if (user === null) return 'unknown'
  return user === '' || user.toLowerCase() === 'guest' ? 'asked for' : 'mapped'
}
