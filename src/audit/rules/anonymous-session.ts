import { STATUS_ACCESS_DENIED, STATUS_NETWORK_ACCESS_DENIED } from '../../../dissectors/ntstatus.ts'
import { isConnected, isIpc } from '../../ledger/derived/shares.ts'
import { statusName } from '../../ledger/derived/status-name.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { SessionFacts, TreeFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence, start } from '../rule/evidence.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, Rule } from '../rule/rule.ts'
import { answeredWith, place, responseLengths } from '../rule/wording.ts'

export const anonymousSession: Rule = {
  id: 'anonymous-session',
  title: 'Anonymous session',
  severity: 'medium',
  guide: 'Disable guest authentication and fallback',
  why:
    'A null session needs no credentials. What it can reach is open to everybody on the network: lists of users and shares from the ' +
    'pipes, files if a share allows it. The client has not proved its identity, so signatures in the session prove nothing.',
  how:
    'SESSION_SETUP succeeds with SMB2_SESSION_FLAG_IS_NULL; or, as most servers leave that flag out, after an AUTHENTICATE with an empty ' +
    'user name, no NT response and an LM response of at most one zero byte (SMB1 without extended security: both passwords as empty). An ' +
    'empty name with a real NT response is not anonymous. High if the session then connects to a disk share; low if every share it ' +
    'asks for is denied; medium otherwise, which includes IPC$. Silent if the server flagged the session as guest: that is guest-session.',
  remediation: {
    setting:
      'Computer Configuration > Windows Settings > Security Settings > Local Policies > Security Options: "Network access: Restrict ' +
      'anonymous access to Named Pipes and Shares": Enabled, with "Shares that can be accessed anonymously" and "Named pipes that can be ' +
      'accessed anonymously" empty; "Network access: Do not allow anonymous enumeration of SAM accounts and shares": Enabled. ' +
      'Samba: restrict anonymous = 2.',
    powershell: [
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanServer\\Parameters' -Name RestrictNullSessAccess -Type DWord -Value 1",
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa' -Name RestrictAnonymous -Type DWord -Value 1",
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa' -Name RestrictAnonymousSAM -Type DWord -Value 1",
    ],
    audit: null,
  },
  identifiers: [ATTACK.shareDiscovery, CIS.anonymousAccess, STIG.anonymousAccess],
  references: [
    '[MS-NLMP] 3.2.5.1.2',
    '[MS-SMB2] 2.2.6',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/network-access-restrict-anonymous-access-to-named-pipes-and-shares',
  ],
  falsePositives: [
    'Windows computers open null sessions to IPC$ of domain controllers and in workgroups as a matter of course; domain controllers need ' +
      'some pipes to be reachable this way.',
    'Scanners and monitoring try null sessions on purpose.',
  ],
  subject: 'pair',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      if (!session.anonymous || session.guest) continue
      const connection = connectionOf(session)
      const disk = session.trees.find((tree) => isConnected(tree) && isDisk(tree)) ?? null
      const denied = disk === null && wasDenied(session)
      const at = session.decided ?? start(session)
      yield {
        severity: disk !== null ? 'high' : denied ? 'low' : 'medium',
        connection,
        session,
        at,
        explain: () => {
          const tree = disk ?? session.trees[0] ?? null
          const rest =
            disk !== null
              ? ` and let it connect to ${disk.path ?? 'a disk share'}`
              : denied
                ? ' and denied it every share that it asked for'
                : ''
          return {
            message: `${place(connection.server)} granted ${connection.client.ip} a session without credentials${rest}.`,
            evidence: evidence(
              grant(at, session),
              credentials(session),
              tree !== null && cite(tree, 'PathName', treeText(tree, session)),
            ),
          }
        },
      }
    }
  },
}

function isDisk(tree: TreeFacts): boolean {
  return tree.shareType === 'disk' || (tree.shareType === null && tree.path !== null && !isIpc(tree))
}

/** By NTSTATUS, and in SMB1's own words, ERRDOS/ERRnoaccess and ERRSRV/ERRaccess. */
const DENIALS: readonly (number | null)[] = [STATUS_ACCESS_DENIED, STATUS_NETWORK_ACCESS_DENIED, 0x00050001, 0x00040002]

function wasDenied({ trees, treesNotKept }: SessionFacts): boolean {
  return trees.length > 0 && treesNotKept === 0 && trees.every(({ ntStatus }) => DENIALS.includes(ntStatus))
}

function grant(at: FrameRef, { decided, ntStatus, family }: SessionFacts): EvidenceDraft {
  return decided === null
    ? cite(at, 'SessionId', 'first frame of the session')
    : cite(at, 'Status', answeredWith('SESSION_SETUP', ntStatus, family))
}

function credentials({ logons }: SessionFacts): EvidenceDraft | null {
  const authenticate = logons.find((l) => l.ntlm?.authenticate?.kind === 'anonymous')?.ntlm?.authenticate
  if (authenticate == null) return null
  return cite(authenticate, 'EmptyCredentials', `user name empty, ${responseLengths(authenticate)}`)
}

function treeText({ path, ntStatus }: TreeFacts, { family }: SessionFacts): string {
  const answer = ntStatus === null ? 'no answer seen' : statusName(ntStatus, family)
  return `TREE_CONNECT ${path ?? 'to a share whose name was not seen'}: ${answer}`
}
