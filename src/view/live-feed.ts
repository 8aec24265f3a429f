/** A live capture into a ViewStore: pictures of what is known so far, made in slices, and how many packets were lost. */
import { IncrementalAudit } from '../audit/incremental-audit.ts'
import type { Rule } from '../audit/rule/rule.ts'
import { inSlices } from '../base/time-slices.ts'
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import type { ReadFrames } from '../evidence/write-evidence.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { LiveConsumer } from '../live/consumer.ts'
import { LiveTracker } from '../live/live-tracker.ts'
import type { PacketStore } from '../live/packet-intake.ts'
import type { Spool } from '../live/spool.ts'
import type { Policy } from '../policy/policy.ts'
import { RecentMessages } from '../rows/recent-messages.ts'
import type { Limits } from '../track/core/limits.ts'
import { PictureSource } from './picture-source.ts'
import type { Source } from './source.ts'
import type { Reading, ViewStore } from './store.ts'

export interface LiveFeedOptions {
  interfaces: readonly string[]
  policy: Policy
  rules: readonly Rule[]
  limits: Partial<Limits>
  spool: Spool
  /** Where packets are stored permanently. */
  stores: readonly PacketStore[]
  count: number | null
  onCount: () => void
  /** Called about every second. */
  onUpdate?: () => void
}

/** The newest SMB messages, which are listed. */
const MESSAGES = 500_000
/** Connections that have ended and are still listed. Of older ones only the findings remain. */
const KEEP = 20_000

export class LiveFeed implements LiveConsumer, Source {
  readonly live: LiveTracker
  readonly heartbeatMs = 2000
  readonly captures: readonly string[]
  readonly pictures: PictureSource
  readonly readFrames: ReadFrames
  private readonly store: ViewStore
  private readonly options: LiveFeedOptions
  private readonly audit: IncrementalAudit
  private readonly messages: RecentMessages
  private readonly started = performance.now()
  private loss: readonly InterfaceLoss[] | null = null
  private done = false
  /** While a picture is made, packets wait for it. */
  private picture: Promise<void> | undefined
  private packetsInPicture = -1
  /** Packets at the last heartbeat, and its time: for the rate. */
  private before = { packets: 0, at: performance.now() }
  private rate = 0

  constructor(store: ViewStore, options: LiveFeedOptions) {
    const { interfaces, limits, stores, spool, count, onCount } = options
    this.store = store
    this.options = options
    this.audit = new IncrementalAudit(options)
    this.messages = new RecentMessages(interfaces.join(','), MESSAGES)
    this.live = new LiveTracker({
      interfaces,
      limits,
      messages: this.messages,
      stores: [...stores, spool],
      count,
      onCount,
      ready: () => this.picture,
    })
    this.captures = [this.live.name]
    this.pictures = new PictureSource(store, this.messages, options)
    this.readFrames = spool.read
    this.store.publish({ reading: this.reading() })
  }

  canSeek(): boolean {
    return false
  }

  async update(): Promise<void> {
    const { live } = this
    this.options.onUpdate?.()
    live.age()
    this.store.publish({ reading: this.reading() })
    if (live.intake.packets !== this.packetsInPicture && this.picture === undefined) await this.makePicture()
  }

  heartbeat(loss: readonly InterfaceLoss[] | null): void {
    const now = performance.now()
    const { packets } = this.live.intake
    this.rate = ((packets - this.before.packets) / Math.max(1, now - this.before.at)) * 1000
    this.before = { packets, at: now }
    this.loss = loss
    this.store.publish({ reading: this.reading() })
  }

  async end(loss: readonly InterfaceLoss[] | null): Promise<void> {
    await this.picture
    const { live } = this
    const last = live.tracker.finish(live.describe())
    this.ledgerNow = () => last
    this.loss = loss
    this.done = true
    await this.makePicture()
    this.store.publish({ reading: this.reading() })
  }

  private ledgerNow = (): Ledger => {
    const { live } = this
    const { ledger, smbMessages, limits } = live.tracker.partialLedger()
    const unreadPackets = live.tracker.unreadSoFar(live.intake.packets)
    const seen = { path: live.name, captureId: '', smbMessages, limits, damaged: live.damaged, unreadPackets }
    return { ...ledger, captures: [{ ...live.describe(), ...seen }] }
  }

  private async makePicture(): Promise<void> {
    let finished = () => {}
    this.picture = new Promise((resolve) => {
      finished = resolve
    })
    try {
      await this.publishPicture()
    } finally {
      this.picture = undefined
      finished()
    }
  }

  private async publishPicture(): Promise<void> {
    const { live } = this
    this.packetsInPicture = live.intake.packets
    const ledger = this.ledgerNow()
    await this.pictures.publish({
      ledger,
      captures: ledger.captures,
      audit: (of, onCase) => this.audit.findings(of, true, onCase),
      run: inSlices,
      lookUpIn: { current: this.ledgerNow },
      also: () => ({ warnings: live.warnings.map((warning) => ({ ...warning, capture: live.name })) }),
    })
    if (this.done) return
    const retired = live.tracker.retire(KEEP)
    if (retired !== null) this.audit.settle(retired)
  }

  private reading(): Reading {
    const { live, started, done } = this
    const { bytes, packets, frames } = live.intake
    return {
      path: live.name,
      index: 0,
      count: 1,
      bytes,
      total: null,
      elapsedMs: performance.now() - started,
      done,
      live: { packets, frames, rate: this.rate, loss: live.loss(this.loss) },
    }
  }
}
