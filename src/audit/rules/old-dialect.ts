import { DIALECT_3_0, DIALECT_3_1_1, DIALECT_WILDCARD, dialectName } from '../../../dissectors/smb2/dialects.ts'
import { isSmb2DialectString, smb1Use } from '../../ledger/derived/dialect.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence } from '../rule/evidence.ts'
import { ATTACK, CIS } from '../rule/identifiers.ts'
import type { Draft, Rule } from '../rule/rule.ts'
import { citeSmb2Request, place } from '../rule/wording.ts'

/** For the side that can do more: what keeps it from going below. */
const CLIENT_MINIMUM = [
  'Set-SmbClientConfiguration -Smb2DialectMin SMB311 -Force',
  "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanWorkstation\\Parameters' -Name MinSMB2Dialect -Type DWord -Value 0x311",
  "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanWorkstation\\Parameters' -Name MaxSMB2Dialect -Type DWord -Value 0x311",
]
const SERVER_MINIMUM = ['Set-SmbServerConfiguration -Smb2DialectMin SMB311 -Force']

export const oldDialect: Rule = {
  id: 'old-dialect',
  title: 'Dialect below SMB 3.1.1',
  severity: 'medium',
  guide: 'Use SMB 3.1.1',
  why:
    "Before 3.1.1 the negotiation is not bound to the session's keys (pre-authentication integrity), so an interceptor can take away " +
    'dialects and capabilities. 3.0 and 3.0.2 check it afterwards with a signed request; 2.0.2 and 2.1 have no encryption at all.',
  how:
    "DialectRevision of the server's final NEGOTIATE response. Low for 3.0 and 3.0.2, medium for 2.0.2 and 2.1. The finding says which " +
    "side set the limit, if the client's list was seen as far as it matters. Silent for SMB1 (smb1-negotiated), if no NEGOTIATE " +
    'response was captured, and for dialects that the minimum-dialect of a policy file allows.',
  remediation: {
    applies: 'limit unknown',
    audit: null,
    setting:
      'Update the side that sets the limit; then make 3.1.1 the minimum. From Windows 11 24H2 and Windows Server 2025: Lanman Server and ' +
      'Lanman Workstation > "Mandate the minimum version of SMB": 3.1.1. Earlier clients: MinSMB2Dialect and MaxSMB2Dialect in the registry. ' +
      'Samba: server min protocol = SMB3_11, client min protocol = SMB3_11.',
    powershell: [...SERVER_MINIMUM, ...CLIENT_MINIMUM],
  },
  remediationFor: {
    client: {
      applies: 'the client offers no more',
      setting:
        'Update the client. Then make 3.1.1 the minimum of the server. From Windows 11 24H2 and Windows Server 2025: Lanman Server > ' +
        '"Mandate the minimum version of SMB": 3.1.1. Samba: server min protocol = SMB3_11.',
      powershell: SERVER_MINIMUM,
      audit: null,
    },
    server: {
      applies: 'the server chooses less',
      setting:
        'Update the server, or lift the maximum that is set on it. Then make 3.1.1 the minimum of the client. From Windows 11 24H2 and ' +
        'Windows Server 2025: Lanman Workstation > "Mandate the minimum version of SMB": 3.1.1. Earlier clients: MinSMB2Dialect and ' +
        'MaxSMB2Dialect in the registry. Samba: client min protocol = SMB3_11.',
      powershell: CLIENT_MINIMUM,
      audit: null,
    },
  },
  identifiers: [ATTACK.adversaryInTheMiddle, CIS.minimumDialect],
  references: [
    '[MS-SMB2] 2.2.4',
    '[MS-SMB2] 3.2.5.2',
    'https://learn.microsoft.com/windows-server/storage/file-server/manage-smb-dialects',
    'https://learn.microsoft.com/archive/blogs/openspecification/smb-3-1-1-pre-authentication-integrity-in-windows-10',
  ],
  falsePositives: ["Scanners that offer old dialects only; the client's list is in the evidence."],
  subject: 'pair',
  *evaluate({ ledger, policy: { minimumDialect } }: AuditFacts): Iterable<Draft> {
    for (const connection of ledger.connections) {
      const response = connection.negotiateResponse
      if (response === null || response.dialect >= minimumDialect || response.dialect === DIALECT_WILDCARD) continue
      if (smb1Use(connection) !== null) continue
      const limit = limitOf(connection, response.dialect)
      yield {
        severity: response.dialect >= DIALECT_3_0 ? 'low' : 'medium',
        ...(limit.side !== null && { remediation: limit.side }),
        connection,
        session: null,
        at: response,
        explain: () => {
          const name = dialectName(response.dialect)
          return {
            message: `${place(connection.server)} chose SMB ${name} for ${connection.client.ip}; ${limit.text}.`,
            evidence: evidence(cite(response, 'DialectRevision', `DialectRevision ${name}`), limit.at()),
          }
        },
      }
    }
  },
}

interface Limit {
  /** The side that set the limit; null if that was not seen. */
  side: 'client' | 'server' | null
  text: string
  at(): EvidenceDraft | null
}

function limitOf({ smb1, negotiateRequest: request }: ConnectionFacts, chosen: number): Limit {
  if (request === null) return limitOfMultiProtocol(smb1?.negotiateRequest ?? null)
  const most = request.dialects.reduce((max, d) => (d > max && d <= DIALECT_3_1_1 ? d : max), 0)
  const at = () => citeSmb2Request(request)
  if (most > chosen) return { side: 'server', text: `the client offered up to ${dialectName(most)}`, at }
  if (request.dialectsCut) return { side: null, text: 'what more the client offered was not captured', at }
  return { side: 'client', text: 'the client offered no more', at }
}

/** The client's SMB1 NEGOTIATE may lead to 2.0.2 at once ([MS-SMB2] 3.3.5.3): "SMB 2.???" in it stands for all that comes after. */
function limitOfMultiProtocol(request: NonNullable<ConnectionFacts['smb1']>['negotiateRequest']): Limit {
  const offered = request?.dialects.filter(isSmb2DialectString) ?? []
  if (request === null || (offered.length === 0 && !request.dialectsCut)) {
    return { side: null, text: 'what the client offered was not seen', at: () => null }
  }
  const at = () => null
  if (offered.includes('SMB 2.???')) return { side: 'server', text: 'the client offered more, as "SMB 2.???"', at }
  if (request.dialectsCut) return { side: null, text: 'what more the client offered was not captured', at }
  return { side: 'client', text: 'the client offered no more', at }
}
