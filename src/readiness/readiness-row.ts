/** One line of a prediction: a host or a client-server pair, and one control. */
import type { EvidenceField } from '../audit/rule/evidence.ts'
import type { ControlId, ReadinessState } from './control.ts'

export interface ReadinessRow {
  /**
   * Made of control, hosts, side, user and share: the same in every run. Sessions without a user name have rows of three kinds: null sessions and empty
   * names, Kerberos users (only the server can read the name in a ticket), and sessions whose logon was not seen.
   */
  id: string
  control: ControlId
  scope: 'pair' | 'host'
  /** Who enforces it, where both sides can. */
  side: 'client' | 'server' | null
  /** Null in a row about a server alone. */
  client: string | null
  /** Null in a row about a client alone. */
  server: string | null
  user: string | null
  share: string | null
  state: ReadinessState
  /** A code for scripts, such as offers-no-cipher; null where the state says it all. */
  reason: string | null
  /** One sentence for people, with the names and values of this row. */
  message: string
  /** Sessions, or connections where there is no session, that show this state. */
  count: number
  /** All that the row is about, whatever they show. */
  total: number
  /** Microseconds since 1970 UTC, of what was counted. */
  firstTime: number
  lastTime: number
  /** At least one frame unless the state is not-observed. */
  evidence: ReadinessEvidence[]
  /** What to change before the control is enforced; null where nothing needs to change. */
  change: string | null
}

export interface ReadinessEvidence {
  capture: string
  frame: number
  time: number
  /** What decides in that frame. */
  field: EvidenceField
  /** Field and value as the frame shows them. */
  what: string
}

/** The numbers of one control. They count clients: a client that would break anywhere breaks, and is ready only if nothing of it is open. */
export interface ControlSummary {
  control: ControlId
  title: string
  /** Heading of Microsoft's guide "Protect SMB traffic from interception". */
  guide: string
  ready: number
  breaks: number
  exempt: number
  notObserved: number
  /** False where no traffic that is read can show it. */
  observable: boolean
  /** Seconds from the first to the last packet of the captures, gaps between them left out. */
  observedSeconds: number
  /** Hosts that took part in SMB. */
  hostsSeen: number
  /** The numbers in words, and what they are worth. */
  message: string
}

/** A control that was seen at work: something was refused, or required and obeyed. */
export interface Credit {
  control: ControlId
  /** What was seen, as a sentence without names: "The server refused SMB1." */
  what: string
  /** Sessions, or connections where there is no session, that show it. */
  count: number
  /** Of the first of them. */
  evidence: ReadinessEvidence[]
}
