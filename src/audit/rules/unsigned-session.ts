import { plural } from '../../base/wording.ts'
import { usedNtlm } from '../../ledger/derived/logons.ts'
import { hasKey, mayBeKeyless, messageTotals } from '../../ledger/derived/protection.ts'
import { isConnected, isPolicyShare } from '../../ledger/derived/shares.ts'
import { finalServerSigning, sessionClientSigning } from '../../ledger/derived/signing.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import { earliest } from '../../ledger/frame-ref.ts'
import type { ConnectionFacts, SessionFacts, TreeFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, type EvidenceField, evidence, start } from '../rule/evidence.ts'
import { hostKey } from '../rule/hosts.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, Remediation, SurveyingRule } from '../rule/rule.ts'
import { forgetOldest, remember, type Survey } from '../rule/survey.ts'
import { hex, inEachDirection, sessionOn } from '../rule/wording.ts'

const LOGS = 'The events are in the logs Microsoft-Windows-SMBServer/Audit and Microsoft-Windows-SMBClient/Audit.'

/** Who cannot sign: of the server alone, and of both sides. */
export const AUDIT_SIGNING: Record<'server' | 'both', Remediation['audit']> = {
  server: {
    setting:
      'Log which clients cannot sign. From Windows 11 24H2 and Windows Server 2025, and earlier with the updates of September 2025 ' +
      '(KB5066913): Lanman Server > "Audit client does not support signing": Enabled. The events are in the log ' +
      'Microsoft-Windows-SMBServer/Audit.',
    powershell: ['Set-SmbServerConfiguration -AuditClientDoesNotSupportSigning $true -Force'],
  },
  both: {
    setting:
      'Log who cannot sign. From Windows 11 24H2 and Windows Server 2025: Lanman Server > "Audit client does not support signing" and ' +
      `Lanman Workstation > "Audit server does not support signing": Enabled. ${LOGS}`,
    powershell: [
      'Set-SmbServerConfiguration -AuditClientDoesNotSupportSigning $true -Force',
      'Set-SmbClientConfiguration -AuditServerDoesNotSupportSigning $true -Force',
    ],
  },
}

/** Hosts that serve SYSVOL or NETLOGON, as `hostKey` names them. */
type PolicyServers = Map<string, true>

const policyServers: Survey<PolicyServers> = {
  start: () => new Map(),
  note({ ledger, connectionOf }, servers) {
    for (const session of ledger.sessions) {
      if (session.trees.some((tree) => isConnected(tree) && isPolicyShare(tree))) {
        remember(servers, hostKey(session, connectionOf(session).server.ip), true)
      }
    }
  },
  bound: forgetOldest,
}

export const unsignedSession: SurveyingRule<PolicyServers> = {
  id: 'unsigned-session',
  title: 'Unsigned session',
  severity: 'high',
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  why:
    'Without signatures it goes unnoticed when messages are changed on the way, or when an authenticated session is taken over by the host ' +
    "that relayed its logon. From SYSVOL and NETLOGON that means running the interceptor's policies and scripts on every member.",
  how:
    'Messages of the session after its setup that are neither marked as signed nor encrypted are counted. Left out are the ones that may ' +
    'be unsigned in a signed session (NEGOTIATE, first SESSION_SETUP, interim STATUS_PENDING answers, oplock and lease breaks, some ' +
    'errors) and the ones that are signed in any session (LOGOFF, TREE_CONNECT, VALIDATE_NEGOTIATE_INFO, QUERY_NETWORK_INTERFACE_INFO). ' +
    'In SMB1 placeholders and echoed values do not count as signatures. If only such messages were seen the rule is silent: what the two ' +
    'sides announce is no proof. If some are signed and some are not, the first unsigned one of each direction is named. High for ' +
    'NTLM logons (they can be relayed), for SYSVOL and NETLOGON and for hosts that serve them in this capture, and if one side ' +
    'requires signing and an unsigned request succeeded. Medium otherwise. Compressed messages whose header is compressed too count ' +
    'neither as signed nor as unsigned. Guest and anonymous sessions, and those that must be encrypted, are not reported here. A passive reader has no key: "signed" means marked so, not verified.',
  remediation: {
    applies: 'SMB2 and SMB3',
    audit: AUDIT_SIGNING.both,
    setting:
      'Security Options: "Microsoft network server: Digitally sign communications (always)" and "Microsoft network client: Digitally sign ' +
      'communications (always)": Enabled. One of the two sides is enough to have a session signed. For SYSVOL and NETLOGON: Computer ' +
      'Configuration > Administrative Templates > Network > Network Provider > "Hardened UNC Paths" with RequireMutualAuthentication=1, ' +
      'RequireIntegrity=1. Samba: server signing = mandatory, client signing = mandatory.',
    powershell: [
      'Set-SmbServerConfiguration -RequireSecuritySignature $true -Force',
      'Set-SmbClientConfiguration -RequireSecuritySignature $true -Force',
    ],
  },
  remediationFor: {
    smb1: {
      applies: 'SMB1',
      setting:
        'Remove SMB1. Until then: Security Options, "Microsoft network server: Digitally sign communications (always)" and "Microsoft ' +
        'network client: Digitally sign communications (always)": Enabled. One of the two sides is enough to have a session signed. ' +
        'Samba: server signing = mandatory, client signing = mandatory.',
      powershell: [
        'Set-SmbServerConfiguration -RequireSecuritySignature $true -Force',
        'Set-SmbClientConfiguration -RequireSecuritySignature $true -Force',
      ],
      audit: AUDIT_SIGNING.server,
    },
  },
  identifiers: [
    ATTACK.adversaryInTheMiddle,
    CIS.serverSigning,
    CIS.clientSigning,
    STIG.serverSigning,
    STIG.clientSigning,
  ],
  references: [
    '[MS-SMB2] 3.1.4.1',
    '[MS-SMB2] 3.3.5.2.4',
    '[MS-CIFS] 3.1.4.1',
    'https://learn.microsoft.com/windows-server/storage/file-server/smb-signing',
    'https://support.microsoft.com/topic/ms15-011-vulnerability-in-group-policy-could-allow-remote-code-execution-february-10-2015-91b4bda2-945d-455b-ebbb-01d1ec191328',
    'CVE-2015-0008',
  ],
  falsePositives: [
    'Traffic inside an IPsec or VPN tunnel that was captured after its end: it is protected elsewhere.',
    'A session whose setup is not in the capture, or was cut, may be a guest or anonymous one; the finding says so.',
  ],
  subject: 'pair',
  survey: policyServers,
  *evaluate({ ledger, connectionOf }: AuditFacts, servers: PolicyServers): Iterable<Draft> {
    for (const session of ledger.sessions) {
      const { firstUnsigned, unsignedAccepted } = session
      if (!hasKey(session) || session.encryptData || messageTotals(session).unsigned === 0) continue
      const connection = connectionOf(session)
      const policyShare = session.trees.find(isPolicyShare) ?? null
      const worse =
        unsignedAccepted !== null ||
        policyShare !== null ||
        usedNtlm(session) ||
        (servers.size > 0 && servers.has(hostKey(connection, connection.server.ip)))
      yield {
        severity: worse ? 'high' : 'medium',
        ...(session.family === 'smb1' && { remediation: 'smb1' }),
        connection,
        session,
        at: earliest(firstUnsigned.request, firstUnsigned.response) ?? start(session),
        explain: () => ({ message: message(connection, session), evidence: proof(connection, session, policyShare) }),
      }
    }
  },
}

function proof(connection: ConnectionFacts, session: SessionFacts, policyShare: TreeFacts | null): EvidenceDraft[] {
  const { requests, responses, firstUnsigned, unsignedAccepted } = session
  const policy = finalServerSigning(connection)
  return evidence(
    unsignedAccepted !== null && cite(unsignedAccepted, 'RequestSignature', 'unsigned request answered with success'),
    unsigned(firstUnsigned.request, 'RequestSignature', plural(requests.unsigned, 'request')),
    unsigned(firstUnsigned.response, 'ResponseSignature', plural(responses.unsigned, 'response')),
    policy !== null &&
      cite(policy.at, 'SecurityMode', `server's SecurityMode ${hex(policy.securityMode, 2)}: signing ${policy.mode}`),
    policyShare !== null && cite(policyShare, 'PathName', `TREE_CONNECT ${policyShare.path}`),
  )
}

function unsigned(first: FrameRef | null, field: EvidenceField, amount: string): EvidenceDraft | null {
  return first === null ? null : cite(first, field, `not signed: the first of ${amount}`)
}

function message(connection: ConnectionFacts, session: SessionFacts): string {
  const kind = mayBeKeyless(session)
  const doubt = kind === null ? '' : `; whether it is ${kind === 'anonymous' ? 'an' : 'a'} ${kind} session was not seen`
  return `${sessionOn(connection, session)} ${state(session)}; ${policyText(connection, session)}${doubt}.`
}

/** How the messages went: unsigned, or partly something else. */
function state(session: SessionFacts): string {
  const { requests, responses } = session
  const totals = messageTotals(session)
  const { signed, encrypted, unread } = totals
  const unsigned = inEachDirection(requests.unsigned, responses.unsigned)
  const rest =
    unread === 0
      ? ''
      : `; whether ${plural(unread, 'compressed message')} ${unread === 1 ? 'is' : 'are'} signed cannot be read`
  const parts = [
    encrypted > 0 && `partly encrypted (${plural(encrypted, 'message')})`,
    signed > 0 && `partly signed (${plural(signed, 'message')})`,
  ].filter((part) => part !== false)
  if (parts.length === 0) return `is unsigned (${unsigned})${rest}`
  const are = totals.unsigned === 1 ? 'is' : 'are'
  return `is ${parts.join(' and ')}; ${unsigned} ${are} ${parts.length === 1 ? 'not' : 'neither'}${rest}`
}

/** What the two sides require, as far as it was seen of each. */
function policyText(connection: ConnectionFacts, session: SessionFacts): string {
  const server = finalServerSigning(connection)?.mode ?? null
  const client = sessionClientSigning(connection, session)
  const accepted = session.unsignedAccepted === null ? '' : ', and an unsigned request succeeded'
  if (server === 'required' && client === 'required') return `both sides require signing${accepted}`
  if (server === 'required' || client === 'required') {
    return `the ${server === 'required' ? 'server' : 'client'} requires signing${accepted}`
  }
  if (server !== null && client !== null) return 'neither side requires signing'
  if (server === null && client === null) return 'what the two sides require is not known'
  const [known, unknown] = server === null ? ['client', 'server'] : ['server', 'client']
  return `the ${known} does not require signing, and what the ${unknown} requires is not known`
}
