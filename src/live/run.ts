/** Runs a live capture from its start to its end: by a signal, after a time, after so many packets, or when a pipe has no more. */
import { setTimeout as delay } from 'node:timers/promises'
import { dropRights } from '../capture/live/machine/drop-rights.ts'
import type { CaptureRequest, InterfaceLoss, LiveCapture } from '../capture/live/request/live-capture.ts'
import { CaptureStartError, startCapture } from '../capture/live/start-capture.ts'
import type { Audience } from './consumer.ts'
import type { LiveTracker } from './live-tracker.ts'

export interface RunOptions {
  /** Null: standard input. */
  request: CaptureRequest | null
  /** Who parses, where root started it: see dropRights. */
  user: string | null
  durationMs: number | null
  /** Ends the capture in good order. */
  signal: AbortSignal
  /** Called when rights were dropped, before the first packet: what is to be written is opened then. */
  begin(interfaces: readonly string[], onCount: () => void): Audience
}

/** How often there is a look; and at least so many times as long as the looking took. */
const LOOK_MS = 1000
const LOOK_SHARE = 4

/** Programs that have ended have written all they had; what still holds their output open is not waited for. */
const STREAM_MS = 5000

/** Resolves when the audience has seen the end; rejects with CaptureStartError, with what the audience throws, and with faults of ours. */
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
    const audience = options.begin(request?.interfaces ?? ['-'], () => stop())
    live = audience.live
    if (start.ended !== null) live.notStarted(start.ended.message)
    if (start.ended !== null || signal.aborted) stop(start.ended ?? undefined)
    else signal.addEventListener('abort', () => stop(), { once: true })
    if (request === null) streams.push(live.read(0, null, reading.signal).then(() => stop(), stop))
    if (durationMs !== null) timers.push(setTimeout(() => stop(), durationMs))
    let next = 0
    every(LOOK_MS, async () => {
      const started = performance.now()
      if (started < next) return
      await audience.look()
      next = started + LOOK_SHARE * (performance.now() - started)
    })
    every(audience.heartbeatMs, async () => {
      const loss = await lossOf(capture)
      if (!end.signal.aborted) await audience.beat(loss)
    })

    await aborted(end.signal)
    for (const timer of timers) clearTimeout(timer)
    const loss = (await capture?.stop()) ?? null
    if (capture === null) reading.abort()
    await Promise.race([Promise.all(streams), delay(STREAM_MS, undefined, { ref: false })])
    reading.abort()
    await audience.end(loss)
    const { reason } = end.signal
    if (reason instanceof Error && reason.name !== 'AbortError') throw reason
  } finally {
    for (const timer of timers) clearTimeout(timer)
    reading.abort()
    await capture?.stop()
  }

  /** Where somebody ends it before it has begun there is nothing to capture, and all the rest: files, and a summary that says so. */
  async function begin(request: CaptureRequest): Promise<LiveCapture | null> {
    try {
      return await startCapture(
        request,
        {
          onStream(place, stream) {
            // Where the beginning failed nobody reads, and the capture is being ended.
            if (live === null) stream.destroy()
            else streams.push(live.read(place, stream, reading.signal).catch(stop))
          },
          onDown: (place, reason) => live?.interfaceDown(place, reason),
          onUp: (place) => live?.interfaceUp(place),
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

  /** What a timer throws is nobody's to catch: it ends the capture instead. One work at a time. */
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
