/** The page of a message: its header, and the fields and bytes of its frame. */
import { isoTime } from '../../base/packet-time.ts'
import { endpointText, number } from '../../base/wording.ts'
import type { MessageRow } from '../../rows/message-row.ts'
import type { EvidenceView } from '../../view/evidence-view.ts'
import { EMPTY, fitLine, labelled, segment, wireText } from '../text/layout.ts'
import type { Line } from '../text/line.ts'
import { evidenceLines } from './evidence-lines.ts'

const FAMILIES: Record<MessageRow['family'], string> = {
  smb1: 'SMB1',
  smb2: 'SMB2',
  transform: 'SMB3 encrypted',
  compressed: 'SMB3 compressed',
}

export function frameLines(row: MessageRow, evidence: EvidenceView | null, width: number): Line[] {
  const kind = row.response === null ? '' : row.response ? ' response' : ' request'
  const client = endpointText({ ip: row.client, port: row.clientPort })
  const server = endpointText({ ip: row.server, port: row.serverPort })
  const ends =
    row.response === null ? `${client} - ${server}` : row.response ? `${server} -> ${client}` : `${client} -> ${server}`
  const fact = (label: string, value: string | null) => (value === null ? [] : labelled(label, wireText(value), width))
  const command = row.command === null ? '' : ` ${wireText(row.command)}`
  return [
    fitLine([segment(`Frame ${row.frame}`, 'strong'), segment(`  ${FAMILIES[row.family]}${command}${kind}`)], width),
    EMPTY,
    ...fact('Between', ends),
    ...fact('When', isoTime(row.time) ?? '?'),
    ...fact('Signed', row.signed === null ? null : row.signed ? 'yes, as its flag says' : 'no'),
    ...fact('Status', row.status),
    ...fact('Session', row.sessionId),
    ...fact('Tree', row.treeId === null ? null : String(row.treeId)),
    ...fact('Length', row.length === null ? null : `${number(row.length)} bytes`),
    ...fact('Capture', row.capture),
    ...(evidence === null ? [] : [EMPTY, ...evidenceLines(evidence, width)]),
  ]
}
