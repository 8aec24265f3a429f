/** A live capture into a ViewStore, while somebody looks at it: pictures of what is known, made in turns, and what is known of loss. */
import type { Finding } from '../audit/finding.ts'
import { IncrementalAudit } from '../audit/incremental-audit.ts'
import type { Rule } from '../audit/rule/rule.ts'
import { inSlices } from '../base/time-slices.ts'
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import type { ReadFrames } from '../evidence/write-evidence.ts'
import type { Facts } from '../ledger/facts-list.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { MessageRow } from '../ledger/smb-message.ts'
import type { Audience } from '../live/consumer.ts'
import { LiveTracker } from '../live/live-tracker.ts'
import type { PacketKeeper } from '../live/packet-intake.ts'
import type { Spool } from '../live/spool.ts'
import type { Networks } from '../policy/networks.ts'
import type { Report } from '../report/records/report.ts'
import { RecentMessages } from '../rows/recent-messages.ts'
import { placeOf } from '../rows/row-list.ts'
import type { FrameRow } from '../rows/rows.ts'
import type { Limits } from '../track/core/limits.ts'
import { detailsOf } from './details.ts'
import { pictureSteps } from './picture.ts'
import type { Source } from './source.ts'
import type { Details, Reading, ViewStore } from './store.ts'

export interface LiveFeedOptions {
  interfaces: readonly string[]
  networks: Networks
  rules: readonly Rule[]
  limits: Partial<Limits>
  spool: Spool
  /** What is to be kept for good. */
  keepers: readonly PacketKeeper[]
  count: number | null
  onCount: () => void
  /** Called about every second. */
  onLook?: () => void
}

/** SMB messages that are listed: the newest. */
const MESSAGES = 500_000
/** Connections that have ended and are still listed. Of what ended before only the findings stay. */
const KEEP = 20_000

export class LiveFeed implements Audience, Source {
  readonly live: LiveTracker
  readonly heartbeatMs = 2000
  readonly captures: readonly string[]
  readonly readFrames: ReadFrames
  private readonly store: ViewStore
  private readonly options: LiveFeedOptions
  private readonly audit: IncrementalAudit
  private readonly messages: RecentMessages
  private readonly started = performance.now()
  private findings: Facts<Finding> = []
  private loss: readonly InterfaceLoss[] | null = null
  private done = false
  /** Packets wait for it while a picture is made. */
  private picture: Promise<void> | undefined
  private pictured = -1
  /** Packets at the last heartbeat, and when it was: for the rate. */
  private before = { packets: 0, at: performance.now() }
  private rate = 0

  constructor(store: ViewStore, options: LiveFeedOptions) {
    const { interfaces, limits, keepers, spool, count, onCount } = options
    this.store = store
    this.options = options
    this.audit = new IncrementalAudit(options)
    this.messages = new RecentMessages(interfaces.join(','), MESSAGES)
    this.live = new LiveTracker({
      interfaces,
      limits,
      messages: this.messages,
      keepers: [...keepers, spool],
      count,
      onCount,
      ready: () => this.picture,
    })
    this.captures = [this.live.name]
    this.readFrames = spool.read
    this.store.publish({ reading: this.reading() })
  }

  get details(): Details {
    return this.store.details
  }

  get ledger(): Ledger {
    return this.ledgerNow()
  }

  report(): Pick<Report, 'ledger' | 'networks' | 'findings' | 'rules'> {
    const { ledger, findings, options } = this
    return { ledger, findings, networks: options.networks, rules: options.rules }
  }

  messageOf(row: FrameRow): MessageRow | undefined {
    return this.messages.messageOf(row)
  }

  canSeek(): boolean {
    return false
  }

  async look(): Promise<void> {
    const { live } = this
    this.options.onLook?.()
    live.age()
    this.store.publish({ reading: this.reading() })
    if (live.traffic.packets !== this.pictured && this.picture === undefined) await this.makePicture()
  }

  beat(loss: readonly InterfaceLoss[] | null): void {
    const now = performance.now()
    const { packets } = this.live.traffic
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
    const unreadPackets = live.tracker.unreadSoFar(live.traffic.packets)
    const seen = { path: live.name, captureId: '', smbMessages, limits, damaged: live.damaged, unreadPackets }
    return { ...ledger, captures: [{ ...live.describe(), ...seen }] }
  }

  private async makePicture(): Promise<void> {
    let over = () => {}
    this.picture = new Promise((resolve) => {
      over = resolve
    })
    try {
      await this.view()
    } finally {
      this.picture = undefined
      over()
    }
  }

  private async view(): Promise<void> {
    const { store, options, messages, live } = this
    this.pictured = live.traffic.packets
    const ledger = this.ledgerNow()
    const { findings, findingRows, sessions, hosts, overview } = await inSlices(
      pictureSteps(ledger, ledger.captures, options.networks, (of, onCase) => this.audit.findings(of, true, onCase)),
    )
    this.findings = findings
    store.details = detailsOf(this.ledgerNow, (id) => findings.at(placeOf(findingRows, id)))
    store.publish({
      captures: ledger.captures,
      warnings: live.warnings.map((warning) => ({ ...warning, capture: live.name })),
      findings: findingRows,
      sessions,
      hosts,
      frames: messages,
      framesDropped: messages.dropped,
      overview,
      version: store.snapshot().version + 1,
    })
    if (this.done) return
    const over = live.tracker.retire(KEEP)
    if (over !== null) this.audit.settle(over)
  }

  private reading(): Reading {
    const { live, started, done } = this
    const { bytes, packets, frames } = live.traffic
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
