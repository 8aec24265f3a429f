/** What is known at one moment, for any screen: snapshots that do not change, and a call when there is a new one. */
import type { Finding } from '../audit/finding.ts'
import type { CaptureFacts, Warning } from '../ledger/capture-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import type { HostRecord } from '../report/records/host.ts'
import type { LossRecord } from '../report/records/live/loss.ts'
import type { FindingRow } from '../rows/finding-row.ts'
import type { HostRow } from '../rows/host-row.ts'
import type { MessageRow } from '../rows/message-row.ts'
import type { AllRows, Rows } from '../rows/row-list.ts'
import type { SessionRow } from '../rows/session-row.ts'
import { type Overview, overviewOf } from './overview.ts'
import { NO_PREDICTIONS, type Predictions } from './predictions.ts'

/** The figures of a live capture. */
export interface LiveReading {
  packets: number
  /** Those of them that belong to SMB. */
  frames: number
  /** Packets a second, since the last heartbeat. */
  rate: number
  loss: readonly LossRecord[]
}

export interface Reading {
  /** The capture that is being read, its index, and how many there are. */
  path: string
  index: number
  count: number
  /** Bytes of all captures so far; the total is null if the end of one is not known. */
  bytes: number
  total: number | null
  elapsedMs: number
  done: boolean
  /** Null for files. */
  live: LiveReading | null
}

export interface CaptureWarning extends Warning {
  capture: string
}

export interface Snapshot {
  reading: Reading
  captures: readonly CaptureFacts[]
  warnings: readonly CaptureWarning[]
  /** Why captures could not be read at all, one message each. */
  unread: readonly string[]
  findings: AllRows<FindingRow>
  sessions: AllRows<SessionRow>
  hosts: AllRows<HostRow>
  messages: Rows<MessageRow>
  /** Messages that are not listed, because there is no room. */
  messagesDropped: number
  overview: Overview
  /** What would break if the controls of the guide were enforced. */
  predictions: Predictions
  /** Increases when rows have changed, and tables need to be ordered again. */
  version: number
}

/** Looked up when something is opened. */
export interface Details {
  finding(id: string): Finding | undefined
  session(id: string): SessionFacts | undefined
  connection(id: string): ConnectionFacts | undefined
  host(ip: string): HostRecord | undefined
}

export const NO_READING: Reading = {
  path: '',
  index: 0,
  count: 0,
  bytes: 0,
  total: null,
  elapsedMs: 0,
  done: false,
  live: null,
}

const NOTHING: Snapshot = {
  reading: NO_READING,
  captures: [],
  warnings: [],
  unread: [],
  findings: [],
  sessions: [],
  hosts: [],
  messages: [],
  messagesDropped: 0,
  overview: overviewOf([], [], [], []),
  predictions: NO_PREDICTIONS,
  version: 0,
}

export class ViewStore {
  details: Details = {
    finding: () => undefined,
    session: () => undefined,
    connection: () => undefined,
    host: () => undefined,
  }
  private current = NOTHING
  private readonly listeners = new Set<() => void>()

  // Arrow functions, since React gets the two methods without their object.
  readonly snapshot = (): Snapshot => this.current

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  publish(news: Partial<Snapshot>): void {
    this.current = { ...this.current, ...news }
    for (const listener of this.listeners) listener()
  }
}
