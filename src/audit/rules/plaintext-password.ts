import { NEGOTIATE_ENCRYPT_PASSWORDS } from '../../../dissectors/smb1/negotiate.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, evidence } from '../rule/evidence.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, Rule } from '../rule/rule.ts'
import { carrier, hex, outcome, place, whose } from '../rule/wording.ts'

export const plaintextPassword: Rule = {
  id: 'plaintext-password',
  title: 'Password in clear text',
  severity: 'critical',
  guide: 'Remove SMB 1.0',
  why: 'The password itself is in the packet. Anybody who saw the traffic, or has the capture, can log on with it.',
  how:
    'An SMB1 SESSION_SETUP_ANDX carries a password after a NEGOTIATE response without NEGOTIATE_ENCRYPT_PASSWORDS in its SecurityMode, or ' +
    'one of a length that no LM or NT response has, whatever the server asked for. With share-level security the password of a share ' +
    'is in TREE_CONNECT, and no user is named. Critical, even if the server refused it. A server that clears the bit and gets no ' +
    'password, or an empty one, is not reported here. The password is never printed and not kept.',
  remediation: {
    setting:
      'Security Options: "Microsoft network client: Send unencrypted password to third-party SMB servers": Disabled. Samba servers: ' +
      'encrypt passwords = yes. Samba clients: client plaintext auth = no. Replace servers with share-level security. Remove SMB1, the ' +
      'only dialect that can do this, and change the password.',
    powershell: [
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanWorkstation\\Parameters' -Name EnablePlainTextPassword -Type DWord -Value 0",
      'Set-SmbServerConfiguration -EnableSMB1Protocol $false -Force',
    ],
    audit: null,
  },
  identifiers: [ATTACK.sniffing, CIS.plaintextPassword, STIG.plaintextPassword],
  references: [
    '[MS-CIFS] 2.2.4.52.2',
    '[MS-CIFS] 2.2.4.53.1',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/microsoft-network-client-send-unencrypted-password-to-third-party-smb-servers',
  ],
  falsePositives: ['An exercise or a tool that sends a made-up password to see whether the server takes it.'],
  subject: 'pair',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      const logon = session.logons.find((l) => l.auth === 'plaintext')
      if (logon === undefined) continue
      const connection = connectionOf(session)
      yield {
        severity: 'critical',
        connection,
        session,
        at: logon,
        user: logon.user,
        explain: () => {
          const response = connection.smb1?.negotiateResponse ?? null
          const mode = response?.securityMode ?? null
          return {
            message:
              `${connection.client.ip} sent the password ${whose(logon)} in clear text to ${place(connection.server)} ` +
              `(${outcome(logon, session.family)}).`,
            evidence: evidence(
              cite(logon, 'Password', `${carrier(logon, 'SESSION_SETUP_ANDX')} with a password in clear text`),
              response !== null &&
                mode !== null &&
                cite(
                  response,
                  'SecurityMode',
                  `SecurityMode ${hex(mode, 2)}: responses ${asked(mode) ? '' : 'not '}asked for`,
                ),
            ),
          }
        },
      }
    }
  },
}

function asked(securityMode: number): boolean {
  return (securityMode & NEGOTIATE_ENCRYPT_PASSWORDS) !== 0
}
