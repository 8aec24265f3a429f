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

/** Programs that have ended have written everything. Do not wait longer than this for whatever still holds their output open. */
const STREAM_MS = 5000

/** Resolves when the consumer has handled the end. Rejects with CaptureStartError, with what the consumer throws, and with internal errors. */
export async function runLive(options: RunOptions): Promise<void> {
  const { request, durationMs, signal } = options
  const end = new AbortController()
  const stop = (reason?: unknown) => end.abort(reason)
  const reading = new AbortController()
  const streams: Promise<void>[] = []
  const timers: NodeJS.Timeout[] = []
  let live: LiveTracker | null = null

  const start: { ended: CaptureStartError | null } = { ended: null }

  const capture: LiveCapture | null = request && (await begin(request))
  try {
    if (request !== null) dropRights(options.user)
    const consumer = options.begin(request?.interfaces ?? ['-'], () => stop())
    live = consumer.live
    if (start.ended !== null) live.notStarted(start.ended.message)
    if (start.ended !== null || signal.aborted) stop(start.ended ?? undefined)
    else signal.addEventListener('abort', () => stop(), { once: true })
    if (request === null) streams.push(live.read(0, null, reading.signal).then(() => stop(), stop))
    if (durationMs !== null) timers.push(setTimeout(() => stop(), durationMs))
    let next = 0
    every(UPDATE_MS, async () => {
      const started = performance.now()
      if (started < next) return
      await consumer.update()
      next = started + PAUSE_FACTOR * (performance.now() - started)
    })
    every(consumer.heartbeatMs, async () => {
      const loss = await lossOf(capture)
      if (!end.signal.aborted) await consumer.heartbeat(loss)
    })

    await aborted(end.signal)
    for (const timer of timers) clearTimeout(timer)
    const loss = (await capture?.stop()) ?? null
    if (capture === null) reading.abort()
    await Promise.race([Promise.all(streams), delay(STREAM_MS, undefined, { ref: false })])
    reading.abort()
    await consumer.end(loss)
    const { reason } = end.signal
    if (reason instanceof Error && reason.name !== 'AbortError') throw reason
  } finally {
    for (const timer of timers) clearTimeout(timer)
    reading.abort()
    await capture?.stop()
  }

  /** If the capture is ended before it has begun, nothing is captured, but files are written and a summary says so. */
  async function begin(request: CaptureRequest): Promise<LiveCapture | null> {
    try {
      return await startCapture(
        request,
        {
          onStream(index, stream) {
            // If the start failed, nothing reads, and the capture is being ended.
            if (live === null) stream.destroy()
            else streams.push(live.read(index, stream, reading.signal).catch(stop))
          },
          onDown: (index, reason) => live?.interfaceDown(index, reason),
          onUp: (index) => live?.interfaceUp(index),
          onNote: (code, message) => live?.note(code, message),
          onLost: (reason) => stop(live?.lost(reason) ?? new CaptureStartError('failed', reason)),
        },
        signal,
      )
    } catch (error) {
      if (!(error instanceof CaptureStartError) || error.code !== 'ended') throw error
      start.ended = error
      return null
    }
  }

  /** Runs `work` at an interval, never twice at once. Nobody could catch what a timer throws, so an error ends the capture. */
  function every(ms: number, work: () => Promise<void>): void {
    let busy = false
    const run = async () => {
      if (busy || end.signal.aborted) return
      busy = true
      await work().catch(stop)
      busy = false
    }
    timers.push(setInterval(run, ms))
  }
}

async function lossOf(capture: LiveCapture | null): Promise<readonly InterfaceLoss[] | null> {
  return (await capture?.loss()) ?? null
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
