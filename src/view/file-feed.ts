/** Reads captures into a ViewStore, while somebody looks at it: in turns, and with a view of what is known so far a few times a second. */
import { auditSteps } from '../audit/audit.ts'
import type { Finding } from '../audit/finding.ts'
import type { Rule } from '../audit/rule/rule.ts'
import { inSlices } from '../base/time-slices.ts'
import { CaptureError } from '../capture/capture-error.ts'
import { createFrameIndex, type FrameIndex } from '../capture/read/frame-index.ts'
import { readCapture } from '../capture/read/read-capture.ts'
import { readCaptureRange } from '../capture/read/read-range.ts'
import type { ReadFrames } from '../evidence/write-evidence.ts'
import type { Facts } from '../ledger/facts-list.ts'
import { emptyLedger, type Ledger } from '../ledger/ledger.ts'
import { LedgerPile } from '../ledger/ledger-pile.ts'
import { mergeLedgers } from '../ledger/merge.ts'
import type { MessageRow } from '../ledger/smb-message.ts'
import type { Networks } from '../policy/networks.ts'
import type { Report } from '../report/records/report.ts'
import { MessageLog } from '../rows/message-log.ts'
import { MessageLogs } from '../rows/message-logs.ts'
import { placeOf } from '../rows/row-list.ts'
import type { FrameRow } from '../rows/rows.ts'
import type { Limits } from '../track/core/limits.ts'
import { Tracker } from '../track/tracker.ts'
import { detailsOf, detailsOfWhole } from './details.ts'
import { pictureSteps } from './picture.ts'
import type { Source } from './source.ts'
import type { Details, Reading, ViewStore } from './store.ts'

export interface FeedOptions {
  networks: Networks
  rules: readonly Rule[]
  limits: Partial<Limits>
  signal: AbortSignal
  /** Called often while captures are read and pictures made. */
  keepMemory?: (() => void) | undefined
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
  /** The captures that were read to their ends, and the ledger of them as the last picture shows it. */
  private readonly pile = new LedgerPile()
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
  private nextView = 0

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
    this.nextView = this.started + FIRST_VIEW_MS
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
          options.keepMemory?.()
          return performance.now() < this.nextView ? undefined : this.viewPartial(tracker)
        },
      })
      this.pile.add(await inSlices(tracker.finishSteps(summary), options.signal))
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      this.unread.push(error.message)
    }
    this.bytesBefore += bytes
    const last = index === this.inputs.length - 1
    // Of thousands of small captures not each has a picture of its own.
    if (last || performance.now() >= this.nextView) await this.viewWhole(this.reading(index, 0, last))
  }

  private async viewPartial(tracker: Tracker): Promise<void> {
    const { ledger } = tracker.partialLedger()
    await this.timed(async () => {
      // Of a single capture nothing is merged, which takes long where there is much.
      const all = this.pile.size === 0 ? ledger : await this.sliced(this.pile.steps(ledger))
      await this.view(all, null, () => this.withPartial(tracker))
    })
  }

  private async viewWhole(reading: Reading): Promise<void> {
    await this.timed(async () => {
      const whole = await this.sliced(this.pile.steps())
      this.whole = whole
      await this.view(whole, reading, () => whole)
    })
  }

  /** The longer a picture takes, the rarer one is made: the reading has four fifths of the time. */
  private async timed(work: () => Promise<void>): Promise<void> {
    const started = performance.now()
    await work()
    const now = performance.now()
    this.nextView = now + Math.max(VIEW_MS, 4 * (now - started))
  }

  private sliced<T>(steps: Generator<unknown, T>): Promise<T> {
    const { signal, keepMemory } = this.options
    return inSlices(steps, signal, keepMemory)
  }

  /** The ledger of what was read and what is being read, for one look at it. */
  private withPartial(tracker: Tracker): Ledger {
    const { ledger } = tracker.partialLedger()
    return this.pile.size === 0 ? ledger : mergeLedgers(this.pile.ledger(), ledger)
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

  /**
   * Makes and publishes a picture. `reading` is null while a capture is being read; what is looked up then is looked for in what `ledgerNow` gives, since
   * that changes.
   */
  private async view(ledger: Ledger, reading: Reading | null, ledgerNow: () => Ledger): Promise<void> {
    const { store, frames, unread } = this
    const { networks, rules, limits } = this.options
    this.ledgerNow = ledgerNow
    const { captures } = this.whole
    const { findingBytes } = limits
    const { findings, findingRows, sessions, hosts, overview } = await this.sliced(
      pictureSteps(ledger, captures, networks, (of, onCase) =>
        auditSteps(of, { networks, rules, onCase, findingBytes }),
      ),
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
  }
}
