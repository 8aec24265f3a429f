/**
 * What the tables of the terminal UI show: one flat row a thing, made once from the ledger and made again only when that changes, so that a
 * hundred thousand of them are sorted and filtered without a look at the ledger. Text is as it was on the wire: whoever shows it escapes it.
 */

import type { Severity } from '../audit/rule/rule.ts'
import type { AuthKind } from '../ledger/logon-facts.ts'
import type { SessionFacts, SigningMode } from '../ledger/smb-facts.ts'
import type { Direction } from '../policy/networks.ts'

/** How much of what was counted went a certain way; null where nothing was counted. */
export type Share = 'all' | 'some' | 'none'

export interface FindingRow {
  id: string
  capture: string
  severity: Severity
  rule: string
  title: string
  message: string
  /** Null where the finding stands for several. */
  client: string | null
  server: string | null
  serverPort: number | null
  user: string | null
  count: number
  /** The first frame of its evidence. */
  frame: number
  firstTime: number
  lastTime: number
  connection: string | null
  session: string | null
}

export interface SessionRow {
  id: string
  capture: string
  connection: string
  /** First and last frame; times are microseconds since 1970 UTC. */
  frame: number
  lastFrame: number
  firstTime: number
  lastTime: number
  client: string
  clientPort: number
  server: string
  serverPort: number
  direction: Direction
  user: string | null
  domain: string | null
  workstation: string | null
  auth: AuthKind
  /** As reports name it: "3.1.1", "NT LM 0.12". */
  dialect: string | null
  serverSigning: SigningMode | null
  signed: Share | null
  encrypted: Share | null
  cipher: string | null
  status: SessionFacts['status']
  /** "STATUS_LOGON_FAILURE" */
  ntStatus: string | null
  guest: boolean | null
  anonymous: boolean | null
  /** Messages after the setup, both directions. */
  messages: number
  /** Paths of the trees. */
  shares: readonly string[]
  /** Of the findings that name it, the worst and how many. */
  worst: Severity | null
  findings: number
}

export interface HostRow {
  ip: string
  internal: boolean
  names: readonly string[]
  os: string | null
  roles: readonly ('client' | 'server')[]
  dialects: readonly string[]
  /** As a server, the weakest it was seen with. */
  signing: SigningMode | null
  clientSigning: SigningMode | null
  connections: number
  sessions: number
  firstTime: number
  lastTime: number
  worst: Severity | null
  findings: number
}

/** An SMB message, as its own header tells. */
export interface FrameRow {
  capture: string
  /** Among the messages of its capture, from 0. */
  number: number
  frame: number
  time: number
  client: string
  clientPort: number
  server: string
  serverPort: number
  family: 'smb1' | 'smb2' | 'transform' | 'compressed'
  /** By name where it has one, such as "SESSION_SETUP", else "0x1f". */
  command: string | null
  response: boolean | null
  signed: boolean | null
  /** "STATUS_SUCCESS"; responses only. */
  status: string | null
  sessionId: string | null
  treeId: number | null
  length: number | null
}
