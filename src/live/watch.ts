/** A live capture under way: packets come in from its interfaces, and what becomes known of them goes out as records. */
import type { Readable } from 'node:stream'
import type { Networks } from '../audit/networks.ts'
import type { Rule, Severity } from '../audit/rule.ts'
import { CaptureError } from '../capture/capture-error.ts'
import type { InterfaceLoss } from '../capture/live/live-capture.ts'
import { readCapture, readCaptureStream } from '../capture/read-capture.ts'
import { type HostRecord, hostRecords } from '../report/hosts.ts'
import { type CaptureRecord, captureRecord } from '../report/records.ts'
import type { Ledger, Warning } from '../track/ledger.ts'
import type { Limits } from '../track/limits.ts'
import { type IdleSince, Tracker } from '../track/tracker.ts'
import {
  type HeartbeatRecord,
  heartbeatRecord,
  type LiveSummaryRecord,
  type LossRecord,
  liveSummaryRecord,
  lossRecord,
  type State,
} from './heartbeat.ts'
import { type ChangeRecord, LiveRecords } from './live-records.ts'
import { PacketClock } from './packet-clock.ts'
import { type PacketFiles, Traffic } from './traffic.ts'

export interface WatchOptions {
  /** Names of the interfaces; '-' is standard input. */
  interfaces: readonly string[]
  rules: readonly Rule[]
  networks: Networks
  limits: Partial<Limits>
  minSeverity: Severity | null
  files: PacketFiles | null
  /** Packets to look at; null for all. */
  count: number | null
  /** So many packets have come. */
  onCount: () => void
}

export type LiveRecord = ChangeRecord | HeartbeatRecord | CaptureRecord | HostRecord | LiveSummaryRecord

/** Connections that have ended and stay with the others, for findings over several of them: as many as are looked at anew in some tens of ms. */
const KEEP = 1000
/** An SMB client lets an idle session go after 10 to 15 minutes. */
const IDLE_US = 30 * 60_000_000
/** Stragglers of a closed connection come within seconds, and a SYN is sent for the last time after about a minute. */
const CLOSED_US = 75_000_000
const EXPIRE_US = 5_000_000
/** Warnings that are told one by one. */
const MOST_WARNINGS = 1000

export class Watch {
  readonly name: string
  private readonly options: WatchOptions
  private readonly tracker: Tracker
  private readonly traffic: Traffic
  private readonly records: LiveRecords
  private readonly clock: PacketClock
  private readonly started = performance.now()
  private readonly down = new Set<number>()
  private readonly delivered: number[]
  private readonly warnings: Warning[] = []
  private warningsTold = 0
  private expired = 0
  private steps = 0
  /** Packets by the last look at them. */
  private looked = 0
  /** A stream was cut or damaged. */
  damaged = false

  constructor(options: WatchOptions) {
    this.options = options
    this.name = options.interfaces.join(',')
    this.tracker = new Tracker(this.name, { limits: options.limits })
    this.traffic = new Traffic(this.tracker, options.files, options.count, options.onCount)
    this.records = new LiveRecords(this.tracker, { ...options, keep: KEEP })
    this.delivered = options.interfaces.map(() => 0)
    this.clock = new PacketClock(options.interfaces.includes('-') ? null : () => performance.now())
  }

  /** Reads what comes from an interface, until its end. `stream` is null for standard input. */
  async read(place: number, stream: Readable | null, signal: AbortSignal): Promise<void> {
    const name = this.options.interfaces[place]!
    const sink = this.traffic.from(place)
    const { delivered } = this
    const counting: typeof sink = {
      frame(bytes, start, captured, original, linkType, time, number) {
        delivered[place]!++
        sink.frame(bytes, start, captured, original, linkType, time, number)
      },
    }
    try {
      const summary = await (stream === null
        ? readCapture('-', counting, { signal })
        : readCaptureStream(stream, name, counting, { signal }))
      for (const warning of summary.warnings)
        this.warn({ ...warning, message: `${name}: ${warning.message}`, frame: null })
      if (!summary.complete) this.damaged = true
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof CaptureError)) throw error
      // A program that was ended before its first packet has written nothing, not even a header.
      if (stream !== null && error.code === 'empty-file') return
      this.damaged = true
      this.warn({ code: error.code, message: error.message, frame: null })
    }
  }

  interfaceDown(place: number, reason: string): void {
    this.down.add(place)
    const name = this.options.interfaces[place]!
    this.warn({ code: 'interface-down', message: `${name}: ${reason}`, frame: this.lastFrame })
  }

  interfaceUp(place: number): void {
    this.down.delete(place)
    const name = this.options.interfaces[place]!
    this.warn({ code: 'interface-up', message: `${name}: capturing again`, frame: this.lastFrame })
  }

  warn(warning: Warning): void {
    if (this.warnings.length < MOST_WARNINGS) this.warnings.push(warning)
  }

  /** What has become known since the last call. */
  *changes(): Generator<ChangeRecord> {
    this.age()
    if (this.traffic.packets === this.looked) return
    yield* this.look(false)
  }

  /** A sign of life, after everything of which only the number has changed. */
  *beat(loss: readonly InterfaceLoss[] | null): Generator<LiveRecord> {
    this.age()
    yield* this.look(true)
    const state = this.state(this.tracker.soFar().ledger, loss, this.records.limits)
    yield heartbeatRecord({ ...state, warnings: this.untold() }, { wallMs: Date.now(), passedMs: performance.now() })
  }

  /** The last records. Nothing may be read any more. */
  *finish(loss: readonly InterfaceLoss[] | null): Generator<LiveRecord> {
    this.age()
    const { traffic, records } = this
    const ledger = this.tracker.finish({
      format: 'pcap',
      compression: null,
      linkTypes: [...traffic.linkTypes],
      packets: traffic.packets,
      bytes: traffic.bytes,
      firstTime: traffic.packets > 0 ? traffic.firstTime : null,
      lastTime: traffic.packets > 0 ? traffic.lastTime : null,
      complete: !this.damaged,
      warnings: this.warnings,
    })
    for (const record of records.last(ledger)) if (record !== null) yield record
    for (const host of hostRecords(ledger, this.options.networks)) yield host
    const [capture] = ledger.captures
    yield captureRecord(capture!)
    const state = this.state(ledger, loss, capture!.limits)
    state.smbMessages = capture!.smbMessages
    yield heartbeatRecord({ ...state, warnings: this.untold() }, { wallMs: Date.now(), passedMs: performance.now() })
    yield liveSummaryRecord(state, 0, performance.now() - this.started)
  }

  private *look(counts: boolean): Generator<ChangeRecord> {
    this.looked = this.traffic.packets
    for (const record of this.records.changes(counts)) if (record !== null) yield record
  }

  private state(ledger: Ledger, loss: readonly InterfaceLoss[] | null, limits: Record<string, number>): State {
    const { traffic, records } = this
    return {
      capture: this.name,
      startedMs: this.started,
      packets: traffic.packets,
      bytes: traffic.bytes,
      frames: traffic.frames,
      smbMessages: records.smbMessages,
      totals: records.totals(ledger),
      findings: records.bySeverity,
      loss: this.loss(loss),
      limits,
      warnings: [],
    }
  }

  private loss(known: readonly InterfaceLoss[] | null): LossRecord[] {
    return this.options.interfaces.map((name, place) =>
      lossRecord(known?.[place] ?? null, name, this.down.has(place), this.delivered[place]!),
    )
  }

  private get lastFrame(): number | null {
    return this.traffic.frames > 0 ? this.traffic.frames : null
  }

  private untold(): Warning[] {
    const untold = this.warnings.slice(this.warningsTold)
    this.warningsTold = this.warnings.length
    return untold
  }

  /** Ends what nobody uses any more, by the time that packets tell. */
  private age(): void {
    const { clock, traffic } = this
    if (traffic.packets === 0) return
    clock.tick(traffic.newest)
    if (clock.steps > this.steps) {
      this.steps = clock.steps
      const seconds = (clock.lastStep / 1e6).toFixed(1)
      const message = `the times of packets made a step of ${seconds} s: nothing is ended for having been idle before it`
      this.warn({ code: 'clock-step', message, frame: this.lastFrame })
    }
    if (clock.now - this.expired < EXPIRE_US && clock.now >= this.expired) return
    this.expired = clock.now
    this.tracker.expire(idleSince(clock))
  }
}

/** After the clock was set, what was used before it waits for as long as it may be idle. */
function idleSince({ now, since }: PacketClock): IdleSince {
  const before = (idle: number) => (now - since >= idle ? now - idle : Number.NEGATIVE_INFINITY)
  return {
    open: before(IDLE_US),
    closed: before(CLOSED_US),
    future: now - since >= IDLE_US ? now : Number.POSITIVE_INFINITY,
  }
}
