/** Runs a live capture until a signal, a time limit, a number of packets, or the end of the pipe stops it. */
import { setTimeout as delay } from 'node:timers/promises'
import { dropRights } from '../capture/live/machine/drop-rights.ts'
import type { CaptureRequest, InterfaceLoss, LiveCapture } from '../capture/live/request/live-capture.ts'
import { CaptureStartError, startCapture } from '../capture/live/start-capture.ts'
import type { LiveConsumer } from './consumer.ts'
import type { LiveTracker } from './live-tracker.ts'

export interface RunOptions {
  /** Null: standard input. */
  request: CaptureRequest | null
  /** The user to become if root started it: see dropRights. */
  user: string | null
  durationMs: number | null
  /** Ends the capture in good order. */
  signal: AbortSignal
  /** Called after rights were dropped and before the first packet: this is when output files are opened. */
  begin(interfaces: readonly string[], onCount: () => void): LiveConsumer
}

/** The time between updates. If an update takes long, the pause after it is at least this many times as long. */
const UPDATE_MS = 1000
const PAUSE_FACTOR = 4

/** Programs that have ended have written everything. Do not wait longer than this for another process that still holds their output open. */
const STREAM_MS = 5000

/** Resolves when the consumer has handled the end. Rejects with CaptureStartError, with what the consumer throws, and with internal errors. */
export async function runLive(options: RunOptions): Promise<void> {
  await new LiveRun(options).run()
}

class LiveRun {
  private readonly options: RunOptions
  /** Aborted when the capture is to end; the reason is an error if there is one. */
  private readonly end = new AbortController()
  /** Aborted when nothing more must be read. */
  private readonly reading = new AbortController()
  private readonly streams: Promise<void>[] = []
  private readonly timers: NodeJS.Timeout[] = []
  private live: LiveTracker | null = null
  /** The capture was ended before it had begun. */
  private endedAtStart: CaptureStartError | null = null

  constructor(options: RunOptions) {
    this.options = options
  }

  async run(): Promise<void> {
    const { request, user } = this.options
    const capture = request && (await this.begin(request))
    try {
      if (request !== null) dropRights(user)
      const consumer = this.options.begin(request?.interfaces ?? ['-'], () => this.stop())
      this.follow(consumer.live)
      this.schedule(consumer, capture)
      await aborted(this.end.signal)
      await this.finish(consumer, capture)
    } finally {
      this.clearTimers()
      this.reading.abort()
      await capture?.stop()
    }
  }

  // Bound: it is passed on as an error handler.
  private readonly stop = (reason?: unknown): void => this.end.abort(reason)

  /** If the capture is ended before it has begun, nothing is captured, but files are written and a summary says so. */
  private async begin(request: CaptureRequest): Promise<LiveCapture | null> {
    try {
      return await startCapture(
        request,
        {
          onStream: (index, stream) => {
            // If the start failed, nothing reads, and the capture is being ended.
            if (this.live === null) stream.destroy()
            else this.streams.push(this.live.read(index, stream, this.reading.signal).catch(this.stop))
          },
          onDown: (index, reason) => this.live?.interfaceDown(index, reason),
          onUp: (index) => this.live?.interfaceUp(index),
          onNote: (code, message) => this.live?.note(code, message),
          onLost: (reason) => this.stop(this.live?.lost(reason) ?? new CaptureStartError('failed', reason)),
        },
        this.options.signal,
      )
    } catch (error) {
      if (!(error instanceof CaptureStartError) || error.code !== 'ended') throw error
      this.endedAtStart = error
      return null
    }
  }

  /** Hands `live` what arrives, until the caller's signal ends it. Without a request that is standard input. */
  private follow(live: LiveTracker): void {
    const { request, signal } = this.options
    this.live = live
    if (this.endedAtStart !== null) live.notStarted(this.endedAtStart.message)
    if (this.endedAtStart !== null || signal.aborted) this.stop(this.endedAtStart ?? undefined)
    else signal.addEventListener('abort', () => this.stop(), { once: true })
    if (request === null) this.streams.push(live.read(0, null, this.reading.signal).then(() => this.stop(), this.stop))
  }

  private schedule(consumer: LiveConsumer, capture: LiveCapture | null): void {
    const { durationMs } = this.options
    if (durationMs !== null) this.timers.push(setTimeout(() => this.stop(), durationMs))
    let next = 0
    this.every(UPDATE_MS, async () => {
      const started = performance.now()
      if (started < next) return
      await consumer.update()
      next = started + PAUSE_FACTOR * (performance.now() - started)
    })
    this.every(consumer.heartbeatMs, async () => {
      const loss = await lossOf(capture)
      if (!this.end.signal.aborted) await consumer.heartbeat(loss)
    })
  }

  /** Runs `work` at an interval, never twice at once. No caller could catch what a timer throws, so an error ends the capture. */
  private every(ms: number, work: () => Promise<void>): void {
    let busy = false
    const run = async () => {
      if (busy || this.end.signal.aborted) return
      busy = true
      await work().catch(this.stop)
      busy = false
    }
    this.timers.push(setInterval(run, ms))
  }

  private clearTimers(): void {
    for (const timer of this.timers) clearTimeout(timer)
  }

  /** @throws the error that ended the capture */
  private async finish(consumer: LiveConsumer, capture: LiveCapture | null): Promise<void> {
    this.clearTimers()
    const loss = (await capture?.stop()) ?? null
    if (capture === null) this.reading.abort()
    await Promise.race([Promise.all(this.streams), delay(STREAM_MS, undefined, { ref: false })])
    this.reading.abort()
    await consumer.end(loss)
    const { reason } = this.end.signal
    if (reason instanceof Error && reason.name !== 'AbortError') throw reason
  }
}

async function lossOf(capture: LiveCapture | null): Promise<readonly InterfaceLoss[] | null> {
  return (await capture?.loss()) ?? null
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
