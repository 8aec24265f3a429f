import { isSmb2DialectString, smb1Use } from '../../ledger/derived/dialect.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, evidence } from '../rule/evidence.ts'
import { hostKey } from '../rule/hosts.ts'
import { CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, Explanation, SurveyingRule } from '../rule/rule.ts'
import { forgetOldest, remember, type Survey } from '../rule/survey.ts'
import { citeSmb1Request, hex, place } from '../rule/wording.ts'

/** Servers that answered in SMB2, as `hostKey` names them. */
type Smb2Servers = Map<string, true>

const smb2Servers: Survey<Smb2Servers> = {
  start: () => new Map(),
  note({ ledger }, servers) {
    for (const connection of ledger.connections) {
      if (connection.negotiateResponse !== null) remember(servers, hostKey(connection, connection.server.ip), true)
    }
  },
  bound: forgetOldest,
}

export const smb1Negotiated: SurveyingRule<Smb2Servers> = {
  id: 'smb1-negotiated',
  title: 'SMB1 in use',
  severity: 'critical',
  guide: 'Remove SMB 1.0',
  why:
    'SMB1 has no encryption and no pre-authentication integrity, and its signatures are MD5. An attacker between client and server can ' +
    'read what passes, and change the negotiation itself. Its implementations carry the flaws that EternalBlue used. Nothing in SMB1 ' +
    'stops an interceptor from downgrading newer peers to it, so it is a danger to them for as long as it is accepted anywhere.',
  how:
    'The server answers an SMB1 NEGOTIATE with a DialectIndex other than 0xFFFF, which selects that entry of the list in the very request ' +
    'it answers; or SMB1 commands beyond NEGOTIATE flow, and the server answers in SMB1, or its answers may be missing: the capture begins ' +
    'later, has holes, or holds one direction. SMB1 bytes that a server was seen not to answer in SMB1 prove nothing. High for NT LM 0.12. Critical for anything older, and if the client also ' +
    'offered SMB2 while the same server address speaks SMB2 in this capture: SMB1 was avoidable there, or an attacker forced it. An SMB1 NEGOTIATE that is answered in SMB2 or not at all is smb1-offered, not this.',
  remediation: {
    audit: {
      setting:
        'Log who still uses SMB1, on the server: event 3000 in Microsoft-Windows-SMBServer/Audit names each client.',
      powershell: ['Set-SmbServerConfiguration -AuditSmb1Access $true -Force'],
    },
    setting:
      'Remove the feature "SMB 1.0/CIFS File Sharing Support" from both sides. Samba: server min protocol = SMB2_02, client min ' +
      'protocol = SMB2_02. A device that speaks nothing else needs new firmware or a replacement.',
    powershell: [
      'Set-SmbServerConfiguration -EnableSMB1Protocol $false -Force',
      'Disable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol -NoRestart',
    ],
  },
  identifiers: [CIS.smb1Server, STIG.smb1],
  references: [
    '[MS-CIFS] 2.2.4.52',
    '[MS-SMB2] 3.3.5.3',
    'https://learn.microsoft.com/windows-server/storage/file-server/troubleshoot/detect-enable-and-disable-smbv1-v2-v3',
    'https://techcommunity.microsoft.com/t5/storage-at-microsoft/stop-using-smb1/ba-p/425858',
    'CVE-2017-0144',
  ],
  falsePositives: [
    'Vulnerability scanners and inventory tools negotiate SMB1 on purpose; the server that accepts it is still a finding.',
    'Two servers behind one address (NAT, a load balancer) can make an SMB1-only server look as if it also spoke SMB2: the step from ' +
      'high to critical rests on the address.',
  ],
  subject: 'pair',
  survey: smb2Servers,
  *evaluate({ ledger }: AuditFacts, servers: Smb2Servers): Iterable<Draft> {
    for (const connection of ledger.connections) {
      const use = smb1Use(connection)
      if (use === null) continue
      const offered2 = connection.smb1?.negotiateRequest?.dialects.some(isSmb2DialectString) === true
      const avoidable = offered2 && servers.has(hostKey(connection, connection.server.ip))
      const dialect = use.how === 'selected' ? (connection.smb1?.negotiateResponse?.dialect ?? null) : null
      yield {
        severity: avoidable || (dialect !== null && isOlderThanNt(dialect)) ? 'critical' : 'high',
        connection,
        session: null,
        at: use.at,
        explain: () => explain(connection, use, dialect, offered2, avoidable),
      }
    }
  },
}

/** LAN Manager, core and XENIX dialects came before NT LM 0.12. */
function isOlderThanNt(dialect: string): boolean {
  return !dialect.startsWith('NT L')
}

function explain(
  { client, server, smb1 }: ConnectionFacts,
  use: { how: 'selected' | 'used'; at: FrameRef },
  dialect: string | null,
  offered2: boolean,
  avoidable: boolean,
): Explanation {
  const request = smb1?.negotiateRequest ?? null
  const command = smb1?.firstUse ?? smb1?.firstCommand ?? null
  const first = command !== null && cite(command, 'Command', `SMB1 command ${hex(command.command, 2)}`)
  if (use.how === 'used') {
    const spoken = smb1?.firstUse
      ? `${client.ip} and ${place(server)} speak SMB1`
      : `SMB1 commands pass between ${client.ip} and ${place(server)}, and none was seen to succeed`
    return {
      message: `${spoken}; ${howChosen(smb1)}.`,
      evidence: evidence(first, request !== null && citeSmb1Request(request)),
    }
  }
  const index = `DialectIndex ${smb1?.negotiateResponse?.dialectIndex}`
  // An index behind the end of the whole list names nothing, which is not the same as a name that was not seen.
  const nameless =
    request === null || request.dialectsCut ? 'whose name was not seen' : "that is not in the client's list"
  const chosen = dialect === null ? `an SMB1 dialect ${nameless}` : `"${dialect}"`
  const elsewhere = avoidable ? ' and the same server speaks it elsewhere' : ''
  const rest = offered2 ? `, though the client offered SMB2${elsewhere}` : ''
  return {
    message: `${place(server)} chose ${chosen} for ${client.ip}${rest}.`,
    evidence: evidence(
      cite(use.at, 'DialectIndex', dialect === null ? index : `${index} ("${dialect}")`),
      request !== null && citeSmb1Request(request),
      first,
    ),
  }
}

/** What is known of the choice of a dialect if something else shows SMB1. */
function howChosen(smb1: ConnectionFacts['smb1']): string {
  const answer = smb1?.negotiateResponse ?? null
  if (answer === null) return `${smb1?.negotiateRequest ? 'the answer to NEGOTIATE' : 'NEGOTIATE'} was not seen`
  const { dialectIndex, dialect } = answer
  if (dialectIndex === null) return 'the dialect that the server chose was not captured'
  if (dialectIndex === 0xffff) return 'the server had accepted none of the dialects offered'
  return `the server had chosen "${dialect ?? ''}"`
}
