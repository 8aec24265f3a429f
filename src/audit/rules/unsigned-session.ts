import type { ConnectionFacts, FrameRef, SessionFacts } from '../../track/ledger.ts'
import {
  cite,
  clientSigning,
  domainControllers,
  evidence,
  hasKey,
  hostKey,
  isPolicyShare,
  place,
  plural,
  serverSigning,
  setupNotSeen,
  usedNtlm,
  who,
} from '../predicates.ts'
import type { AuditFacts, Draft, EvidenceDraft, Rule } from '../rule.ts'

export const unsignedSession: Rule = {
  id: 'unsigned-session',
  title: 'Unsigned session',
  severity: 'high',
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  why:
    'Without signatures nobody notices when messages are changed on the way, or when an authenticated session is taken over by the host ' +
    'that relayed its logon. From SYSVOL and NETLOGON that means running the interceptor’s policies and scripts on every member.',
  how:
    'Messages of the session after its setup that are neither marked as signed nor encrypted are counted. Left out are the ones that may ' +
    'be unsigned in a signed session (NEGOTIATE, first SESSION_SETUP, interim STATUS_PENDING answers, oplock and lease breaks, some ' +
    'errors) and the ones that are signed in any session (LOGOFF, TREE_CONNECT, VALIDATE_NEGOTIATE_INFO, QUERY_NETWORK_INTERFACE_INFO). ' +
    'In SMB1 placeholders and echoed values do not count as signatures. If only such messages were seen the rule is silent: what the two ' +
    'sides announce is no proof. Where some are signed and some are not, the first unsigned one of each direction is named. High for ' +
    'NTLM logons (they can be relayed), for SYSVOL and NETLOGON and for hosts that serve them in this capture, and where one side ' +
    'requires signing and an unsigned request succeeded. Medium otherwise. Guest, anonymous and encrypted sessions are not reported ' +
    'here. A passive reader has no key: "signed" means marked so, not verified.',
  remediation: {
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
    'A session whose setup is not in the capture may be a guest or anonymous one; the finding says so.',
  ],
  subject: 'pair',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    const controllers = domainControllers(ledger, connectionOf)
    for (const session of ledger.sessions) {
      const { requests, responses } = session
      if (!hasKey(session) || session.encryptData || requests.unsigned + responses.unsigned === 0) continue
      const connection = connectionOf(session)
      const policyShare = session.trees.find(isPolicyShare) ?? null
      const worse =
        session.unsignedAccepted !== null ||
        policyShare !== null ||
        usedNtlm(session) ||
        controllers.has(hostKey(connection.capture, connection.server.ip))
      const policy = serverSigning(connection)
      yield {
        severity: worse ? 'high' : 'medium',
        message: message(connection, session),
        connection,
        session,
        evidence: evidence(
          session,
          policy?.at ?? null,
          session.unsignedAccepted !== null && cite(session.unsignedAccepted, 'unsigned request answered with success'),
          unsigned(session.firstUnsigned.request, requests.unsigned, 'request'),
          unsigned(session.firstUnsigned.response, responses.unsigned, 'response'),
          policyShare !== null && cite(policyShare, `TREE_CONNECT ${policyShare.path}`),
        ),
      }
    }
  },
}

function unsigned(first: FrameRef | null, count: number, noun: string): EvidenceDraft | null {
  return first === null ? null : cite(first, `not signed: the first of ${plural(count, noun)}`)
}

function message(connection: ConnectionFacts, session: SessionFacts): string {
  const { requests, responses } = session
  const signed = requests.signed + responses.signed
  const amount = `${plural(requests.unsigned, 'request')} and ${plural(responses.unsigned, 'response')}`
  const state =
    signed === 0
      ? `is unsigned (${amount})`
      : `is partly signed: ${amount} are not, ${plural(signed, 'message')} ${signed === 1 ? 'is' : 'are'}`
  return `${subject(session)} on ${place(connection.server)} ${state}; ${policyText(connection, session)}.`
}

function subject(session: SessionFacts): string {
  return setupNotSeen(session)
    ? 'A session whose setup was not captured (guest or anonymous access is not excluded)'
    : `The session of ${who(session)}`
}

function policyText(connection: ConnectionFacts, session: SessionFacts): string {
  const server = serverSigning(connection)?.mode ?? null
  const client = clientSigning(connection, session)
  if (server === 'required' || client === 'required') {
    const side =
      server === 'required'
        ? client === 'required'
          ? 'both sides require'
          : 'the server requires'
        : 'the client requires'
    return `${side} signing${session.unsignedAccepted === null ? '' : ', and an unsigned request succeeded'}`
  }
  if (server === null || client === null) return 'what the two sides require was not seen'
  return 'neither side requires signing'
}
