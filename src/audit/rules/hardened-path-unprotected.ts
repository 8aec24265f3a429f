import { listed, plural } from '../../base/wording.ts'
import { firstLogon } from '../../ledger/derived/logons.ts'
import { clearMessages, firstClearMessage, hasKey, messageTotals } from '../../ledger/derived/protection.ts'
import { clientLeft, messageCount } from '../../ledger/derived/session-use.ts'
import { isConnected } from '../../ledger/derived/shares.ts'
import { statusName } from '../../ledger/derived/status-name.ts'
import { earliest } from '../../ledger/frame-ref.ts'
import type { ConnectionFacts, SessionFacts, TreeFacts } from '../../ledger/smb-facts.ts'
import type { HardenedPath } from '../../policy/policy.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence } from '../rule/evidence.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import { type Draft, type LocalRule, RANK, type Severity } from '../rule/rule.ts'
import { answeredWith, place, sessionOn } from '../rule/wording.ts'

const HARDENED_PATHS = "'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\NetworkProvider\\HardenedPaths'"

export const hardenedPathUnprotected: LocalRule = {
  id: 'hardened-path-unprotected',
  title: 'Hardened path reached without protection',
  severity: 'high',
  guide: 'Use UNC hardening to require signing, encryption, and mutual authentication',
  why:
    'Domain members take policies and scripts from SYSVOL and NETLOGON and run them with full rights. A client that does not check who ' +
    'serves them, or whether they were changed on the way, runs what an interceptor sends. Windows requires mutual authentication and ' +
    'integrity for these paths by default; a client that reached them without has this switched off, or is not Windows.',
  how:
    'The path of a TREE_CONNECT matches SYSVOL, NETLOGON or a pattern in the unc-paths of a policy file; what all patterns that match ' +
    'require adds up. Mutual authentication is Kerberos whose AP-REQ asks the server for proof, in a session that was granted; NTLM, ' +
    'guest and null sessions are not. Integrity is missing if messages of the session are neither signed nor encrypted, privacy if they ' +
    'are not encrypted. Where a session has other shares too, and only some of its messages lack the protection, they may be those of ' +
    'the other shares, and the rule is silent. High if messages followed the TREE_CONNECT, medium if none was seen, info if the server ' +
    'refused the share, or the client ended the session without having used it, as hardening does. Silent where the session or the share ' +
    'must be encrypted, and about everything that was not seen: the path of an encrypted TREE_CONNECT, its answer, a logon, an AP-REQ.',
  remediation: {
    setting:
      'Computer Configuration > Administrative Templates > Network > Network Provider > "Hardened UNC Paths": Enabled, with the path and ' +
      'RequireMutualAuthentication=1, RequireIntegrity=1, and RequirePrivacy=1 if all servers and clients have SMB 3. Use the name of ' +
      'the domain or the server and not its address, so that Kerberos is used. Samba has no such setting for each path: client signing = ' +
      'mandatory, client protection = sign or encrypt, client use kerberos = required.',
    powershell: ['SYSVOL', 'NETLOGON'].map(
      (share) =>
        `New-ItemProperty -Path ${HARDENED_PATHS} -Name '\\\\*\\${share}' -PropertyType String -Value 'RequireMutualAuthentication=1, RequireIntegrity=1' -Force`,
    ),
    audit: null,
  },
  identifiers: [ATTACK.adversaryInTheMiddle, CIS.hardenedPaths, STIG.hardenedPaths],
  references: [
    '[MS-SMB2] 2.2.9',
    'RFC 4120 5.5.1',
    'https://support.microsoft.com/topic/ms15-011-vulnerability-in-group-policy-could-allow-remote-code-execution-february-10-2015-91b4bda2-945d-455b-ebbb-01d1ec191328',
    'CVE-2015-0008',
  ],
  falsePositives: [
    'A share that is called SYSVOL or NETLOGON on a server of no domain.',
    'Clients that take no policies, such as backup software and scanners: what they read is not run. An exemption can name them.',
    'Traffic inside an IPsec or VPN tunnel that was captured after its end: it is protected elsewhere.',
  ],
  subject: 'pair',
  *evaluate({ ledger, policy, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      if (session.trees.length === 0 || session.encryptData === true) continue
      let worst: Violation | null = null
      for (const tree of session.trees) {
        const found = violation(connectionOf(session), session, tree, policy.hardenedPaths)
        if (found !== null && (worst === null || RANK[found.severity] < RANK[worst.severity])) worst = found
      }
      if (worst !== null) yield draftOf(connectionOf(session), session, worst)
    }
  },
}

/** What is required of a path, and was not there. */
type Lack = 'mutual authentication' | 'integrity' | 'privacy'

interface Violation {
  tree: TreeFacts
  path: string
  lacks: readonly Lack[]
  severity: Severity
  /** What became of it, for the end of the sentence. */
  outcome: string
}

function violation(
  connection: ConnectionFacts,
  session: SessionFacts,
  tree: TreeFacts,
  hardened: readonly HardenedPath[],
): Violation | null {
  const { path, ntStatus } = tree
  if (path === null || ntStatus === null) return null
  const asked = hardened.filter((each) => each.matches(path))
  if (asked.length === 0) return null
  const alone = isAlone(session, asked)
  const lacks = [
    asked.some((each) => each.mutualAuthentication) && lacksMutualAuthentication(session) && 'mutual authentication',
    asked.some((each) => each.integrity) && lacksIntegrity(session, tree, alone) && 'integrity',
    asked.some((each) => each.privacy) && lacksPrivacy(session, tree, alone) && 'privacy',
  ].filter((lack) => lack !== false) as Lack[]
  if (lacks.length === 0) return null
  return { tree, path, lacks, ...outcomeOf(connection, session, tree) }
}

function outcomeOf(
  connection: ConnectionFacts,
  session: SessionFacts,
  tree: TreeFacts,
): Pick<Violation, 'severity' | 'outcome'> {
  if (!isConnected(tree)) {
    return { severity: 'info', outcome: `the server refused the share (${statusName(tree.ntStatus!, session.family)})` }
  }
  const messages = messageCount(session)
  if (messages > 0) return { severity: 'high', outcome: `${plural(messages, 'message')} of the session followed` }
  if (clientLeft(session, connection))
    return { severity: 'info', outcome: 'the client ended the session without having used it' }
  return { severity: 'medium', outcome: 'what followed was not seen' }
}

/** Are all shares of this session paths that must be protected, so that each of its messages had to be? */
function isAlone({ trees, treesNotKept }: SessionFacts, asked: readonly HardenedPath[]): boolean {
  return treesNotKept === 0 && trees.every(({ path }) => path !== null && asked.some((each) => each.matches(path)))
}

function lacksMutualAuthentication(session: SessionFacts): boolean {
  if (!hasKey(session)) return true
  const logon = firstLogon(session)
  switch (logon?.auth) {
    case 'ntlmv1':
    case 'ntlmv2':
    case 'lm':
    case 'plaintext':
      return true
    case 'kerberos':
      return logon.kerberos?.apReq?.mutualRequired === false
    default:
      // Local to one host, another mechanism, or not seen.
      return false
  }
}

/** @param alone whether each message of the session had to be protected */
function lacksIntegrity(session: SessionFacts, tree: TreeFacts, alone: boolean): boolean {
  const { signed, unsigned, encrypted, unread } = messageTotals(session)
  if (unsigned === 0 || tree.encryptData === true) return false
  return alone || signed + encrypted + unread === 0
}

function lacksPrivacy(session: SessionFacts, tree: TreeFacts, alone: boolean): boolean {
  if (clearMessages(session) === 0 || tree.encryptData === true) return false
  return alone || messageTotals(session).encrypted === 0
}

function draftOf(connection: ConnectionFacts, session: SessionFacts, found: Violation): Draft {
  const { tree, path, lacks, severity, outcome } = found
  return {
    severity,
    connection,
    session,
    shares: [path],
    at: tree,
    explain: () => ({
      message: `${subjectText(connection, session)} asked for ${path} without ${listed(lacks)}; ${outcome}.`,
      evidence: evidence(
        cite(tree, 'PathName', `TREE_CONNECT ${path}`),
        lacks.includes('mutual authentication') && logonShown(session),
        lacks.includes('integrity') && unsignedShown(session),
        lacks.includes('privacy') && clearShown(session),
      ),
    }),
  }
}

/** A null session may claim any name. */
function subjectText(connection: ConnectionFacts, session: SessionFacts): string {
  const isNull = session.anonymous === true || session.auth === 'anonymous'
  return isNull ? `An anonymous session on ${place(connection.server)}` : sessionOn(connection, session)
}

function logonShown(session: SessionFacts): EvidenceDraft | null {
  const { decided, ntStatus, family } = session
  if (!hasKey(session)) {
    const kind = session.guest ? 'a guest' : 'an anonymous'
    return (
      decided && cite(decided, 'SessionFlags', `${answeredWith('SESSION_SETUP', ntStatus, family)}: ${kind} session`)
    )
  }
  const logon = firstLogon(session)
  const apReq = logon?.kerberos?.apReq
  if (apReq) return cite(apReq, 'Ticket', 'AP-REQ that does not ask the server for proof')
  const authenticate = logon?.ntlm?.authenticate
  if (authenticate)
    return cite(authenticate, 'ChallengeResponses', 'AUTHENTICATE: NTLM does not prove who the server is')
  return logon ? cite(logon, 'Command', 'logon without Kerberos') : null
}

function unsignedShown({ firstUnsigned: { request, response } }: SessionFacts): EvidenceDraft | null {
  const first = earliest(request, response)
  if (first === null) return null
  return cite(first, first === request ? 'RequestSignature' : 'ResponseSignature', 'neither signed nor encrypted')
}

function clearShown(session: SessionFacts): EvidenceDraft | null {
  const first = firstClearMessage(session)
  return first && cite(first, 'Command', 'not encrypted')
}
