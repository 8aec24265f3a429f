import type { ConnectionFacts, SessionFacts } from '../../track/ledger.ts'
import { cite, evidence, place, start, who } from '../predicates.ts'
import type { AuditFacts, Draft, Rule } from '../rule.ts'

export const guestSession: Rule = {
  id: 'guest-session',
  title: 'Guest session',
  severity: 'high',
  guide: 'Disable guest authentication and fallback',
  why:
    'A guest session has no key: it can be neither signed nor encrypted, and the client has no proof of who the server is. Anybody who ' +
    'answers for the server can read what is written, change what is read, and hand out files of their own. Where a named user was ' +
    'made a guest, the server did not accept the credentials and did not say so either.',
  how:
    'The SUCCESS answer to SESSION_SETUP carries SMB2_SESSION_FLAG_IS_GUEST (SMB1: Action GUEST). High where a named user was mapped to ' +
    'guest, or the name was not seen; medium where the client asked for guest or gave no name. Critical where the server is outside the ' +
    'internal networks. Info where the client ended the session before it connected to any share: it refused the guest access, as it ' +
    'should. That the session is unsigned, unencrypted and did not prove an NTLM logon is part of this finding and not reported again. ' +
    'Where a refused logon came just before, guest-fallback names it in addition.',
  remediation: {
    setting:
      'Clients: Computer Configuration > Administrative Templates > Network > Lanman Workstation > "Enable insecure guest logons": ' +
      'Disabled. (Enabled is what permits guests.) Requiring signing has the same effect. Windows servers: keep the Guest account ' +
      'disabled. Samba: map to guest = Never, and guest ok = no on every share.',
    powershell: [
      'Set-SmbClientConfiguration -EnableInsecureGuestLogons $false -Force',
      'Set-SmbClientConfiguration -RequireSecuritySignature $true -Force',
      'Disable-LocalUser -Name Guest',
    ],
  },
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
  *evaluate({ ledger, networks, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      if (!session.guest) continue
      const connection = connectionOf(session)
      const outbound = networks.direction(connection.client.ip, connection.server.ip) === 'outbound'
      const kind = kindOf(session)
      const refused = wasRefused(session, connection)
      const at = session.decided ?? start(session)
      yield {
        severity: refused ? 'info' : outbound ? 'critical' : kind === 'asked for' ? 'medium' : 'high',
        connection,
        session,
        at,
        explain: () => ({
          message: refused
            ? `${place(connection.server)} made ${who(session)} a guest, and ${connection.client.ip} ended the session unused.`
            : `${place(connection.server)}${outbound ? ', outside the network,' : ''} ${WORDS[kind](session)}.`,
          evidence: evidence(
            cite(at, session.family === 'smb1' ? 'Action 0x0001 (GUEST)' : 'SessionFlags 0x0001 (IS_GUEST)'),
            refused && session.logoff !== null && cite(session.logoff, 'LOGOFF by the client'),
          ),
        }),
      }
    }
  },
}

type Kind = 'asked for' | 'mapped' | 'unknown'

const WORDS: Record<Kind, (session: SessionFacts) => string> = {
  'asked for': ({ user }) =>
    `granted a guest session to a client that ${user === null ? 'gave no name' : 'asked for one'}: unsigned and unencrypted`,
  mapped: (session) => `made ${who(session)} a guest without accepting the credentials: unsigned and unencrypted`,
  unknown: () => 'granted a guest session to a user whose name was not seen: unsigned and unencrypted',
}

function kindOf({ user, logons }: SessionFacts): Kind {
  // The session has null for a name that was empty and for one that was not seen; the message itself tells them apart.
  const name = user ?? logons.at(-1)?.ntlm?.authenticate?.user ?? null
  if (name === null) return 'unknown'
  return name === '' || name.toLowerCase() === 'guest' ? 'asked for' : 'mapped'
}

/** The client went away before it used the session; with holes in the capture nobody can say so. */
function wasRefused(session: SessionFacts, connection: ConnectionFacts): boolean {
  const { requests, responses } = session
  const used =
    session.trees.length > 0 ||
    session.treesNotKept > 0 ||
    requests.signed + requests.unsigned + requests.encrypted > 0 ||
    responses.signed + responses.unsigned + responses.encrypted > 0
  return !used && connection.gaps === 0 && (session.logoff !== null || connection.end?.by === 'client')
}
