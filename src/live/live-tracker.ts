/** Follows the packets of all interfaces of a live capture, and notes what happens to the capture itself. */
import type { Readable } from 'node:stream'
import { CaptureError } from '../capture/capture-error.ts'
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import { readCapture, readCaptureStream } from '../capture/read/read-capture.ts'
import { CaptureStartError } from '../capture/start-error.ts'
import type { Warning } from '../ledger/capture-facts.ts'
import type { MessageSink } from '../ledger/smb-message.ts'
import { type LossRecord, lossRecord } from '../report/records/live/loss.ts'
import type { Limits } from '../track/core/limits.ts'
import { type CaptureDescription, type IdleSince, Tracker } from '../track/tracker.ts'
import { PacketClock } from './packet-clock.ts'
import { PacketIntake, type PacketStore } from './packet-intake.ts'

export interface LiveTrackerOptions {
  /** Names of the interfaces; '-' is standard input. */
  interfaces: readonly string[]
  limits: Partial<Limits>
  messages?: MessageSink
  /** Where SMB packets are stored. */
  stores: readonly PacketStore[]
  /** How many packets to read; null for all. */
  count: number | null
  /** Called when `count` packets have come. */
  onCount: () => void
  /** Called before packets are read. If it returns a promise, they wait until it resolves. */
  ready?: () => Promise<void> | undefined
}

/** An SMB client closes an idle session after 10 to 15 minutes. */
const IDLE_US = 30 * 60_000_000
/** Late segments of a closed connection come within seconds, and a SYN is repeated for about a minute. */
const CLOSED_US = 75_000_000
const EXPIRE_US = 5_000_000
/** Later warnings are dropped. */
const MOST_WARNINGS = 1000

/** Warnings that also end the capture as its error. */
export const END_CODES: ReadonlySet<string> = new Set(['capture-lost', 'capture-not-started'])

export class LiveTracker {
  /** The name of the capture: its interfaces, joined. */
  readonly name: string
  readonly tracker: Tracker
  readonly intake: PacketIntake
  readonly warnings: Warning[] = []
  /** A stream was cut or damaged. */
  damaged = false
  private readonly options: LiveTrackerOptions
  private readonly clock: PacketClock
  private readonly down = new Set<number>()
  private expired = 0
  private steps = 0

  constructor(options: LiveTrackerOptions) {
    const { interfaces, limits, messages, stores, count, onCount } = options
    this.options = options
    this.name = interfaces.join(',')
    this.tracker = new Tracker(this.name, { limits, messages, identity: false })
    this.intake = new PacketIntake(this.tracker, stores, count, onCount)
    this.clock = new PacketClock(interfaces.includes('-') ? null : () => performance.now())
  }

  /** Reads what comes from an interface until its end. @param index the interface in the request @param stream null for standard input */
  async read(index: number, stream: Readable | null, signal: AbortSignal): Promise<void> {
    const name = this.options.interfaces[index]!
    const sink = this.intake.from(index, name)
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
      // A program that was ended before its first packet wrote nothing, not even a header.
      if (stream !== null && error.code === 'empty-file') return
      this.damaged = true
      this.warn({ code: error.code, message: error.message, frame: null })
    }
  }

  interfaceDown(index: number, reason: string): void {
    this.down.add(index)
    const name = this.options.interfaces[index]!
    this.warn({ code: 'interface-down', message: `${name}: ${reason}`, frame: this.lastFrame })
  }

  interfaceUp(index: number): void {
    this.down.delete(index)
    const name = this.options.interfaces[index]!
    this.warn({ code: 'interface-up', message: `${name}: capturing again`, frame: this.lastFrame })
  }

  /** Adds a warning about the capture itself. */
  note(code: string, message: string): void {
    this.warn({ code, message, frame: this.lastFrame })
  }

  notStarted(message: string): void {
    this.damaged = true
    this.note('capture-not-started', message)
  }

  /** Nothing more can be captured. @returns the error that ends the capture */
  lost(reason: string): CaptureStartError {
    this.damaged = true
    this.note('capture-lost', reason)
    for (const index of this.options.interfaces.keys()) this.down.add(index)
    return new CaptureStartError('failed', reason)
  }

  warn(warning: Warning): void {
    if (this.warnings.length < MOST_WARNINGS) this.warnings.push(warning)
  }

  /** Losses by interface. @param known what the source has counted; null for a pipe */
  loss(known: readonly InterfaceLoss[] | null): LossRecord[] {
    return this.options.interfaces.map((name, index) =>
      lossRecord(known?.[index] ?? null, name, this.down.has(index), this.intake.delivered[index] ?? 0),
    )
  }

  /** For Tracker.finish. */
  describe(): CaptureDescription {
    const { intake } = this
    return {
      format: 'pcap',
      compression: null,
      linkTypes: [...intake.linkTypes],
      packets: intake.packets,
      bytes: intake.bytes,
      firstTime: intake.packets > 0 ? intake.firstTime : null,
      lastTime: intake.packets > 0 ? intake.lastTime : null,
      complete: !this.damaged,
      warnings: this.warnings,
    }
  }

  private get lastFrame(): number | null {
    return this.intake.frames > 0 ? this.intake.frames : null
  }

  /** Closes what has been idle for too long, by the clock of the packets. */
  age(): void {
    const { clock, intake } = this
    if (intake.packets === 0) return
    clock.tick(intake.newest)
    if (clock.steps > this.steps) {
      this.steps = clock.steps
      const seconds = (clock.lastStep / 1e6).toFixed(1)
      const message = `the clock that stamps packets jumped by ${seconds} s: idle times before the jump do not count`
      this.warn({ code: 'clock-step', message, frame: this.lastFrame })
    }
    if (clock.now - this.expired < EXPIRE_US && clock.now >= this.expired) return
    this.expired = clock.now
    this.tracker.expire(idleSince(clock))
  }
}

/** After the clock was changed, what was used before may be idle for its whole time again. */
function idleSince({ now, since }: PacketClock): IdleSince {
  const before = (idle: number) => (now - since >= idle ? now - idle : Number.NEGATIVE_INFINITY)
  return {
    open: before(IDLE_US),
    closed: before(CLOSED_US),
    future: now - since >= IDLE_US ? now : Number.POSITIVE_INFINITY,
  }
}
