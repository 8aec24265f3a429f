/** Reads captures into a ViewStore, while somebody looks at it: in turns, and with a view of what is known so far a few times a second. */
import { audit } from '../audit/audit.ts'
import type { Networks } from '../audit/networks.ts'
import type { Rule } from '../audit/rule.ts'
import { CaptureError } from '../capture/capture-error.ts'
import { readCapture } from '../capture/read-capture.ts'
import { hostRecords } from '../report/hosts.ts'
import type { Ledger } from '../track/ledger.ts'
import type { Limits } from '../track/limits.ts'
import { mergeLedgers } from '../track/merge.ts'
import { Tracker } from '../track/tracker.ts'
import { detailsOf } from './details.ts'
import { findingRow, hostRow, type Mark, mark, sessionRow } from './make-rows.ts'
import { MessageLog } from './message-log.ts'
import { MessageLogs } from './message-logs.ts'
import { overviewOf } from './overview.ts'
import type { Reading, Snapshot, ViewStore } from './store.ts'

export interface FeedOptions {
  networks: Networks
  rules: readonly Rule[]
  limits: Partial<Limits>
  signal: AbortSignal
}

/** SMB messages that are kept for the list of frames, of all captures together: some 50 bytes each. */
const MESSAGES = 500_000

/** Resolves when every capture was read, or with what was read until `signal` ended it. `sizes` are null where a capture's end is not known. */
export async function feed(
  store: ViewStore,
  captures: readonly { path: string; size: number | null }[],
  options: FeedOptions,
): Promise<Ledger> {
  const started = performance.now()
  const total = captures.reduce<number | null>(
    (sum, { size }) => (sum === null || size === null ? null : sum + size),
    0,
  )
  const frames = new MessageLogs()
  const unread: string[] = []
  let ledger = mergeLedgers()
  let before = 0
  const reading = (index: number, bytes: number, done: boolean): Reading => ({
    path: captures[index]?.path ?? '',
    index,
    count: captures.length,
    bytes: before + bytes,
    total,
    elapsedMs: performance.now() - started,
    done,
    paused: false,
  })
  for (const [index, { path }] of captures.entries()) {
    store.publish({ reading: reading(index, 0, false) })
    const log = new MessageLog(path, MESSAGES - frames.length)
    let bytes = 0
    try {
      const tracker = new Tracker(path, { limits: options.limits, messages: log })
      const summary = await readCapture(path, tracker, {
        signal: options.signal,
        onProgress(read) {
          bytes = read
          store.publish({ reading: reading(index, bytes, false) })
        },
      })
      ledger = mergeLedgers(ledger, tracker.finish(summary))
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      unread.push(error.message)
    }
    before += bytes
    frames.add(log)
    show(store, ledger, frames, options, { unread, reading: reading(index, 0, index === captures.length - 1) })
  }
  return ledger
}

function show(
  store: ViewStore,
  ledger: Ledger,
  frames: MessageLogs,
  { networks, rules }: FeedOptions,
  news: Pick<Snapshot, 'unread' | 'reading'>,
): void {
  const findings = audit(ledger, { networks, rules })
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
    ...news,
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
