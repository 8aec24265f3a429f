/** One interface of a live capture: its program's runs, one after the other, and what is known of its losses. */
import type { Socket } from 'node:net'
import { escapeText } from '../../report/escape.ts'
import { type LinkState, linkState } from './interfaces.ts'
import type { Report } from './launcher-messages.ts'
import type { Launcher } from './launcher-process.ts'
import type { CaptureProgram, InterfaceLoss } from './live-capture.ts'
import type { CaptureStartErrorCode } from './start-error.ts'
import { createTally } from './tally.ts'
import { readWords } from './words.ts'

export interface StartProblem {
  code: CaptureStartErrorCode
  /** The program's own words, escaped. */
  text: string
}

export interface PlaceEvents {
  onStream(stream: Socket): void
  onDown(reason: string): void
  onUp(): void
}

export interface CapturePlace {
  /** Starts the program; null when it captures. `begun` is called when another one may be started. */
  start(begun?: () => void): Promise<StartProblem | null>
  onReport(report: Report, stream: Socket | undefined): void
  /** From now on the events are told: the stream that waits, whether there is a link, and what happens. */
  open(events: PlaceEvents, restart: () => void): void
  loss(): Promise<InterfaceLoss>
  stop(): Promise<void>
  /** Nobody can start or end the program any more. */
  lose(reason: string): void
}

const RETRY_MS = 1000
const LINK_MS = 1000
/** tcpdump answers at once, unless it waits for us to read: then the figures are those of the last time. */
const COUNT_MS = 1000
const STOP_LOOK_MS = 250
/** A program that was told to end, and for so long neither gave nor said anything: dumpcap does not hear it while its interface is down. */
const STOP_SILENT_MS = 3000
const STOP_MOST_MS = 20_000

const LINK_WORDS: Record<LinkState, string | null> = {
  up: null,
  down: 'is down',
  'no-link': 'has no link',
  gone: 'is not there any more',
}

export function createPlace(place: number, name: string, program: CaptureProgram, launcher: Launcher): CapturePlace {
  const tally = createTally(program)
  let events: PlaceEvents | null = null
  let restart = () => {}
  let running = false
  let ready = false
  let stopping = false
  let stream: Socket | null = null
  let problem: StartProblem | null = null
  let down: string | null = null
  let ended = ''
  let said = 0
  let onBegun = () => {}
  let onStarted = (_: StartProblem | null) => {}
  let onEnded: (() => void)[] = []
  let onCounted: (() => void)[] = []
  let linkTimer: NodeJS.Timeout | undefined
  let retryTimer: NodeJS.Timeout | undefined

  function start(begun = () => {}): Promise<StartProblem | null> {
    running = true
    ready = false
    problem = null
    onBegun = begun
    tally.startRun()
    launcher.send({ type: 'start', place, program })
    return new Promise((resolve) => {
      onStarted = resolve
    })
  }

  function onReport(report: Report, handle: Socket | undefined): void {
    if (report.type === 'stream') {
      stream = handle ?? null
      // Before anybody reads: an error is one of the end of the program, which is told apart.
      stream?.on('error', () => {})
      onBegun()
    } else if (report.type === 'line') onLine(report.line)
    else onEnd(report.how)
  }

  function onLine(line: string): void {
    said++
    const words = readWords(program, line)
    if (words === null) return
    if (words.kind === 'ready') onReady()
    else if (words.kind === 'error') {
      // The first is the cause, but of a filter dumpcap tells first that it is wrong and then why.
      if (problem === null || words.code === 'bad-filter') problem = { code: words.code, text: escapeText(words.text) }
    } else {
      // What tcpdump says when it is asked is not its last word; all others speak once.
      tally.count(words.figures, words.kind === 'part' || program !== 'tcpdump')
      if (words.kind === 'figures') settle('counted')
    }
  }

  function onReady(): void {
    if (ready) return
    ready = true
    deliver()
    look()
    onStarted(null)
  }

  function onEnd(how: string): void {
    running = false
    tally.endRun()
    if (!ready) stream?.destroy()
    ended = problem?.text ?? reasonFor(how)
    onBegun()
    onStarted(problem ?? { code: 'failed', text: ended })
    settle('counted')
    settle('ended')
    look()
    if (!stopping && events !== null) retryTimer = setTimeout(restart, RETRY_MS)
  }

  function reasonFor(how: string): string {
    if (program === 'cap' && how === 'SIGABRT') return 'the interface went down, which ends cap'
    return `${program} ended (${escapeText(how)})`
  }

  function deliver(): void {
    if (events === null || !ready || stream === null) return
    events.onStream(stream)
  }

  /** Tells what has changed since the last look. */
  function look(): void {
    if (events === null || stopping) return
    const link = linkState(name)
    const words = link === null ? null : LINK_WORDS[link]
    const reason = running && ready ? words && `${escapeText(name)} ${words}` : ended
    if (reason === down || (reason !== null && down !== null)) return
    down = reason
    if (reason === null) events.onUp()
    else events.onDown(reason)
  }

  function settle(what: 'counted' | 'ended'): void {
    const waiting = what === 'counted' ? onCounted : onEnded
    if (what === 'counted') onCounted = []
    else onEnded = []
    for (const resolve of waiting) resolve()
  }

  return {
    start,
    onReport,
    open(listeners, again) {
      events = listeners
      restart = again
      // It may have been stopped before the first event: the stream still has to find its end, but nothing is watched any more.
      if (!stopping) linkTimer = setInterval(look, LINK_MS)
      deliver()
      look()
      // It ended while the others were being started.
      if (!running && !stopping) retryTimer = setTimeout(restart, RETRY_MS)
    },
    async loss() {
      if (running && ready && !stopping && program === 'tcpdump') {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, COUNT_MS)
          onCounted.push(() => {
            clearTimeout(timer)
            resolve()
          })
          launcher.send({ type: 'count', place })
        })
      }
      return tally.loss(name)
    },
    async stop() {
      stopping = true
      clearInterval(linkTimer)
      clearTimeout(retryTimer)
      if (!running) return
      launcher.send({ type: 'stop', place })
      const started = performance.now()
      let heard = started
      let sign = signOfLife()
      const timer = setInterval(() => {
        const now = performance.now()
        if (signOfLife() !== sign) heard = now
        sign = signOfLife()
        if (now - heard > STOP_SILENT_MS || now - started > STOP_MOST_MS) launcher.send({ type: 'kill', place })
      }, STOP_LOOK_MS)
      await new Promise<void>((resolve) => onEnded.push(resolve))
      clearInterval(timer)
    },
    lose(reason) {
      clearInterval(linkTimer)
      ended = reason
      running = false
      tally.endRun()
      onStarted({ code: 'failed', text: reason })
      settle('counted')
      settle('ended')
      look()
      stopping = true
      clearTimeout(retryTimer)
      // Without the launcher nobody counts and nobody ends it: it ends by itself, when it writes to what is closed.
      stream?.destroy()
    },
  }

  function signOfLife(): number {
    return said + (stream?.bytesRead ?? 0)
  }
}
