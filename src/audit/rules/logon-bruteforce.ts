import { isSuccess } from '../../../dissectors/ntstatus.ts'
import { plural } from '../../base/wording.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite } from '../rule/evidence.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import {
  type Burst,
  burstOf,
  guessedUser,
  lastRefused,
  type RefusedLogon,
  type RefusedLogons,
  refusedLogon,
  refusedLogons,
} from '../rule/refused-logons.ts'
import type { Draft, SurveyingRule } from '../rule/rule.ts'
import { answeredWith, place, who } from '../rule/wording.ts'

export const logonBruteforce: SurveyingRule<RefusedLogons> = {
  id: 'logon-bruteforce',
  title: 'Many refused logons from one client',
  severity: 'high',
  guide: 'Beyond SMB',
  why:
    'Passwords are being guessed: many for one account, or one for many accounts or servers (spraying), which stays below the threshold at ' +
    'which accounts are locked. SMB answers such guesses as fast as they come, and one hit is enough.',
  how:
    'Within five minutes ten logons from one client to one server are refused, or logons of five users, or logons at five servers; the policy ' +
    'may set other numbers. A logon counts where it proves a password (an NTLM response, or a password in clear text), names a user, and is ' +
    'refused with the status of a wrong name or password, or of an account that wrong passwords have locked. Each refused logon of the burst is ' +
    'counted. Critical where the client then logs on as one of those users, with the answer seen and no guest session granted: the password was ' +
    'found. Not counted: Kerberos, whose tickets are refused for other reasons than a password; guest and null sessions, which clients try by ' +
    'themselves; statuses that come after a right password (expired, disabled, not allowed from here) and ACCESS_DENIED; logons whose name or ' +
    'answer was not captured.',
  remediation: {
    applies: 'guessing goes on',
    setting:
      'Find the client and the program on it. Account Policies > Account Lockout Policy: "Account lockout threshold": 10 or fewer, "Reset account lockout ' +
      'counter after": 15 minutes. From Windows 11 24H2 and Windows Server 2025 the SMB server waits two seconds after each refused NTLM logon: ' +
      'Lanman Server > "Enable authentication rate limiter": Enabled. Let only those clients reach TCP port 445 that need it, and block NTLM. ' +
      'Samba: pdbedit -P "bad lockout attempt" -C 10; in a domain samba-tool domain passwordsettings set --account-lockout-threshold=10.',
    powershell: ['Set-SmbServerConfiguration -InvalidAuthenticationDelayTimeInMs 2000 -Force'],
    audit: null,
  },
  remediationFor: {
    guessed: {
      applies: 'a password was found',
      setting:
        'Change the password of that user at once, end the sessions of the client (Close-SmbSession), take the client off the network, and find ' +
        'out what else was done with the account since.',
      powershell: [],
      audit: null,
    },
  },
  identifiers: [ATTACK.passwordGuessing, ATTACK.passwordSpraying, CIS.lockoutThreshold, STIG.lockoutThreshold],
  references: [
    '[MS-ERREF] 2.3.1',
    '[MS-SMB2] 3.3.5.5.3',
    'https://learn.microsoft.com/windows-server/storage/file-server/configure-smb-authentication-rate-limiter',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/account-lockout-threshold',
  ],
  falsePositives: [
    'A service, a scheduled task or a mapped drive that keeps an old password, and a computer whose trust to the domain is broken.',
    'Several users behind one translated address, a terminal server or a proxy.',
    'Vulnerability scanners and password audits that were ordered.',
  ],
  subject: 'client',
  survey: refusedLogons,
  *evaluate({ ledger, connectionOf }: AuditFacts, known: RefusedLogons): Iterable<Draft> {
    for (const session of ledger.sessions) {
      const connection = connectionOf(session)
      const draft = foundPassword(session, connection, known) ?? refusedInBurst(session, connection, known)
      if (draft !== null) yield draft
    }
  },
}

/** A session of a user whose logons this client was refused in a burst shortly before. */
function foundPassword(session: SessionFacts, connection: ConnectionFacts, known: RefusedLogons): Draft | null {
  for (const logon of session.logons) {
    const { answered } = logon
    const user = guessedUser(logon)
    if (user === null || answered === null || !wasGranted(logon)) continue
    const refused = lastRefused(known, connection, user, answered.time)
    const burst = refused && burstOf(known, connection, refused)
    if (refused !== null && burst !== null) return hit(session, connection, logon, answered, refused, burst)
  }
  return null
}

function wasGranted({ ntStatus, guest, anonymous }: LogonFacts): boolean {
  return ntStatus !== null && isSuccess(ntStatus) && guest === false && anonymous === false
}

function hit(
  session: SessionFacts,
  connection: ConnectionFacts,
  logon: LogonFacts,
  answered: FrameRef,
  refused: RefusedLogon,
  burst: Burst,
): Draft {
  const { client, server } = connection
  return {
    severity: 'critical',
    connection,
    session,
    user: null,
    at: answered,
    remediation: 'guessed',
    explain: () => ({
      message: `${client.ip} logged on to ${place(server)} as ${who(logon)}, after it was refused ${inWords(burst)}.`,
      evidence: [
        cite(answered, 'Status', answeredWith('SESSION_SETUP', logon.ntStatus, session.family)),
        cite(refused, 'Status', 'the last refused logon of this user'),
      ],
    }),
  }
}

function refusedInBurst(session: SessionFacts, connection: ConnectionFacts, known: RefusedLogons): Draft | null {
  for (const logon of session.logons) {
    const refused = refusedLogon(logon, session.family, connection)
    const burst = refused && burstOf(known, connection, refused)
    if (refused === null || burst === null) continue
    return {
      severity: 'high',
      connection,
      session,
      user: null,
      at: refused,
      explain: () => ({
        message: `${connection.client.ip} was refused ${inWords(burst)}.`,
        evidence: [
          cite(
            refused,
            'Status',
            `${answeredWith('SESSION_SETUP', logon.ntStatus, session.family)} to ${who(logon)} on ${place(connection.server)}`,
          ),
        ],
      }),
    }
  }
  return null
}

/** `12 logons of 2 users on 10.0.0.10 within 3.4 s`. */
function inWords({ only, logons, users, servers, span }: Burst): string {
  const where = only === null ? `on ${servers} servers` : `on ${only}`
  return `${plural(logons, 'logon')} of ${plural(users, 'user')} ${where} within ${seconds(span)}`
}

function seconds(microseconds: number): string {
  return microseconds < 120e6 ? `${(microseconds / 1e6).toFixed(1)} s` : `${Math.ceil(microseconds / 60e6)} minutes`
}
