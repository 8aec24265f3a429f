/** The record of one SMB session, with its tree connects. */
import { isoTime } from '../../base/packet-time.ts'
import { statusName } from '../../ledger/derived/status-name.ts'
import type { AuthKind } from '../../ledger/logon-facts.ts'
import type { MessageCounts, SessionFacts } from '../../ledger/smb-facts.ts'
import { type OfCapture, textOrNull } from './record-parts.ts'

export interface SessionRecord extends OfCapture {
  type: 'session'
  id: string
  connection: string
  connections: string[]
  capture: string
  sessionId: string
  user: string | null
  domain: string | null
  workstation: string | null
  auth: AuthKind
  guest: boolean | null
  anonymous: boolean | null
  encryptData: boolean | null
  status: SessionFacts['status']
  ntStatus: string | null
  requests: MessageCounts
  responses: MessageCounts
  trees: TreeRecord[]
  treesNotKept: number
  firstFrame: number
  lastFrame: number
  firstTime: string | null
  lastTime: string | null
}

export interface TreeRecord {
  path: string | null
  shareType: 'disk' | 'pipe' | 'printer' | null
  encryptData: boolean | null
  ntStatus: string | null
  frame: number
}

export function sessionRecord(session: SessionFacts): SessionRecord {
  return {
    type: 'session',
    id: session.id,
    connection: session.connection,
    connections: session.connections,
    capture: session.capture,
    sessionId: session.sessionId,
    user: textOrNull(session.user),
    domain: textOrNull(session.domain),
    workstation: textOrNull(session.workstation),
    auth: session.auth,
    guest: session.guest,
    anonymous: session.anonymous,
    encryptData: session.encryptData,
    status: session.status,
    ntStatus: statusName(session.ntStatus, session.family),
    requests: messageCounts(session.requests),
    responses: messageCounts(session.responses),
    trees: session.trees.map((tree) => ({
      path: textOrNull(tree.path),
      shareType: tree.shareType,
      encryptData: tree.encryptData,
      ntStatus: statusName(tree.ntStatus, session.family),
      frame: tree.frame,
    })),
    treesNotKept: session.treesNotKept,
    firstFrame: session.firstFrame,
    lastFrame: session.lastFrame,
    firstTime: isoTime(session.firstTime),
    lastTime: isoTime(session.lastTime),
  }
}

function messageCounts({ signed, unsigned, encrypted, unread }: MessageCounts): MessageCounts {
  return { signed, unsigned, encrypted, unread }
}
