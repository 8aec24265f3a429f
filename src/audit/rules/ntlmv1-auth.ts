import { sentNtlmv1 } from '../../ledger/derived/logons.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite } from '../rule/evidence.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, Rule, Severity } from '../rule/rule.ts'
import { outcome, place, responseLengths, whose } from '../rule/wording.ts'

export const ntlmv1Auth: Rule = {
  id: 'ntlmv1-auth',
  title: 'LM or NTLMv1 authentication',
  severity: 'critical',
  guide: 'Beyond SMB',
  why:
    "LM and NTLMv1 responses are three DES encryptions of the server's challenge. Anybody who has one can recover the hash itself, not only " +
    'guess weak passwords, in hours and for any password, and the hash is as good as the password. It is enough to see one logon, or to ' +
    "lead one to a host of the attacker's that picks the challenge.",
  how:
    'Decided by the lengths and contents of the two responses in NTLM AUTHENTICATE (SMB1 without extended security: of the two passwords ' +
    'in SESSION_SETUP_ANDX, with share-level security of the one in TREE_CONNECT), not by flags: the flag for extended session security is set in NTLMv2 logons too. An NT response of 24 bytes ' +
    'is NTLMv1; an LM response of 24 bytes alone is LM. Critical, even if the server refused: the response is on the wire all the same. ' +
    'High if the LM field holds 8 bytes and 16 zeros beside a 24-byte NT response: NTLMv1 with extended session security, where the ' +
    "client's own challenge stops tables made in advance. Also high if the LM field, which decides it, was cut off by the capture.",
  remediation: {
    setting:
      'Security Options: "Network security: LAN Manager authentication level": Send NTLMv2 response only. Refuse LM & NTLM ' +
      '(LmCompatibilityLevel 5), on clients and on domain controllers. Samba: ntlm auth = ntlmv2-only, client ntlmv2 auth = yes, ' +
      'client lanman auth = no. Then change the passwords that were used.',
    powershell: [
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa' -Name LmCompatibilityLevel -Type DWord -Value 5",
    ],
    audit: null,
  },
  identifiers: [ATTACK.passwordCracking, CIS.lanManagerLevel, STIG.lanManagerLevel],
  references: [
    '[MS-NLMP] 3.3.1',
    '[MS-NLMP] 2.2.2.3',
    '[MS-CIFS] 2.2.4.53.1',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/network-security-lan-manager-authentication-level',
  ],
  falsePositives: ['Tools that test for LM and NTLMv1 send such responses on purpose.'],
  subject: 'pair',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      // The worst of its logons stands for the session.
      const sent = session.logons.filter(sentNtlmv1)
      const logon = sent.find((l) => severityOf(l) === 'critical') ?? sent[0]
      if (logon === undefined) continue
      const connection = connectionOf(session)
      const authenticate = logon.ntlm?.authenticate ?? null
      const at = authenticate ?? logon
      yield {
        severity: severityOf(logon),
        connection,
        session,
        at,
        user: logon.user,
        explain: () => ({
          message:
            `${connection.client.ip} sent ${nameOf(logon)} ${whose(logon)} to ${place(connection.server)} ` +
            `(${outcome(logon, session.family)}).`,
          evidence: [
            cite(
              at,
              'ChallengeResponses',
              authenticate === null ? 'LM or NTLMv1 response' : responseLengths(authenticate),
            ),
          ],
        }),
      }
    }
  },
}

function severityOf({ ntlm }: LogonFacts): Severity {
  const kind = ntlm?.authenticate?.kind
  return kind === 'ntlmv1-ess' || kind === 'ntlmv1-any' ? 'high' : 'critical'
}

function nameOf({ auth, ntlm }: LogonFacts): string {
  switch (ntlm?.authenticate?.kind) {
    case 'lm':
      return 'the LM response'
    case 'ntlmv1-ess':
      return 'the NTLMv1 response (with extended session security)'
    case 'ntlmv1-any':
      return 'an NTLMv1 response (with or without extended session security: what tells was not captured)'
    case 'lm+ntlmv1':
      return 'the LM and NTLMv1 responses'
    case 'ntlmv1':
      return 'the NTLMv1 response'
    default:
      return auth === 'lm' ? 'the LM response' : 'the NTLMv1 response'
  }
}
