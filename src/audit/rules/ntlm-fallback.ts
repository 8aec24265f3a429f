import { krbErrorName } from '../../../dissectors/auth/kerberos.ts'
import { mechanismName } from '../../../dissectors/auth/oids.ts'
import { isSuccess } from '../../../dissectors/ntstatus.ts'
import { sentNtlmv1 } from '../../ledger/derived/logons.ts'
import { type NtlmCause, ntlmCause } from '../../ledger/derived/ntlm-cause.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence } from '../rule/evidence.ts'
import { ATTACK, CIS } from '../rule/identifiers.ts'
import type { Draft, Remediation, Rule } from '../rule/rule.ts'
import { answeredWith, place, whoFirst } from '../rule/wording.ts'

const AUDIT: Remediation['audit'] = {
  setting:
    'Log where NTLM is used: Security Options, "Network security: Restrict NTLM: Outgoing NTLM traffic to remote servers": Audit all. ' +
    'The events are in the log Microsoft-Windows-NTLM/Operational.',
  powershell: [
    "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0' -Name RestrictSendingNTLMTraffic -Type DWord -Value 1",
  ],
}

export const ntlmFallback: Rule = {
  id: 'ntlm-fallback',
  title: 'NTLM in place of Kerberos',
  severity: 'medium',
  guide: 'Beyond SMB',
  why:
    'As long as clients fall back to NTLM, NTLM cannot be blocked, and whoever can make Kerberos fail gets an NTLM logon to relay or to crack. ' +
    'Each finding names what kept Kerberos from being used, as far as SMB shows it: that is what has to be mended before NTLM is switched off.',
  how:
    'A session or a later logon of it was granted, not as guest and not anonymous, after an NTLM AUTHENTICATE, and the traffic shows a reason. In ' +
    'this order: the server answered a ticket with a KRB-ERROR, in the same exchange or in a refused one before it on the connection; the SPNEGO ' +
    'offer in the NEGOTIATE response has no Kerberos; SMB1 without extended security, which has no place for a ticket; the SPN in the ' +
    'AUTHENTICATE is an address, or without an SPN the server name in the NEGOTIATE request or the path of a TREE_CONNECT is; the offer of the ' +
    'client has no Kerberos. Low where both sides offer Kerberos and the reason is not in the traffic, such as a missing service principal name or a ' +
    'domain controller out of reach. Silent where the lists that decide were not captured, and where the answer to the logon was not.',
  remediation: {
    applies: 'the reason is not in the traffic',
    setting:
      'Find out on the client why it got no ticket: klist get cifs/ServerName shows the error. A missing service principal name: setspn -Q ' +
      'cifs/ServerName looks for it, setspn -S adds it; another name of the server: netdom computername ServerName /add:OtherName. A domain ' +
      'controller must be reachable on port 88, or through a KDC proxy. Local accounts have no Kerberos.',
    powershell: [],
    audit: AUDIT,
  },
  remediationFor: {
    'kerberos-refused': {
      applies: 'the server refused the ticket',
      setting:
        'The error says why. KRB_AP_ERR_SKEW: set the clocks of both sides by the domain. KRB_AP_ERR_MODIFIED or KRB_AP_ERR_BADKEYVER: the ' +
        'service principal name belongs to another account (setspn -Q shows which), or the server has lost its key: reset its computer account ' +
        '(Reset-ComputerMachinePassword; Samba: net ads changetrustpw, then net ads keytab create). KRB_AP_ERR_TKT_EXPIRED: klist purge on the client.',
      powershell: [],
      audit: AUDIT,
    },
    'server-offers-no-kerberos': {
      applies: 'the server offers no Kerberos',
      setting:
        'Join the server to the domain. Samba: security = ADS, realm, and kerberos method = secrets and keytab. Appliances: load a keytab, or switch ' +
        'their domain membership on. A server that is to stay outside of a domain needs an exception before NTLM is blocked: Lanman Workstation > ' +
        '"Block NTLM Server Exception List", or Security Options, "Network security: Restrict NTLM: Add remote server exceptions for NTLM authentication".',
      powershell: [],
      audit: AUDIT,
    },
    'target-is-address': {
      applies: 'the server is named by its address',
      setting:
        'Name the server by its host name wherever drives, shortcuts, scripts and scanners name it by address. Where an address has to stay, ' +
        'register it for the server (setspn -S cifs/ADDRESS ServerName) and let the clients use it: TryIPSPN, from Windows 10 1507 and Windows ' +
        'Server 2016 on.',
      powershell: [
        "Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Kerberos\\Parameters' -Name TryIPSPN -Type DWord -Value 1",
      ],
      audit: AUDIT,
    },
    'no-extended-security': {
      applies: 'SMB1 without extended security',
      setting:
        'Replace the side that speaks SMB1 without extended security, or update it; nothing else carries a ticket. Samba clients: client use ' +
        'spnego = yes.',
      powershell: [],
      audit: AUDIT,
    },
    'client-offers-no-kerberos': {
      applies: 'the client offers no Kerberos',
      setting:
        'A client that has no ticket for the server leaves Kerberos out of its offer: on a member of the domain, klist get cifs/ServerName shows why. ' +
        'On others, join the client to the domain or give it a Kerberos configuration. Samba: client use kerberos = desired (smbclient: ' +
        '--use-kerberos=required). Programs with an SMB library of their own: switch their Kerberos on.',
      powershell: [],
      audit: AUDIT,
    },
  },
  identifiers: [ATTACK.smbRelay, CIS.outgoingNtlm],
  references: [
    '[MS-SPNG] 3.2.5.2',
    '[MS-SMB2] 3.2.4.2.3',
    'RFC 4178 4.2.1',
    'RFC 4120 7.5.9',
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-ntlm-blocking',
    'https://learn.microsoft.com/windows-server/security/kerberos/configuring-kerberos-over-ip',
  ],
  falsePositives: [
    'Local accounts of the server, and computers outside of a domain, have nothing but NTLM: what is to be mended is the account, not the path.',
    'A program that was told to use NTLM, such as a test tool with a hash in place of a password.',
  ],
  subject: 'pair',
  *evaluate({ ledger, connectionOf, sessionsOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      const connection = connectionOf(session)
      for (const logon of session.logons) {
        if (!wasGranted(logon)) continue
        const why = ntlmCause(connection, session, logon, sessionsOf(connection))
        if (why === null) continue
        yield {
          severity: why.reason === 'both-offer-kerberos' ? 'low' : 'medium',
          connection,
          session,
          at: logon.ntlm?.authenticate ?? logon,
          user: logon.user,
          ...(why.reason !== 'both-offer-kerberos' && { remediation: why.reason }),
          explain: () => ({
            message: `${whoFirst(logon)} used ${nameOf(logon)} on ${place(connection.server)}: ${reasonText(why)}.`,
            evidence: evidenceOf(connection, logon, why, session.family),
          }),
        }
        break
      }
    }
  },
}

/** An NTLM logon of a user that succeeded, by what the answer says; where that was not seen, it is none. */
function wasGranted(logon: LogonFacts): boolean {
  const { auth, ntStatus, answered, guest, anonymous } = logon
  if (auth !== 'ntlmv2' && !sentNtlmv1(logon)) return false
  return answered !== null && ntStatus !== null && isSuccess(ntStatus) && guest === false && anonymous === false
}

function nameOf({ auth }: LogonFacts): string {
  return auth === 'ntlmv2' ? 'NTLMv2' : auth === 'lm' ? 'LM' : 'NTLMv1'
}

function reasonText(why: NtlmCause): string {
  switch (why.reason) {
    case 'kerberos-refused':
      return `the server refused a Kerberos ticket before (${errorText(why.code)})`
    case 'server-offers-no-kerberos':
      return 'the server offers no Kerberos'
    case 'target-is-address':
      return `the client named the server by its address ("${why.target}"), for which Kerberos is not tried`
    case 'no-extended-security':
      return 'SMB1 without extended security carries no ticket'
    case 'client-offers-no-kerberos':
      return 'the client offered no Kerberos in this logon'
    case 'both-offer-kerberos':
      return 'both sides offer Kerberos, and what kept it from being used is not in this traffic'
  }
}

function errorText(code: number | null): string {
  if (code === null) return 'the error was not captured'
  return krbErrorName(code) ?? `Kerberos error ${code}`
}

function evidenceOf(
  { negotiateResponse }: ConnectionFacts,
  logon: LogonFacts,
  why: NtlmCause,
  family: 'smb1' | 'smb2',
): EvidenceDraft[] {
  const authenticate = logon.ntlm?.authenticate ?? logon
  const mechanisms = negotiateResponse?.mechanisms ?? []
  const offers = why.reason === 'both-offer-kerberos' && negotiateResponse !== null
  return evidence(
    shownBy(why, logon, mechanisms),
    offers && cite(negotiateResponse, 'Mechanisms', `the server offers ${mechanismNames(mechanisms)}`),
    why.frame !== authenticate.frame && cite(authenticate, 'ChallengeResponses', `AUTHENTICATE with ${nameOf(logon)}`),
    logon.answered !== null && cite(logon.answered, 'Status', answeredWith('SESSION_SETUP', logon.ntStatus, family)),
  )
}

function shownBy(why: NtlmCause, { offered }: LogonFacts, mechanisms: readonly string[]): EvidenceDraft {
  switch (why.reason) {
    case 'kerberos-refused':
      return cite(why, 'KerberosError', `KRB-ERROR, ${errorText(why.code)}`)
    case 'server-offers-no-kerberos':
      return cite(why, 'Mechanisms', `the server offers ${mechanismNames(mechanisms)}`)
    case 'target-is-address':
      return cite(why, ADDRESS_FIELDS[why.shownBy], `the server's name is "${why.target}"`)
    case 'no-extended-security':
      return cite(why, 'ChallengeResponses', 'the responses without SPNEGO')
    default:
      return cite(why, 'Mechanisms', offered.length === 0 ? 'NTLM without SPNEGO' : `offers ${mechanismNames(offered)}`)
  }
}

const ADDRESS_FIELDS = { spn: 'TargetName', netname: 'Netname', path: 'PathName' } as const

function mechanismNames(oids: readonly string[]): string {
  return oids.slice(0, NAMED).map(mechanismName).join(', ')
}

/** Windows offers five. */
const NAMED = 8
