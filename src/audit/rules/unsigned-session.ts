import type { ConnectionFacts, FrameRef, SessionFacts, TreeFacts } from '../../track/ledger.ts'
import {
  cite,
  clientSigning,
  earliest,
  evidence,
  hasKey,
  hex,
  hostKey,
  isPolicyShare,
  mayBeKeyless,
  plural,
  serverSigning,
  sessionOn,
  start,
  surveyControllers,
  usedNtlm,
} from '../predicates.ts'
import type { AuditFacts, Draft, EvidenceDraft, Rule } from '../rule.ts'

export const unsignedSession: Rule = {
  id: 'unsigned-session',
  title: 'Unsigned session',
  severity: 'high',
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  why:
    'Without signatures nobody notices when messages are changed on the way, or when an authenticated session is taken over by the host ' +
    "that relayed its logon. From SYSVOL and NETLOGON that means running the interceptor's policies and scripts on every member.",
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
    'A session whose setup is not in the capture, or was cut, may be a guest or anonymous one; the finding says so.',
  ],
  subject: 'pair',
  survey: surveyControllers,
  *evaluate(facts: AuditFacts): Iterable<Draft> {
    const { controllers } = facts.survey
    for (const session of facts.ledger.sessions) {
      const { requests, responses, firstUnsigned, unsignedAccepted } = session
      if (!hasKey(session) || session.encryptData || requests.unsigned + responses.unsigned === 0) continue
      const connection = facts.connectionOf(session)
      const policyShare = session.trees.find(isPolicyShare) ?? null
      const worse =
        unsignedAccepted !== null ||
        policyShare !== null ||
        usedNtlm(session) ||
        (controllers.size > 0 && controllers.has(hostKey(connection, connection.server.ip)))
      yield {
        severity: worse ? 'high' : 'medium',
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
  const policy = serverSigning(connection)
  return evidence(
    unsignedAccepted !== null && cite(unsignedAccepted, 'unsigned request answered with success'),
    unsigned(firstUnsigned.request, requests.unsigned, 'request'),
    unsigned(firstUnsigned.response, responses.unsigned, 'response'),
    policy !== null && cite(policy.at, `server's SecurityMode ${hex(policy.securityMode, 2)}: signing ${policy.mode}`),
    policyShare !== null && cite(policyShare, `TREE_CONNECT ${policyShare.path}`),
  )
}

function unsigned(first: FrameRef | null, count: number, noun: string): EvidenceDraft | null {
  return first === null ? null : cite(first, `not signed: the first of ${plural(count, noun)}`)
}

function message(connection: ConnectionFacts, session: SessionFacts): string {
  const { requests, responses } = session
  const signed = requests.signed + responses.signed
  const amount = `${plural(requests.unsigned, 'request')} and ${plural(responses.unsigned, 'response')}`
  const state =
    signed === 0 ? `is unsigned (${amount})` : `is partly signed (${plural(signed, 'message')} signed; ${amount} not)`
  const kind = mayBeKeyless(session)
  const doubt = kind === null ? '' : `; it may be ${kind === 'anonymous' ? 'an' : 'a'} ${kind} one`
  return `${sessionOn(connection, session)} ${state}; ${policyText(connection, session)}${doubt}.`
}

function policyText(connection: ConnectionFacts, session: SessionFacts): string {
  const server = serverSigning(connection)?.mode ?? null
  const client = clientSigning(connection, session)
  const accepted = session.unsignedAccepted === null ? '' : ', and an unsigned request succeeded'
  if (server === 'required' && client === 'required') return `both sides require signing${accepted}`
  if (server === 'required' || client === 'required') {
    return `the ${server === 'required' ? 'server' : 'client'} requires signing${accepted}`
  }
  if (server === null || client === null) return 'what the two sides require was not seen'
  return 'neither side requires signing'
}
