/** Reads captures into a ViewStore, in slices, and publishes a picture of what is known so far a few times a second. */
import { auditSteps } from '../audit/audit.ts'
import type { Rule } from '../audit/rule/rule.ts'
import { inSlices } from '../base/time-slices.ts'
import { CaptureError } from '../capture/capture-error.ts'
import { createFrameIndex, type FrameIndex } from '../capture/read/frame-index.ts'
import { readCapture } from '../capture/read/read-capture.ts'
import { readCaptureRange } from '../capture/read/read-range.ts'
import type { ReadFrames } from '../evidence/write-evidence.ts'
import { emptyLedger, type Ledger } from '../ledger/ledger.ts'
import { LedgerPile } from '../ledger/whole/ledger-pile.ts'
import { mergeLedgers } from '../ledger/whole/merge.ts'
import type { Policy } from '../policy/policy.ts'
import { MessageLog } from '../rows/message-log.ts'
import { MessageLogs } from '../rows/message-logs.ts'
import type { Limits } from '../track/core/limits.ts'
import { Tracker } from '../track/tracker.ts'
import { type PictureRequest, PictureSource } from './picture-source.ts'
import type { Source } from './source.ts'
import type { Reading, ViewStore } from './store.ts'

export interface FileFeedOptions {
  policy: Policy
  rules: readonly Rule[]
  limits: Partial<Limits>
  signal: AbortSignal
  /** Called often while captures are read and pictures are made. */
  keepMemory?: (() => void) | undefined
}

export interface Input {
  path: string
  /** Null if a capture's end is not known. */
  size: number | null
}

/** SMB messages that are listed, of all captures together: some 50 bytes each. */
const MESSAGES = 500_000
/** When the first picture of a capture that is being read is made, and the shortest time between two pictures. */
const FIRST_PICTURE_MS = 250
const PICTURE_MS = 500

export class FileFeed implements Source {
  readonly captures: readonly string[]
  readonly pictures: PictureSource
  /** The captures that have been read to their ends, and their ledger as of the last picture. */
  private readonly pile = new LedgerPile()
  private whole: Ledger = emptyLedger()
  private readonly indexes = new Map<string, FrameIndex>()
  private readonly store: ViewStore
  private readonly inputs: readonly Input[]
  private readonly options: FileFeedOptions
  private readonly messages = new MessageLogs()
  private readonly unread: string[] = []
  private started = 0
  private bytesBefore = 0
  private nextPicture = 0

  constructor(store: ViewStore, inputs: readonly Input[], options: FileFeedOptions) {
    this.store = store
    this.inputs = inputs
    this.options = options
    this.captures = inputs.map(({ path }) => path)
    this.pictures = new PictureSource(store, this.messages, options)
  }

  readonly readFrames: ReadFrames = (path, sink, options) => {
    const index = this.indexes.get(path)
    return readCaptureRange(path, sink, index === undefined ? options : { ...options, index })
  }

  canSeek(path: string): boolean {
    return (this.indexes.get(path)?.checkpoints.length ?? 0) > 0
  }

  /** Resolves when every capture has been read. Rejects with the signal's reason if it was aborted, and with internal errors. */
  async run(): Promise<void> {
    this.started = performance.now()
    this.nextPicture = this.started + FIRST_PICTURE_MS
    for (const [index, { path }] of this.inputs.entries()) {
      this.store.publish({ reading: this.reading(index, 0, false) })
      await this.read(index, path)
    }
  }

  private async read(index: number, path: string): Promise<void> {
    const { store, options, messages } = this
    const log = new MessageLog(path, MESSAGES - messages.length)
    const frameIndex = createFrameIndex()
    messages.add(log)
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
          return performance.now() < this.nextPicture ? undefined : this.partialPicture(tracker)
        },
      })
      this.pile.add(await inSlices(tracker.finishSteps(summary), options.signal))
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      this.unread.push(error.message)
    }
    this.bytesBefore += bytes
    const last = index === this.inputs.length - 1
    // Thousands of small captures do not need a picture each.
    if (last || performance.now() >= this.nextPicture) await this.wholePicture(this.reading(index, 0, last))
  }

  private async partialPicture(tracker: Tracker): Promise<void> {
    const { ledger } = tracker.partialLedger()
    await this.timed(async () => {
      // A single capture needs no merge, which takes long if there is much to merge.
      const all = this.pile.size === 0 ? ledger : await this.sliced(this.pile.steps(ledger))
      await this.publish(all, { current: () => this.withPartial(tracker) }, {})
    })
  }

  private async wholePicture(reading: Reading): Promise<void> {
    await this.timed(async () => {
      const whole = await this.sliced(this.pile.steps())
      this.whole = whole
      await this.publish(whole, { whole }, { reading })
    })
  }

  /** The longer a picture takes, the longer the pause after it: reading gets four fifths of the time. */
  private async timed(work: () => Promise<void>): Promise<void> {
    const started = performance.now()
    await work()
    const now = performance.now()
    this.nextPicture = now + Math.max(PICTURE_MS, 4 * (now - started))
  }

  private sliced<T>(steps: Generator<unknown, T>): Promise<T> {
    const { signal, keepMemory } = this.options
    return inSlices(steps, signal, keepMemory)
  }

  /** The ledger of what has been read and what is being read, as it is now. */
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

  /** @param news published together with the picture */
  private publish(ledger: Ledger, lookUpIn: PictureRequest['lookUpIn'], news: { reading?: Reading }): Promise<void> {
    const { policy, rules, limits } = this.options
    const { captures } = this.whole
    const { findingBytes } = limits
    return this.pictures.publish({
      ledger,
      captures,
      audit: (of, onCase) => auditSteps(of, { policy, rules, onCase, findingBytes }),
      run: (steps) => this.sliced(steps),
      lookUpIn,
      also: () => ({
        ...news,
        unread: [...this.unread],
        warnings: captures.flatMap((c) => c.warnings.map((w) => ({ ...w, capture: c.path }))),
      }),
    })
  }
}
