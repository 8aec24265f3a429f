import {
  chosenRevision,
  clientClaim,
  isContradicted,
  newestOffer,
  type SystemClaim,
  serverClaim,
} from '../../ledger/derived/systems/system-claims.ts'
import { releaseName, versionNumber, windowsRelease } from '../../ledger/derived/systems/windows-release.ts'
import { SUPPORT_DATES_OF, type WindowsSupport, windowsSupport } from '../../ledger/derived/systems/windows-support.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite } from '../rule/evidence.ts'
import type { Draft, Rule, Severity } from '../rule/rule.ts'
import { place } from '../rule/wording.ts'

export const endOfLifeOs: Rule = {
  id: 'end-of-life-os',
  title: 'Windows without security updates',
  severity: 'medium',
  guide: 'Install updates',
  why:
    'A system that gets no security updates keeps every hole that was found since. Holes in the SMB server of such systems ' +
    'have been used by worms within weeks, and much of what protects newer versions (3.1.1, encryption, signing by default) is not there.',
  how:
    'The build in the VERSION structure of NTLMSSP, in the CHALLENGE for the server and in the AUTHENTICATE or NEGOTIATE for the client; if there is none, ' +
    "SMB1's NativeOS. Judged by the time of that packet: the last day of support of every release and edition with this build had passed. " +
    `High for a server, and for systems that have SMB1 alone and say so in NativeOS; medium for a client; low if a long-term edition (LTSC) of the build was still supported. ` +
    'Silent for builds that are not in the table, for build 0 and versions that are not Windows (Samba and many tools send 6.1.0), if the host uses a dialect that is newer ' +
    `than the Windows it names, for Kerberos without NTLM, which names no system, and if support ends after ${SUPPORT_DATES_OF}, the day of the table: such a date may change. ` +
    'A number may stand for several releases (17763: Windows 10 1809 and Server 2019): it counts as supported as long as one of them is. The patch level is never visible.',
  remediation: {
    setting:
      'Upgrade the host to a release that gets updates, or take it off the network. Until then: let only the hosts that need it reach its ports 445 and 139.',
    powershell: [],
    audit: null,
  },
  identifiers: [],
  references: [
    '[MS-NLMP] 2.2.2.10',
    '[MS-CIFS] 2.2.4.53.1',
    'https://learn.microsoft.com/lifecycle/products/',
    'https://learn.microsoft.com/windows/release-health/release-information',
    'https://learn.microsoft.com/windows/release-health/windows-server-release-info',
  ],
  falsePositives: [
    'The host may have paid Extended Security Updates, or be an embedded edition with dates of its own: neither is visible.',
    'What a host says about itself is a claim. Scanners, exploits and libraries for NTLM name old systems: 5.1.2600, 6.1.7600, "Windows 2000 2195".',
    'Behind an address translator there may be several hosts at one address.',
  ],
  subject: 'server',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      const client = clientClaim(session)
      const server = serverClaim(session)
      if (client === null && server === null) continue
      const connection = connectionOf(session)
      const newer = { client: newestOffer(connection), server: chosenRevision(connection) }
      yield* draftOf('client', client, newer.client, connection, session)
      yield* draftOf('server', server, newer.server, connection, session)
    }
  },
}

/** @param dialect the newest that this side offered or chose */
function* draftOf(
  side: 'client' | 'server',
  claim: SystemClaim | null,
  dialect: number,
  connection: ConnectionFacts,
  session: SessionFacts,
): Iterable<Draft> {
  const version = claim?.version ?? null
  if (claim === null || version === null || isContradicted(version, dialect)) return
  if (claim.source === 'ntlm-version' && windowsRelease(version) === null) return
  const support = windowsSupport(version, claim.at.time)
  if (support === null || (support.state !== 'ended' && support.state !== 'long-term-only')) return
  yield {
    severity: severityOf(side, claim, support),
    subject: side,
    user: null,
    connection,
    session,
    at: claim.at,
    explain: () => ({
      message: `${side === 'client' ? connection.client.ip : place(connection.server)} ${nameIn(claim)}. ${supportText(support)}`,
      evidence: [
        claim.nativeOs === null
          ? cite(claim.at, 'OsVersion', `NTLMSSP ${messageOf(side, session, claim)}, VERSION ${versionNumber(version)}`)
          : cite(claim.at, 'NativeOS', `SESSION_SETUP_ANDX, NativeOS "${claim.nativeOs}"`),
      ],
    }),
  }
}

function severityOf(side: 'client' | 'server', { source, version }: SystemClaim, { state }: WindowsSupport): Severity {
  if (state === 'long-term-only') return 'low'
  return side === 'server' || (source === 'native-os' && version !== null && version.major < 6) ? 'high' : 'medium'
}

function nameIn({ nativeOs, version }: SystemClaim): string {
  const release = version === null ? null : releaseName(version)
  if (nativeOs === null) return `names build ${version === null ? '' : versionNumber(version)}, ${release}`
  return `calls itself "${nativeOs}"${release === null ? '' : `, ${release}`}`
}

function supportText({ state, end, longTerm, paid }: WindowsSupport): string {
  const bought = paid === null ? '' : `; Extended Security Updates were on sale until ${paid}`
  if (state === 'long-term-only') {
    return `Support ended on ${end}, except for long-term editions, the last of which ends on ${longTerm}${bought}.`
  }
  return `Support had ended on ${longTerm ?? end}, before this capture${bought}.`
}

function messageOf(side: 'client' | 'server', { logons }: SessionFacts, { at }: SystemClaim): string {
  if (side === 'server') return 'CHALLENGE'
  return logons.some(({ ntlm }) => ntlm?.authenticate?.frame === at.frame) ? 'AUTHENTICATE' : 'NEGOTIATE'
}
