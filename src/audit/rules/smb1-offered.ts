import { dialectName } from '../../../dissectors/smb2/dialects.ts'
import { isSmb2DialectString, smb1Use } from '../../ledger/derived/dialect.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from '../rule/audit-facts.ts'
import { cite, type EvidenceDraft, evidence } from '../rule/evidence.ts'
import { CIS, STIG } from '../rule/identifiers.ts'
import type { Draft, Rule } from '../rule/rule.ts'
import { citeSmb1Request, place, quoted } from '../rule/wording.ts'

export const smb1Offered: Rule = {
  id: 'smb1-offered',
  title: 'Client offers SMB1',
  severity: 'low',
  guide: 'Remove SMB 1.0',
  why:
    'A client that lists SMB1 dialects has SMB1 switched on. It falls back to SMB1 as soon as a server, or an attacker who answers in its ' +
    'place, asks for it, and no later check detects that.',
  how:
    'An SMB1 NEGOTIATE lists a dialect other than "SMB 2.002" and "SMB 2.???". Low if the server answers in SMB2. Info if the server ' +
    'accepts none of the dialects (DialectIndex 0xFFFF), if it closes the connection or no answer was seen, and if the list holds ' +
    'SMB2 dialects only, as far as it was captured: then just the old form of the opening is in use. Silent if SMB1 was chosen: that ' +
    'is smb1-negotiated; and if the answer was cut before its choice.',
  remediation: {
    applies: 'SMB1 dialects offered',
    audit: null,
    setting:
      'Remove the feature "SMB 1.0/CIFS File Sharing Support" from the client. Samba clients: client min protocol = SMB2_02. ' +
      'Linux mounts: vers=3.1.1.',
    powershell: ['Disable-WindowsOptionalFeature -Online -FeatureName SMB1Protocol -NoRestart'],
  },
  remediationFor: {
    'old-opening': {
      applies: 'SMB2 dialects alone',
      setting:
        'No SMB1 dialect was seen in the list, so there is nothing to remove: only the first message has the old form.',
      powershell: [],
      audit: null,
    },
  },
  identifiers: [CIS.smb1Client, STIG.smb1],
  references: [
    '[MS-CIFS] 2.2.4.52.1',
    '[MS-SMB2] 3.3.5.3',
    'https://learn.microsoft.com/windows-server/storage/file-server/troubleshoot/detect-enable-and-disable-smbv1-v2-v3',
  ],
  falsePositives: [
    'Scanners offer SMB1 in order to see who accepts it.',
    'Some clients list SMB1 dialects in the multi-protocol negotiate and refuse to use them afterwards.',
  ],
  subject: 'client',
  *evaluate({ ledger }: AuditFacts): Iterable<Draft> {
    for (const connection of ledger.connections) {
      const request = connection.smb1?.negotiateRequest ?? null
      if (request === null || smb1Use(connection) !== null) continue
      // The server answered in SMB1, and whether it took one of the dialects was not captured.
      if (connection.smb1?.negotiateResponse?.dialectIndex === null) continue
      const old = request.dialects.filter((dialect) => !isSmb2DialectString(dialect))
      yield {
        severity: old.length > 0 && connection.firstSmb2 !== null ? 'low' : 'info',
        connection,
        session: null,
        at: request,
        ...(old.length === 0 && { remediation: 'old-opening' }),
        explain: () => {
          const answer = answerTo(connection)
          const { client, server } = connection
          const list = `${quoted(old)}${request.dialectsCut ? ' and what was not captured' : ''}`
          const none = request.dialectsCut ? 'of which no SMB1 dialect was captured' : 'which lists SMB2 dialects only'
          return {
            message:
              old.length > 0
                ? `${client.ip} offered SMB1 to ${place(server)} (${list}); ${answer.text}.`
                : `${client.ip} sent ${place(server)} an SMB1 NEGOTIATE, ${none}.`,
            evidence: evidence(citeSmb1Request(request), answer.at),
          }
        },
      }
    }
  },
}

function answerTo({ smb1, negotiateRequest, negotiateResponse, firstSmb2, end }: ConnectionFacts): {
  text: string
  at: EvidenceDraft | null
} {
  if (negotiateResponse !== null) {
    const dialect = dialectName(negotiateResponse.dialect)
    return {
      text: `the server answered in SMB2 (${dialect})`,
      at: cite(negotiateResponse, 'DialectRevision', `DialectRevision ${dialect}`),
    }
  }
  if (negotiateRequest !== null) {
    return { text: 'the client went on in SMB2', at: cite(negotiateRequest, 'Command', 'SMB2 NEGOTIATE request') }
  }
  // The wildcard answer, of which the ledger keeps nothing more, or messages that were cut.
  if (firstSmb2 !== null) return { text: 'SMB2 followed', at: cite(firstSmb2, 'Command', 'first SMB2 message') }
  const refusal = smb1?.negotiateResponse ?? null
  if (refusal !== null) {
    const { dialectIndex, dialect } = refusal
    // An index that points at an SMB2 dialect, which belongs in an SMB2 response.
    if (dialectIndex !== 0xffff) {
      return {
        text: `the server chose "${dialect ?? ''}"`,
        at: cite(refusal, 'DialectIndex', `DialectIndex ${dialectIndex}`),
      }
    }
    return { text: 'the server accepted none of it', at: cite(refusal, 'DialectIndex', 'DialectIndex 0xFFFF') }
  }
  if (end?.by === 'server') {
    return { text: 'the server closed the connection', at: cite(end.at, 'TcpFlags', `TCP ${end.how.toUpperCase()}`) }
  }
  return { text: 'no answer was seen', at: null }
}
