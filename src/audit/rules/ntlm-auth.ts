import { isSuccess } from '../../../dissectors/ntstatus.ts'
import { hasKey } from '../../ledger/derived/protection.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, evidence } from '../rule/evidence.ts'
import { ATTACK, CIS } from '../rule/identifiers.ts'
import type { Draft, Remediation, Rule } from '../rule/rule.ts'
import { answeredWith, lengthText, place, whoFirst } from '../rule/wording.ts'

const AUDIT: Remediation['audit'] = {
  setting:
    'Log where NTLM is used: Security Options, "Network security: Restrict NTLM: Outgoing NTLM traffic to remote servers": Audit all. ' +
    'The events are in the log Microsoft-Windows-NTLM/Operational.',
  powershell: [
    "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0' -Name RestrictSendingNTLMTraffic -Type DWord -Value 1",
  ],
}

const CAUSE =
  'Find out why Kerberos was not used: a target named by address or alias, a missing service principal name, a host outside the domain. '

export const ntlmAuth: Rule = {
  id: 'ntlm-auth',
  title: 'NTLM authentication',
  severity: 'medium',
  guide: 'Beyond SMB',
  why:
    'NTLM does not prove who the server is, so a logon can be relayed to another host while it happens, and the response can be taken away ' +
    'and tried against word lists. Stolen hashes work as well as the password. Kerberos tells the client who the server is, and a ticket is good for one service.',
  how:
    'An NTLM AUTHENTICATE with an NTLMv2 response that was not refused: the first logon of the session, a later re-authentication or the ' +
    'binding of a channel. What was merely offered in SPNEGO beside Kerberos does not count. Silent for refused logons, for guest and ' +
    'anonymous sessions, and for LM and NTLMv1, which ntlmv1-auth reports. Why it was not Kerberos is said by ntlm-fallback, as far as the ' +
    'traffic shows it.',
  remediation: {
    applies: 'SMB2 and SMB3',
    setting:
      `${CAUSE}Then block it on the client. From Windows 11 24H2 and Windows Server 2025, for SMB alone: Lanman Workstation > "Block NTLM ` +
      '(LM, NTLM, NTLMv2)": Enabled. Earlier, and for everything else that uses NTLM: Security Options, "Network security: Restrict NTLM: ' +
      'Outgoing NTLM traffic to remote servers": Deny all.',
    powershell: ['Set-SmbClientConfiguration -BlockNTLM $true -Force'],
    audit: AUDIT,
  },
  remediationFor: {
    smb1: {
      applies: 'SMB1',
      setting:
        `${CAUSE}Then block it on the client: Security Options, "Network security: Restrict NTLM: Outgoing NTLM traffic to remote ` +
        'servers": Deny all.',
      powershell: [
        "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0' -Name RestrictSendingNTLMTraffic -Type DWord -Value 2",
      ],
      audit: AUDIT,
    },
  },
  identifiers: [ATTACK.smbRelay, CIS.outgoingNtlm],
  references: [
    '[MS-NLMP] 3.3.2',
    '[MS-SMB2] 3.2.4.2.3',
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-ntlm-blocking',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/network-security-restrict-ntlm-outgoing-ntlm-traffic-to-remote-servers',
    'CVE-2019-1040',
  ],
  falsePositives: [
    'Local accounts and computers outside a domain have no Kerberos; NTLM is what they have, until IAKerb and a local KDC reach them.',
  ],
  subject: 'pair',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      if (!hasKey(session) || session.status === 'failed') continue
      const logon = session.logons.find((l) => l.auth === 'ntlmv2' && !wasRefused(l))
      if (logon === undefined) continue
      const connection = connectionOf(session)
      const authenticate = logon.ntlm?.authenticate ?? null
      const at = authenticate ?? logon
      yield {
        severity: 'medium',
        connection,
        session,
        at,
        user: logon.user,
        ...(session.family === 'smb1' && { remediation: 'smb1' }),
        explain: () => {
          const verb = session.logons[0]?.auth === 'kerberos' ? 'changed from Kerberos to NTLMv2' : 'used NTLMv2'
          const answer = logon.answered === null ? ' (the answer was not seen)' : ''
          const length = authenticate === null ? '' : `, NT response ${lengthText(authenticate.ntLength)}`
          const { answered, ntStatus } = logon
          return {
            message: `${whoFirst(logon)} ${verb} on ${place(connection.server)}${answer}.`,
            evidence: evidence(
              cite(at, 'NtChallengeResponse', `AUTHENTICATE${length}`),
              answered !== null && cite(answered, 'Status', answeredWith('SESSION_SETUP', ntStatus, session.family)),
            ),
          }
        },
      }
    }
  },
}

function wasRefused({ ntStatus, answered }: LogonFacts): boolean {
  return answered !== null && ntStatus !== null && !isSuccess(ntStatus)
}
