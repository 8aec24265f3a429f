import { refusesCredentials } from '../../ledger/derived/logons.ts'
import { statusName } from '../../ledger/derived/status-name.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { SessionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite } from '../rule/evidence.ts'
import { pairKey } from '../rule/hosts.ts'
import { ATTACK, CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, SurveyingRule } from '../rule/rule.ts'
import type { Survey } from '../rule/survey.ts'
import { answeredWith, place, who } from '../rule/wording.ts'
import { AUDIT_GUESTS } from './guest-session.ts'

/** How soon the guest session has to follow the refusal: a person who logs on again takes longer. Microseconds. */
const WINDOW = 10_000_000

interface Refusal extends FrameRef, Pick<SessionFacts, 'id' | 'user' | 'domain' | 'auth' | 'family' | 'ntStatus'> {}

interface Refusals {
  list: Refusal[]
  /** By time. */
  sorted: boolean
}

/** Refused logons of named users, by pair of hosts. */
type RefusalsByPair = Map<string, Refusals>

const refusedLogons: Survey<RefusalsByPair> = {
  start: () => new Map(),
  note: noteRefusals,
  // Each ledger has its own: what may still change is in the next one again, and would pile up.
  bound: (refusals) => refusals.clear(),
}

export const guestFallback: SurveyingRule<RefusalsByPair> = {
  id: 'guest-fallback',
  title: 'Refused logon followed by guest access',
  severity: 'high',
  guide: 'Disable guest authentication and fallback',
  why:
    'The client tried a user, was refused, and continued as guest without asking the user. This is how a made-up server wins: it refuses ' +
    "every logon, the user sees a share open all the same, and what comes from it is neither signed nor the right server's.",
  how:
    'A session of a named user ends in a status that refuses credentials, and within 10 seconds the same client gets a guest session on ' +
    'the same server, in the same capture. Critical if the server is outside the internal networks. Medium if the session that ' +
    'follows is anonymous: some clients open null sessions for other reasons. The guest session itself is also listed by ' +
    'guest-session.',
  remediation: {
    setting:
      'On the client: Computer Configuration > Administrative Templates > Network > Lanman Workstation > "Enable insecure guest logons": ' +
      'Disabled. (Enabled is what permits the fallback.) On Samba servers: map to guest = Never, because "Bad User" and "Bad Password" ' +
      'turn refusals into guest sessions.',
    powershell: ['Set-SmbClientConfiguration -EnableInsecureGuestLogons $false -Force'],
    applies: 'SMB2 and SMB3',
    audit: AUDIT_GUESTS,
  },
  remediationFor: {
    smb1: {
      applies: 'SMB1',
      setting:
        'An SMB1 client has no setting against the fallback: remove the feature "SMB 1.0/CIFS File Sharing Support" from it. On Windows ' +
        'servers keep the Guest account disabled. On Samba servers: map to guest = Never, because "Bad User" and "Bad Password" turn ' +
        'refusals into guest sessions.',
      powershell: [
        'Disable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol -NoRestart',
        'Disable-LocalUser -Name Guest',
      ],
      audit: null,
    },
  },
  identifiers: [ATTACK.adversaryInTheMiddle, CIS.guestLogons, STIG.guestLogons],
  references: [
    '[MS-SMB2] 3.2.5.3',
    'https://learn.microsoft.com/troubleshoot/windows-server/networking/guest-access-in-smb2-is-disabled-by-default',
    'https://learn.microsoft.com/windows-server/storage/file-server/enable-insecure-guest-logons-smb2-and-smb3',
  ],
  falsePositives: [
    'Another user of the same computer who asked for guest at the same moment.',
    'Several hosts behind one translated address: one is refused, another is a guest.',
  ],
  subject: 'pair',
  survey: refusedLogons,
  *evaluate({ ledger, policy, connectionOf }: AuditFacts, refusals: RefusalsByPair): Iterable<Draft> {
    for (const session of ledger.sessions) {
      const { guest, anonymous, decided } = session
      if (!(guest || anonymous) || decided === null) continue
      const connection = connectionOf(session)
      const refused = lastBefore(refusals.get(pairKey(connection)), decided.time)
      if (refused === null || decided.time - refused.time > WINDOW) continue
      const { client, server } = connection
      const outbound = policy.networks.direction(client.ip, server.ip) === 'outbound'
      yield {
        severity: !guest ? 'medium' : outbound ? 'critical' : 'high',
        connection,
        session,
        at: refused,
        user: refused.user,
        ...(session.family === 'smb1' && { remediation: 'smb1' }),
        explain: () => {
          const status = statusName(refused.ntStatus ?? 0, refused.family)
          const later = `${((decided.time - refused.time) / 1_000_000).toFixed(3)} s later`
          return {
            message:
              `${place(server)} refused ${who(refused)} (${status}), and ${client.ip} went on ` +
              `${guest ? 'as guest' : 'without credentials'} ${later}.`,
            evidence: [
              cite(refused, 'Status', answeredWith('SESSION_SETUP', refused.ntStatus, refused.family)),
              cite(decided, 'SessionFlags', guest ? 'granted as guest' : 'granted as a null session'),
            ],
          }
        },
      }
    }
  },
}

function noteRefusals({ ledger, connectionOf }: AuditFacts, refusals: RefusalsByPair): void {
  for (const session of ledger.sessions) {
    const { id, status, ntStatus, decided, user, domain, auth, family } = session
    if (status !== 'failed' || decided === null || !refusesCredentials(ntStatus) || !isNamed(user)) continue
    const key = pairKey(connectionOf(session))
    const refusal = { id, user, domain, auth, family, ntStatus, frame: decided.frame, time: decided.time }
    const known = refusals.get(key)
    if (known === undefined) refusals.set(key, { list: [refusal], sorted: false })
    else known.list.push(refusal)
  }
}

function isNamed(user: string | null): boolean {
  return user !== null && user !== '' && user.toLowerCase() !== 'guest'
}

/** The last one at or before `time`. */
function lastBefore(refusals: Refusals | undefined, time: number): Refusal | null {
  if (refusals === undefined) return null
  const { list } = refusals
  if (!refusals.sorted) list.sort((a, b) => a.time - b.time || a.frame - b.frame || (a.id < b.id ? -1 : 1))
  refusals.sorted = true
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]!.time <= time) low = middle + 1
    else high = middle
  }
  return list[low - 1] ?? null
}
