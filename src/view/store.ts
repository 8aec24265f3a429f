/** What is known at one moment, for whoever shows it: snapshots that do not change, and a call when there is a new one. */
import type { Finding } from '../audit/finding.ts'
import type { CaptureFacts, Warning } from '../ledger/capture-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import type { LossRecord } from '../report/records/loss.ts'
import type { AllRows, Rows } from '../rows/row-list.ts'
import type { FindingRow, FrameRow, HostRow, SessionRow } from '../rows/rows.ts'
import { type Overview, overviewOf } from './overview.ts'

/** What is told of a live capture. */
export interface LiveReading {
  packets: number
  /** Of these, the ones that belong to SMB. */
  frames: number
  /** Packets a second, of late. */
  rate: number
  loss: readonly LossRecord[]
}

export interface Reading {
  /** The capture that is read, and which of how many it is, from 0. */
  path: string
  index: number
  count: number
  /** Bytes of all captures so far; the total is null where the end of one is not known. */
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
  /** Captures of which nothing could be read, with the reason. */
  unread: readonly string[]
  findings: AllRows<FindingRow>
  sessions: AllRows<SessionRow>
  hosts: readonly HostRow[]
  frames: Rows<FrameRow>
  /** Messages that are not among `frames`, for want of room. */
  framesDropped: number
  overview: Overview
  /** Counts up when rows have changed: what was ordered is to be ordered again. */
  version: number
}

/** What is looked up when somebody opens a thing. */
export interface Details {
  finding(id: string): Finding | undefined
  session(id: string): SessionFacts | undefined
  connection(id: string): ConnectionFacts | undefined
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
  frames: [],
  framesDropped: 0,
  overview: overviewOf([], [], [], []),
  version: 0,
}

export class ViewStore {
  details: Details = {
    finding: () => undefined,
    session: () => undefined,
    connection: () => undefined,
  }
  private current = NOTHING
  private readonly listeners = new Set<() => void>()

  // Bound: React is handed the two as they are.
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
