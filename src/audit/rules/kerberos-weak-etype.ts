import { type EtypeStrength, etypeName, etypeStrength } from '../../../dissectors/auth/kerberos.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { KerberosFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence } from '../rule/evidence.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import { type Draft, RANK, type Remediation, type Rule, type Severity } from '../rule/rule.ts'
import { place } from '../rule/wording.ts'

const AUDIT: Remediation['audit'] = {
  setting:
    'On the domain controllers, Advanced Audit Policy Configuration > Account Logon > "Audit Kerberos Service Ticket Operations": Success. Event ' +
    '4769 names the encryption type of each ticket: 0x17 and 0x18 are RC4, 0x1 and 0x3 are DES. Windows Server 2019 and later, with the ' +
    'updates of 2025, name that of the session key too.',
  powershell: [],
}

export const kerberosWeakEtype: Rule = {
  id: 'kerberos-weak-etype',
  title: 'Weak Kerberos encryption',
  severity: 'medium',
  guide: 'Beyond SMB',
  why:
    "A ticket is encrypted with a key that is made from the service account's password. With RC4 that key is the NT hash: whoever has the ticket " +
    'tries passwords against it offline, at billions a second, and any user of the domain can ask for one (Kerberoasting). DES keys are found ' +
    'by trying all of them. A weak session key exposes one session: the messages that prove client and server to each other, and the keys that ' +
    'sign and encrypt the SMB session, hang on it.',
  how:
    'The encryption types in the AP-REQ that the client sends in SESSION_SETUP: of the ticket (the key of the service) and of the authenticator ' +
    '(the session key). What clients offer to the KDC does not count: they list RC4 as a matter of course. Critical for DES; high for a ticket ' +
    'under RC4; medium for triple DES, for an RC4 session key under a strong ticket, and for a user-to-user ticket under RC4, which is under a ' +
    'session key and not under a password. A weak ticket is counted once per server, because the key is that of its account. An AP-REQ counts ' +
    'whatever the server answers: the ticket is on the wire. Silent where the types were not captured, or have no name.',
  remediation: {
    applies: 'the ticket',
    setting:
      'Give the account of the service AES keys: set its supported encryption types to AES, then change its password twice if it is older than ' +
      'the AES support of the domain (a computer account changes its own). Domain-wide: Security Options, "Network security: Configure encryption ' +
      'types allowed for Kerberos": AES128_HMAC_SHA1, AES256_HMAC_SHA1, Future encryption types. The first PowerShell line is for computers, the ' +
      'second for accounts of users that run services. Samba: a keytab with AES keys; on a Samba domain controller ' +
      'kdc default domain supported enctypes = aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha1-96 (Samba 4.17 and later).',
    powershell: [
      "Set-ADComputer -Identity 'ServerName' -KerberosEncryptionType AES128,AES256",
      "Set-ADUser -Identity 'ServiceAccount' -KerberosEncryptionType AES128,AES256",
    ],
    audit: AUDIT,
  },
  remediationFor: {
    'session-key': {
      applies: 'the session key',
      setting:
        'The KDC takes the session key from what client and service both support. On the client: Security Options, "Network security: Configure ' +
        'encryption types allowed for Kerberos": AES128_HMAC_SHA1, AES256_HMAC_SHA1, Future encryption types. On the account of the service: AES ' +
        'among its supported encryption types. MIT Kerberos: no RC4 in default_tgs_enctypes and permitted_enctypes of krb5.conf. Samba: ' +
        'kerberos encryption types = strong.',
      powershell: [
        "Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Kerberos\\Parameters' -Name SupportedEncryptionTypes -Type DWord -Value 0x7ffffff8",
        "Set-ADComputer -Identity 'ServerName' -KerberosEncryptionType AES128,AES256",
      ],
      audit: AUDIT,
    },
  },
  identifiers: [ATTACK.kerberoasting, CIS.kerberosTypes, STIG.kerberosTypes],
  references: [
    'RFC 4120 5.5.1',
    'RFC 8429 4',
    'RFC 6649 3',
    '[MS-KILE] 3.3.5.7',
    'https://learn.microsoft.com/windows-server/security/kerberos/detect-remediate-rc4-kerberos',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/network-security-configure-encryption-types-allowed-for-kerberos',
    'CVE-2022-37966',
  ],
  falsePositives: [
    'A service that can do no better, such as an old appliance: the finding is true, and the way out is another service.',
    'A tester who asks for RC4 tickets on purpose.',
  ],
  subject: 'pair',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      const weak = worstOf(session.logons.map(({ kerberos }) => weakness(kerberos)))
      if (weak === null) continue
      const { ticket, severity, at } = weak
      const connection = connectionOf(session)
      yield {
        severity,
        connection,
        session,
        at,
        ...(ticket !== null ? { subject: 'server' as const } : { remediation: 'session-key' }),
        explain: () => ({ message: messageOf(connection, weak), evidence: evidenceOf(weak) }),
      }
    }
  },
}

interface Weakness {
  severity: Severity
  /** The AP-REQ. */
  at: FrameRef
  serverName: string | null
  userToUser: boolean | null
  /** Encryption types that are weak; null for one that is not, or was not captured. */
  ticket: number | null
  sessionKey: number | null
}

function weakness(kerberos: KerberosFacts | null): Weakness | null {
  const apReq = kerberos?.apReq ?? null
  if (apReq === null) return null
  const { ticketEtype, authenticatorEtype, serverName, frame, time } = apReq
  const ticket = weakOrNull(ticketEtype)
  const sessionKey = weakOrNull(authenticatorEtype)
  if (ticket === null && sessionKey === null) return null
  const { userToUser } = apReq
  const severity = worse(
    // Where the options were not captured, it is not known that a password is behind the key.
    ticket === null ? 'info' : ticketSeverity(etypeStrength(ticket), userToUser !== false),
    sessionKey === null ? 'info' : sessionKeySeverity(etypeStrength(sessionKey)),
  )
  return { severity, at: { frame, time }, serverName, userToUser, ticket, sessionKey }
}

function weakOrNull(etype: number | null): number | null {
  if (etype === null) return null
  const strength = etypeStrength(etype)
  return strength === 'strong' || strength === 'unknown' ? null : etype
}

function ticketSeverity(strength: EtypeStrength, userToUser: boolean): Severity {
  if (strength === 'des') return 'critical'
  return strength === 'rc4' && !userToUser ? 'high' : 'medium'
}

function sessionKeySeverity(strength: EtypeStrength): Severity {
  return strength === 'des' ? 'critical' : 'medium'
}

function worse(a: Severity, b: Severity): Severity {
  return RANK[a] <= RANK[b] ? a : b
}

/** Of several in one session the most severe, of equals the first. */
function worstOf(all: readonly (Weakness | null)[]): Weakness | null {
  let worst: Weakness | null = null
  for (const each of all) {
    if (each !== null && (worst === null || RANK[each.severity] < RANK[worst.severity])) worst = each
  }
  return worst
}

function messageOf(
  { client, server }: ConnectionFacts,
  { ticket, sessionKey, serverName, userToUser }: Weakness,
): string {
  const name = serverName ? `ticket for ${serverName}` : 'ticket for a service whose name was not seen'
  const whole = userToUser === true ? `user-to-user ${name}` : name
  const parts = [
    ticket !== null && `a ${whole} under ${etypeName(ticket)}`,
    sessionKey !== null &&
      (ticket === null
        ? `a ${whole} with a session key of ${etypeName(sessionKey)}`
        : `a session key of ${etypeName(sessionKey)}`),
  ]
  return `${client.ip} sent ${place(server)} ${parts.filter((part) => part !== false).join(' and ')}.`
}

function evidenceOf({ at, ticket, sessionKey }: Weakness): EvidenceDraft[] {
  return evidence(
    ticket !== null && cite(at, 'Ticket', `AP-REQ, ticket enc-part etype ${ticket} (${etypeName(ticket)})`),
    sessionKey !== null &&
      cite(at, 'Authenticator', `AP-REQ, authenticator etype ${sessionKey} (${etypeName(sessionKey)})`),
  )
}
