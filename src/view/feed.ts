/** Reads captures into a ViewStore, while somebody looks at it: in turns, and with a view of what is known so far a few times a second. */
import { audit } from '../audit/audit.ts'
import type { Finding } from '../audit/findings.ts'
import type { Networks } from '../audit/networks.ts'
import type { Rule } from '../audit/rule.ts'
import { CaptureError } from '../capture/capture-error.ts'
import { createFrameIndex, type FrameIndex } from '../capture/frame-index.ts'
import { readCapture } from '../capture/read-capture.ts'
import { hostRecords } from '../report/hosts.ts'
import type { Report } from '../report/records.ts'
import { emptyLedger, type Ledger } from '../track/ledger.ts'
import type { Limits } from '../track/limits.ts'
import { mergeLedgers } from '../track/merge.ts'
import type { MessageRow } from '../track/messages.ts'
import { Tracker } from '../track/tracker.ts'
import type { FrameRow } from '../tui/rows.ts'
import { detailsOf } from './details.ts'
import { findingRow, hostRow, type Mark, mark, sessionRow } from './make-rows.ts'
import { MessageLog } from './message-log.ts'
import { MessageLogs } from './message-logs.ts'
import { overviewOf } from './overview.ts'
import type { Details, Reading, ViewStore } from './store.ts'

export interface FeedOptions {
  networks: Networks
  rules: readonly Rule[]
  limits: Partial<Limits>
  signal: AbortSignal
}

export interface Input {
  path: string
  /** Null where a capture's end is not known. */
  size: number | null
}

/** SMB messages that are kept for the list of frames, of all captures together: some 50 bytes each. */
const MESSAGES = 500_000

export class Feed {
  ledger: Ledger = emptyLedger()
  readonly indexes = new Map<string, FrameIndex>()
  private findings: Finding[] = []
  private readonly store: ViewStore
  private readonly inputs: readonly Input[]
  private readonly options: FeedOptions
  private readonly frames = new MessageLogs()
  private readonly unread: string[] = []
  private started = 0
  private bytesBefore = 0

  constructor(store: ViewStore, inputs: readonly Input[], options: FeedOptions) {
    this.store = store
    this.inputs = inputs
    this.options = options
  }

  get captures(): string[] {
    return this.inputs.map(({ path }) => path)
  }

  get details(): Details {
    return this.store.details
  }

  report(): Pick<Report, 'ledger' | 'networks' | 'findings' | 'rules'> {
    const { ledger, findings, options } = this
    return { ledger, findings, networks: options.networks, rules: options.rules }
  }

  messageOf(row: FrameRow): MessageRow | undefined {
    return this.frames.messageOf(row)
  }

  /** Resolves when every capture was read. Rejects with the reason of the signal that ended it, and with faults of ours. */
  async run(): Promise<void> {
    this.started = performance.now()
    for (const [index, { path }] of this.inputs.entries()) {
      this.store.publish({ reading: this.reading(index, 0, false) })
      await this.read(index, path)
    }
  }

  private async read(index: number, path: string): Promise<void> {
    const { store, options, frames } = this
    const log = new MessageLog(path, MESSAGES - frames.length)
    const frameIndex = createFrameIndex()
    let bytes = 0
    try {
      const tracker = new Tracker(path, { limits: options.limits, messages: log })
      const summary = await readCapture(path, tracker, {
        signal: options.signal,
        index: frameIndex,
        onProgress: (read) => {
          bytes = read
          store.publish({ reading: this.reading(index, bytes, false) })
        },
      })
      this.ledger = mergeLedgers(this.ledger, tracker.finish(summary))
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      this.unread.push(error.message)
    }
    this.bytesBefore += bytes
    this.indexes.set(path, frameIndex)
    frames.add(log)
    this.show(this.reading(index, 0, index === this.inputs.length - 1))
  }

  private reading(index: number, bytes: number, done: boolean): Reading {
    const { inputs, started, bytesBefore } = this
    return {
      path: inputs[index]?.path ?? '',
      index,
      count: inputs.length,
      bytes: bytesBefore + bytes,
      total: inputs.reduce<number | null>((sum, { size }) => (sum === null || size === null ? null : sum + size), 0),
      elapsedMs: performance.now() - started,
      done,
      paused: false,
    }
  }

  private show(reading: Reading): void {
    const { ledger, store, frames, unread } = this
    const { networks, rules } = this.options
    const findings = audit(ledger, { networks, rules })
    this.findings = findings
    const marks = { sessions: new Map<string, Mark>(), hosts: new Map<string, Mark>() }
    for (const finding of findings) {
      if (finding.session !== null) mark(marks.sessions, finding.session, finding.severity)
      for (const ip of new Set([finding.client?.ip, finding.server?.ip])) {
        if (ip !== undefined) mark(marks.hosts, ip, finding.severity)
      }
    }
    const details = detailsOf(ledger, findings)
    const sessions = []
    for (const session of ledger.sessions) {
      const connection = details.connection(session.connection)
      if (connection !== undefined)
        sessions.push(sessionRow(session, connection, networks, marks.sessions.get(session.id)))
    }
    const hosts = hostRecords(ledger, networks).map((host) => hostRow(host, marks.hosts.get(host.ip)))
    const rows = findings.map(findingRow)
    store.details = details
    store.publish({
      reading,
      unread: [...unread],
      captures: ledger.captures,
      warnings: ledger.captures.flatMap((c) => c.warnings.map((w) => ({ ...w, capture: c.path }))),
      findings: rows,
      sessions,
      hosts,
      frames,
      framesDropped: frames.dropped,
      overview: overviewOf(rows, sessions, hosts, ledger.captures),
      version: store.snapshot().version + 1,
    })
  }
}
