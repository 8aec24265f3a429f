import { DIALECT_3_0, DIALECT_3_1_1, DIALECT_WILDCARD, dialectName } from '../../../dissectors/smb2/dialects.ts'
import type { ConnectionFacts } from '../../track/ledger.ts'
import { cite, citeSmb2Request, evidence, place, smb1Use } from '../predicates.ts'
import type { AuditFacts, Draft, Rule } from '../rule.ts'

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
    "side set the limit, where the client's list was seen. Silent for SMB1 (smb1-negotiated), and where no NEGOTIATE response was captured.",
  remediation: {
    setting:
      'Update the side that sets the limit; then make 3.1.1 the minimum. From Windows 11 24H2 and Windows Server 2025: Lanman Server and ' +
      'Lanman Workstation > "Mandate the minimum version of SMB": 3.1.1. Earlier clients: MinSMB2Dialect and MaxSMB2Dialect in the registry. ' +
      'Samba: server min protocol = SMB3_11, client min protocol = SMB3_11.',
    powershell: [
      'Set-SmbServerConfiguration -Smb2DialectMin SMB311 -Force',
      'Set-SmbClientConfiguration -Smb2DialectMin SMB311 -Force',
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanWorkstation\\Parameters' -Name MinSMB2Dialect -Type DWord -Value 0x311",
      "Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\LanmanWorkstation\\Parameters' -Name MaxSMB2Dialect -Type DWord -Value 0x311",
    ],
  },
  references: [
    '[MS-SMB2] 2.2.4',
    '[MS-SMB2] 3.2.5.2',
    'https://learn.microsoft.com/windows-server/storage/file-server/manage-smb-dialects',
    'https://learn.microsoft.com/archive/blogs/openspecification/smb-3-1-1-pre-authentication-integrity-in-windows-10',
  ],
  falsePositives: ["Scanners that offer old dialects only; the client's list is in the evidence."],
  subject: 'pair',
  *evaluate({ ledger }: AuditFacts): Iterable<Draft> {
    for (const connection of ledger.connections) {
      const response = connection.negotiateResponse
      if (response === null || response.dialect >= DIALECT_3_1_1 || response.dialect === DIALECT_WILDCARD) continue
      if (smb1Use(connection) !== null) continue
      yield {
        severity: response.dialect >= DIALECT_3_0 ? 'low' : 'medium',
        connection,
        session: null,
        at: response,
        explain: () => {
          const request = connection.negotiateRequest
          const name = dialectName(response.dialect)
          return {
            message: `${place(connection.server)} and ${connection.client.ip} use SMB ${name}${limit(connection)}.`,
            evidence: evidence(cite(response, `DialectRevision ${name}`), request !== null && citeSmb2Request(request)),
          }
        },
      }
    }
  },
}

/** Which side stood in the way of more. */
function limit({ negotiateRequest, negotiateResponse }: ConnectionFacts): string {
  if (negotiateRequest === null || negotiateResponse === null) return ''
  const most = negotiateRequest.dialects.reduce((max, d) => (d > max && d <= DIALECT_3_1_1 ? d : max), 0)
  if (most === negotiateResponse.dialect) return negotiateRequest.dialectsCut ? '' : '; the client offers no more'
  return most > negotiateResponse.dialect ? `; the client offers ${dialectName(most)}, the server chose less` : ''
}
