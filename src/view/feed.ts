/** Reads captures into a ViewStore, while somebody looks at it: in turns, and with a view of what is known so far a few times a second. */
import { auditSteps } from '../audit/audit.ts'
import type { Finding } from '../audit/findings.ts'
import type { Networks } from '../audit/networks.ts'
import type { Rule } from '../audit/rule.ts'
import { CaptureError } from '../capture/capture-error.ts'
import { createFrameIndex, type FrameIndex } from '../capture/frame-index.ts'
import { readCapture } from '../capture/read-capture.ts'
import { readCaptureRange } from '../capture/read-range.ts'
import type { ReadFrames } from '../evidence/write-evidence.ts'
import type { Report } from '../report/records.ts'
import type { Facts } from '../track/facts.ts'
import { emptyLedger, type Ledger } from '../track/ledger.ts'
import type { Limits } from '../track/limits.ts'
import { mergeLedgers } from '../track/merge.ts'
import type { MessageRow } from '../track/messages.ts'
import { Tracker } from '../track/tracker.ts'
import type { FrameRow } from '../tui/rows.ts'
import { detailsOf, detailsOfWhole } from './details.ts'
import { MessageLog } from './message-log.ts'
import { MessageLogs } from './message-logs.ts'
import { pictureSteps } from './picture.ts'
import { inSlices } from './slices.ts'
import type { Source } from './source.ts'
import { type Details, placeOf, type Reading, type ViewStore } from './store.ts'

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
/** When the first picture is made of a capture that is being read, and the least time between two. */
const FIRST_VIEW_MS = 250
const VIEW_MS = 500

export class Feed implements Source {
  /** Of the captures that were read to their ends. */
  private whole: Ledger = emptyLedger()
  private readonly indexes = new Map<string, FrameIndex>()
  private ledgerNow = (): Ledger => this.whole
  private findings: Facts<Finding> = []
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

  /** Of what was read by now. */
  get ledger(): Ledger {
    return this.ledgerNow()
  }

  report(): Pick<Report, 'ledger' | 'networks' | 'findings' | 'rules'> {
    const { ledger, findings, options } = this
    return { ledger, findings, networks: options.networks, rules: options.rules }
  }

  messageOf(row: FrameRow): MessageRow | undefined {
    return this.frames.messageOf(row)
  }

  readonly readFrames: ReadFrames = (path, sink, options) => {
    const index = this.indexes.get(path)
    return readCaptureRange(path, sink, index === undefined ? options : { ...options, index })
  }

  canSeek(path: string): boolean {
    return (this.indexes.get(path)?.checkpoints.length ?? 0) > 0
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
    frames.add(log)
    this.indexes.set(path, frameIndex)
    let bytes = 0
    let nextView = performance.now() + FIRST_VIEW_MS
    try {
      const tracker = new Tracker(path, { limits: options.limits, messages: log })
      const summary = await readCapture(path, tracker, {
        signal: options.signal,
        index: frameIndex,
        onProgress: (read) => {
          bytes = read
          store.publish({ reading: this.reading(index, bytes, false) })
        },
        rest: () => {
          if (performance.now() < nextView) return undefined
          return this.view(() => this.withSoFar(tracker), null).then((cost) => {
            // The longer it takes, the rarer it is made: the reading has four fifths of the time.
            nextView = performance.now() + Math.max(VIEW_MS, 4 * cost)
          })
        },
      })
      this.whole = mergeLedgers(this.whole, tracker.finish(summary))
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      this.unread.push(error.message)
    }
    this.bytesBefore += bytes
    await this.view(() => this.whole, this.reading(index, 0, index === this.inputs.length - 1))
  }

  /** The ledger of what was read and what is being read. Of a single capture nothing is merged, which takes long where there is much. */
  private withSoFar(tracker: Tracker): Ledger {
    const { ledger } = tracker.soFar()
    return this.whole.captures.length === 0 ? ledger : mergeLedgers(this.whole, ledger)
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
      live: null,
    }
  }

  /** Makes and publishes a picture; with how long that took, in milliseconds. `reading` is null while a capture is being read. */
  private async view(ledgerNow: () => Ledger, reading: Reading | null): Promise<number> {
    const { store, frames, unread } = this
    const { networks, rules, signal } = this.options
    const started = performance.now()
    this.ledgerNow = ledgerNow
    const ledger = ledgerNow()
    const { captures } = this.whole
    const { findings, findingRows, sessions, hosts, overview } = await inSlices(
      pictureSteps(ledger, captures, networks, (of, onCase) => auditSteps(of, { networks, rules, onCase })),
      signal,
    )
    this.findings = findings
    const finding = (id: string) => findings.at(placeOf(findingRows, id))
    store.details = reading === null ? detailsOf(ledgerNow, finding) : detailsOfWhole(ledger, finding)
    store.publish({
      ...(reading === null ? {} : { reading }),
      unread: [...unread],
      captures,
      warnings: captures.flatMap((c) => c.warnings.map((w) => ({ ...w, capture: c.path }))),
      findings: findingRows,
      sessions,
      hosts,
      frames,
      framesDropped: frames.dropped,
      overview,
      version: store.snapshot().version + 1,
    })
    return performance.now() - started
  }
}
