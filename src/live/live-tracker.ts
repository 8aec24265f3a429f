/** The packets of all interfaces of a live capture, followed; and what is known of the capture itself. */
import type { Readable } from 'node:stream'
import { CaptureError } from '../capture/capture-error.ts'
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import { readCapture, readCaptureStream } from '../capture/read/read-capture.ts'
import { CaptureStartError } from '../capture/start-error.ts'
import type { Warning } from '../ledger/capture-facts.ts'
import type { MessageSink } from '../ledger/smb-message.ts'
import { type LossRecord, lossRecord } from '../report/records/loss.ts'
import type { Limits } from '../track/core/limits.ts'
import { type CaptureDescription, type IdleSince, Tracker } from '../track/tracker.ts'
import { PacketClock } from './packet-clock.ts'
import { type PacketKeeper, Traffic } from './packet-intake.ts'

export interface LiveTrackerOptions {
  /** Names of the interfaces; '-' is standard input. */
  interfaces: readonly string[]
  limits: Partial<Limits>
  messages?: MessageSink
  /** Where packets of SMB are to be kept. */
  keepers: readonly PacketKeeper[]
  /** Packets to look at; null for all. */
  count: number | null
  /** So many packets have come. */
  onCount: () => void
  /** Called before packets are looked at: where it returns a promise, they wait until that is kept. */
  ready?: () => Promise<void> | undefined
}

/** An SMB client lets an idle session go after 10 to 15 minutes. */
const IDLE_US = 30 * 60_000_000
/** Stragglers of a closed connection come within seconds, and a SYN is sent for the last time after about a minute. */
const CLOSED_US = 75_000_000
const EXPIRE_US = 5_000_000
/** Warnings that are told one by one. */
const MOST_WARNINGS = 1000

/** Warnings that are also the error with which the capture ends. */
export const END_CODES: ReadonlySet<string> = new Set(['capture-lost', 'capture-not-started'])

export class LiveTracker {
  /** Of the capture: its interfaces, joined. */
  readonly name: string
  readonly tracker: Tracker
  readonly traffic: Traffic
  readonly warnings: Warning[] = []
  /** A stream was cut or damaged. */
  damaged = false
  private readonly options: LiveTrackerOptions
  private readonly clock: PacketClock
  private readonly down = new Set<number>()
  private expired = 0
  private steps = 0

  constructor(options: LiveTrackerOptions) {
    const { interfaces, limits, messages, keepers, count, onCount } = options
    this.options = options
    this.name = interfaces.join(',')
    this.tracker = new Tracker(this.name, { limits, messages, identity: false })
    this.traffic = new Traffic(this.tracker, keepers, count, onCount)
    this.clock = new PacketClock(interfaces.includes('-') ? null : () => performance.now())
  }

  /** Reads what comes from an interface, until its end. `stream` is null for standard input. */
  async read(place: number, stream: Readable | null, signal: AbortSignal): Promise<void> {
    const name = this.options.interfaces[place]!
    const sink = this.traffic.from(place, name)
    const { ready } = this.options
    const options = ready === undefined ? { signal } : { signal, ready }
    try {
      const summary = await (stream === null
        ? readCapture('-', sink, options)
        : readCaptureStream(stream, name, sink, options))
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

  /** Of the capturing itself. */
  note(code: string, message: string): void {
    this.warn({ code, message, frame: this.lastFrame })
  }

  notStarted(message: string): void {
    this.damaged = true
    this.note('capture-not-started', message)
  }

  /** Nothing more can be captured. @returns what ends the capture */
  lost(reason: string): CaptureStartError {
    this.damaged = true
    this.note('capture-lost', reason)
    for (const place of this.options.interfaces.keys()) this.down.add(place)
    return new CaptureStartError('failed', reason)
  }

  warn(warning: Warning): void {
    if (this.warnings.length < MOST_WARNINGS) this.warnings.push(warning)
  }

  /** What is lost, by what the source knows of it; null for a pipe. */
  loss(known: readonly InterfaceLoss[] | null): LossRecord[] {
    return this.options.interfaces.map((name, place) =>
      lossRecord(known?.[place] ?? null, name, this.down.has(place), this.traffic.delivered[place] ?? 0),
    )
  }

  /** For Tracker.finish. */
  describe(): CaptureDescription {
    const { traffic } = this
    return {
      format: 'pcap',
      compression: null,
      linkTypes: [...traffic.linkTypes],
      packets: traffic.packets,
      bytes: traffic.bytes,
      firstTime: traffic.packets > 0 ? traffic.firstTime : null,
      lastTime: traffic.packets > 0 ? traffic.lastTime : null,
      complete: !this.damaged,
      warnings: this.warnings,
    }
  }

  private get lastFrame(): number | null {
    return this.traffic.frames > 0 ? this.traffic.frames : null
  }

  /** Ends what nobody uses any more, by the time that packets tell. */
  age(): void {
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
