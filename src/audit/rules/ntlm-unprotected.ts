import { AV_FLAG_MIC_PROVIDED, AV_FLAG_UNTRUSTED_TARGET_NAME } from '../../../dissectors/auth/av-pairs.ts'
import { listed } from '../../base/wording.ts'
import type { LogonFacts, NtlmFacts } from '../../ledger/logon-facts.ts'
import type { SessionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence } from '../rule/evidence.ts'
import { ATTACK } from '../rule/identifiers.ts'
import { type Draft, RANK, type Rule, type Severity } from '../rule/rule.ts'
import { hex, outcome, place, whose } from '../rule/wording.ts'

export const ntlmUnprotected: Rule = {
  id: 'ntlm-unprotected',
  title: 'NTLM logon without MIC or target name',
  severity: 'low',
  guide: 'Beyond SMB',
  why:
    'The MIC of an NTLM logon covers its three messages, so that nobody in between can take flags out of them: without it an interceptor can turn ' +
    'signing off on the way and relay the logon. The target name says for which server the client made the response: without it no server can ' +
    'notice that the logon was meant for another one.',
  how:
    'The AV pairs in the NTLMv2 response of the AUTHENTICATE, whatever the server answered. Critical where MsvAvFlags promises a MIC (0x2) and the ' +
    'message has no room for one, or zeros: it was taken out on the way. Medium where the CHALLENGE carried MsvAvTimestamp, to which a client has ' +
    'to answer with a MIC, and the flag is missing. Low where the flag is missing without that, and where MsvAvTargetName is absent, empty or marked as ' +
    'coming from an untrusted source. Bytes in the place of the MIC count only with the flag: without it no server looks at them. Channel bindings are ' +
    'always zero over SMB, so they are no finding. Silent for LM and NTLMv1, which have no room for either (ntlmv1-auth), and for anonymous logons; ' +
    'what was not captured is not called missing.',
  remediation: {
    applies: 'the client',
    setting:
      'Update the client: Windows sends both since Windows 7 and Windows Server 2008 R2, Samba since 4.5, which is where libraries of their own are ' +
      'behind. Until then, require signing on the servers that it reaches. Where all clients send a target name, servers can require the right one: ' +
      'Security Options, "Microsoft network server: Server SPN target name validation level": Required from client.',
    powershell: [
      'Set-SmbServerConfiguration -RequireSecuritySignature $true -Force',
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanServer\\Parameters' -Name SmbServerNameHardeningLevel -Type DWord -Value 2",
    ],
    audit: {
      setting:
        'Log which clients send no target name, or another one. With the updates of September 2025 (KB5066913): the registry value ' +
        'AuditClientSpnSupport. The events are in the log Microsoft-Windows-SMBServer/Audit.',
      powershell: [
        "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanServer\\Parameters' -Name AuditClientSpnSupport -Type DWord -Value 1",
      ],
    },
  },
  remediationFor: {
    stripped: {
      applies: 'the MIC was taken out',
      setting:
        'Find out who stands between the two: the host that the client reached may pass its logons on to another one. Update the servers against ' +
        'CVE-2019-1040 and CVE-2019-1166, require signing on them, and change the password of the user.',
      powershell: ['Set-SmbServerConfiguration -RequireSecuritySignature $true -Force'],
      audit: null,
    },
  },
  identifiers: [ATTACK.smbRelay],
  references: [
    '[MS-NLMP] 2.2.2.1',
    '[MS-NLMP] 3.1.5.1.2',
    '[MS-NLMP] 3.2.5.1.2',
    'https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/security-policy-settings/microsoft-network-server-server-spn-target-name-validation-level',
    'https://support.microsoft.com/topic/support-for-audit-events-to-deploy-smb-server-hardening-smb-server-signing-smb-server-epa-056f7478-ee2c-43b9-b94b-c0ff06de1d8f',
    'CVE-2019-1040',
    'CVE-2025-55234',
  ],
  falsePositives: [
    'Clients that never learned it (impacket, old Samba, appliances) send no MIC and no target name to anybody: for them it is a property, not an attack.',
    'A client that repeats the AV pairs of a server which itself sends MsvAvFlags 0x2 promises a MIC that it never made.',
  ],
  subject: 'pair',
  *evaluate({ ledger, connectionOf }: AuditFacts): Iterable<Draft> {
    for (const session of ledger.sessions) {
      const lack = worstOf(session)
      if (lack === null) continue
      const { logon, authenticate, severity } = lack
      const connection = connectionOf(session)
      yield {
        severity,
        connection,
        session,
        at: authenticate,
        user: logon.user,
        ...(lack.mic === 'stripped' && { remediation: 'stripped' }),
        explain: () => ({
          message:
            `${connection.client.ip} sent the NTLMv2 response ${whose(logon)} to ${place(connection.server)} ${inWords(lack)} ` +
            `(${outcome(logon, session.family)}).`,
          evidence: evidenceOf(lack),
        }),
      }
    }
  },
}

type Authenticate = NonNullable<NtlmFacts['authenticate']>

/** What one logon lacks. */
interface Lack {
  logon: LogonFacts
  authenticate: Authenticate
  severity: Severity
  /** stripped: promised and not there. due: the CHALLENGE carried a timestamp. Null where there is one, or it was not captured. */
  mic: 'stripped' | 'due' | 'absent' | null
  target: 'absent' | 'untrusted' | null
}

/** Of several logons of a session the worst, of equals the first. */
function worstOf({ logons }: SessionFacts): Lack | null {
  let worst: Lack | null = null
  for (const logon of logons) {
    const lack = lackOf(logon)
    if (lack !== null && (worst === null || RANK[lack.severity] < RANK[worst.severity])) worst = lack
  }
  return worst
}

function lackOf(logon: LogonFacts): Lack | null {
  const authenticate = logon.ntlm?.authenticate ?? null
  if (authenticate === null || authenticate.kind !== 'ntlmv2') return null
  const mic = micOf(authenticate, logon.ntlm?.challenge?.hasTimestamp === true)
  const target = targetOf(authenticate)
  if (mic === null && target === null) return null
  const severity = mic === 'stripped' ? 'critical' : mic === 'due' ? 'medium' : 'low'
  return { logon, authenticate, severity, mic, target }
}

function micOf({ avFlags, avPairsCut, micPresent }: Authenticate, timestamp: boolean): Lack['mic'] {
  if (((avFlags ?? 0) & AV_FLAG_MIC_PROVIDED) !== 0) return micPresent === false ? 'stripped' : null
  // Behind the cut there may be the pair with the flags.
  if (avFlags === null && avPairsCut) return null
  return timestamp ? 'due' : 'absent'
}

function targetOf({ targetName, avFlags, avPairsCut }: Authenticate): Lack['target'] {
  if (!targetName) return targetName === null && avPairsCut ? null : 'absent'
  return ((avFlags ?? 0) & AV_FLAG_UNTRUSTED_TARGET_NAME) !== 0 ? 'untrusted' : null
}

function inWords({ mic, target }: Lack): string {
  const parts = [
    mic === 'stripped' && 'with a MIC promised and none in the message: it was taken out on the way',
    mic === 'due' && 'without a MIC, although the CHALLENGE carried a timestamp',
    mic === 'absent' && 'without a MIC',
    target === 'absent' && 'without a target name',
    target === 'untrusted' && 'with a target name from a source that the client does not trust',
  ]
  return listed(parts.filter((part) => part !== false))
}

function evidenceOf({ authenticate, logon, mic, target }: Lack): EvidenceDraft[] {
  const { avFlags, targetName } = authenticate
  const flags = avFlags === null ? 'no MsvAvFlags' : `MsvAvFlags ${hex(avFlags, 8)}`
  const challenge = logon.ntlm?.challenge ?? null
  return evidence(
    mic === 'due' && challenge !== null && cite(challenge, 'Timestamp', 'CHALLENGE with MsvAvTimestamp'),
    mic === 'stripped' && cite(authenticate, 'Mic', `${flags}, and no MIC`),
    (mic === 'due' || mic === 'absent') && cite(authenticate, 'AvFlags', flags),
    target !== null &&
      cite(
        authenticate,
        'TargetName',
        target === 'absent' ? 'no MsvAvTargetName' : `${flags}, MsvAvTargetName "${targetName}"`,
      ),
  )
}
