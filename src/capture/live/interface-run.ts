/** One interface of a live capture: its program's runs, one after the other, and what is known of its losses. */
import type { Socket } from 'node:net'
import { escapeText } from '../../base/safe-text.ts'
import type { Launcher } from './launcher/launcher.ts'
import type { Report } from './launcher/launcher-messages.ts'
import { createTally } from './loss-count.ts'
import { type LinkState, linkState, seesEachPacketOnce } from './machine/interfaces.ts'
import { type Figures, readWords } from './programs/messages.ts'
import type { CaptureProgram, InterfaceLoss } from './request/live-capture.ts'
import type { CaptureStartErrorCode } from './request/start-error.ts'

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
  /** The program has ended with the launcher. `forGood`: nobody can start it any more. */
  lose(reason: string, forGood: boolean): void
}

/** A program that fails again and again is tried less and less often; an interface that has just come back, at once. */
const RETRY_MS = 1000
const RETRY_MOST_MS = 15_000
/** A run that was longer did not fail at once. */
const HELD_MS = 10_000
const LINK_MS = 1000
/** Programs are ready within milliseconds; one that waits for something may wait forever. */
const START_MS = 10_000
/** Counts that were asked so long ago are what is known of a program that ends without a word. */
const ASK_MS = 5000
/** tcpdump answers at once, unless it waits for us to read: then the figures are those of the last time. */
const COUNT_MS = 1000
const STOP_LOOK_MS = 250
/** A program that was told to end, and for so long neither gave nor said anything: dumpcap does not hear it while its interface is down. */
const STOP_SILENT_MS = 3000
const STOP_MOST_MS = 20_000
/** After it was killed: whoever should have done so does not answer. */
const STOP_KILLED_MS = 2000
/** What the kernel holds when the capture is to end is still read, for so long at most; it hands packets over once a second at the latest. */
const DRAIN_MS = 4000
const DRAIN_LOOK_MS = 50
const DRAIN_STILL_MS = 1200

const HELD =
  'somebody stopped the program that captures (SIGSTOP): it goes on now, and what was lost meanwhile is counted'

const LINK_WORDS: Record<LinkState, string | null> = {
  up: null,
  down: 'is down',
  'no-link': 'has no link',
  gone: 'is not there any more',
}

/** @param hears false while the launcher does not answer: then nothing is asked of it */
export function createPlace(
  place: number,
  name: string,
  program: CaptureProgram,
  launcher: Launcher,
  hears: () => boolean,
): CapturePlace {
  const tally = createTally(program)
  const countsOnce = seesEachPacketOnce(name)
  let events: PlaceEvents | null = null
  let restart = () => {}
  let running = false
  let ready = false
  let stopping = false
  let stream: Socket | null = null
  let problem: StartProblem | null = null
  let down: string | null = null
  let ended = ''
  /** Somebody has stopped the program. */
  let held = false
  let begun = 0
  let failures = 0
  let figures: Partial<Figures> | null = null
  let said = 0
  let lastLink: LinkState | null = null
  let onBegun = () => {}
  let onStarted = (_: StartProblem | null) => {}
  let onEnded: (() => void)[] = []
  let onCounted: (() => void)[] = []
  let linkTimer: NodeJS.Timeout | undefined
  let askTimer: NodeJS.Timeout | undefined
  let startTimer: NodeJS.Timeout | undefined
  let retryTimer: NodeJS.Timeout | undefined

  function start(handedOver = () => {}): Promise<StartProblem | null> {
    if (running) {
      handedOver()
      return Promise.resolve(null)
    }
    running = true
    ready = false
    held = false
    problem = null
    figures = null
    begun = performance.now()
    onBegun = handedOver
    tally.startRun()
    startTimer = setTimeout(giveUpStart, START_MS)
    launcher.send({ type: 'start', place, program })
    return new Promise((resolve) => {
      onStarted = resolve
    })
  }

  function giveUpStart(): void {
    const text = `${program} was started and is not ready after ${START_MS / 1000} s: look what it waits for`
    problem ??= { code: 'failed', text }
    launcher.send({ type: 'kill', place })
    // Its end comes, unless nobody is there who could kill it.
    startTimer = setTimeout(() => onEnd('it was killed'), STOP_KILLED_MS)
  }

  function onReport(report: Report, handle: Socket | undefined): void {
    if (report.type === 'stream') {
      stream = handle ?? null
      // Before anybody reads: an error is one of the end of the program, which is told apart.
      stream?.on('error', () => {})
      onBegun()
    } else if (report.type === 'line') onLine(report.line)
    else if (report.type === 'ended') onEnd(report.how)
    else if (report.type !== 'pong') {
      held = report.type === 'stopped'
      look()
    }
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
      if (words.kind !== 'figures') return
      figures = words.figures
      settle('counted')
    }
  }

  function onReady(): void {
    if (ready) return
    ready = true
    clearTimeout(startTimer)
    deliver()
    look()
    onStarted(null)
  }

  function onEnd(how: string): void {
    if (!running) return
    running = false
    clearTimeout(startTimer)
    failures = ready && performance.now() - begun > HELD_MS ? 0 : failures + 1
    tally.endRun(ready)
    if (!ready) stream?.destroy()
    ended = problem?.text ?? reasonFor(how)
    onBegun()
    onStarted(problem ?? { code: 'failed', text: ended })
    settle('counted')
    settle('ended')
    look()
    retryLater()
  }

  function retryLater(): void {
    if (stopping || events === null) return
    retryTimer = setTimeout(restart, Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** Math.max(0, failures - 1)))
  }

  function reasonFor(how: string): string {
    if (program === 'cap' && how === 'SIGABRT') return 'the interface went down, which ends cap'
    return `${program} ended (${escapeText(how)})`
  }

  function deliver(): void {
    if (events === null || !ready || stream === null) return
    events.onStream(stream)
  }

  /** What it waited for is there. */
  function retryNow(): void {
    failures = 0
    clearTimeout(retryTimer)
    retryLater()
  }

  /** Tells what has changed since the last look. */
  function look(): void {
    if (events === null || stopping) return
    const link = linkState(name)
    if (lastLink !== 'up' && link === 'up' && !running) retryNow()
    lastLink = link
    const words = link === null ? null : LINK_WORDS[link]
    const reason = !running || !ready ? ended : held ? HELD : words && `${escapeText(name)} ${words}`
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
      if (!stopping && program === 'tcpdump') askTimer = setInterval(() => void ask(), ASK_MS)
      deliver()
      look()
      // It ended while the others were being started.
      if (!running) retryLater()
    },
    async loss() {
      if (!stopping) await ask()
      return { ...tally.loss(name), countsAll: program === 'tcpdump' && countsOnce }
    },
    async stop() {
      stopping = true
      clearInterval(linkTimer)
      clearInterval(askTimer)
      clearTimeout(retryTimer)
      if (running && ready) await drain()
      if (!running) return
      launcher.send({ type: 'stop', place })
      const started = performance.now()
      let heard = started
      let sign = signOfLife()
      let killed: number | null = null
      const timer = setInterval(() => {
        const now = performance.now()
        if (signOfLife() !== sign) heard = now
        sign = signOfLife()
        const asked = now - heard
        const most = now - started
        if (hears() && asked <= STOP_SILENT_MS && most <= STOP_MOST_MS) return
        launcher.send({ type: 'kill', place })
        killed ??= now
        if (now - killed > STOP_KILLED_MS) onEnd('nobody could end it')
      }, STOP_LOOK_MS)
      await new Promise<void>((resolve) => onEnded.push(resolve))
      clearInterval(timer)
    },
    lose(reason, forGood) {
      problem ??= { code: 'failed', text: reason }
      stopping ||= forGood
      // What the program has written can still be read; its guard has killed it.
      onEnd(reason)
      if (!forGood) return
      clearInterval(linkTimer)
      clearInterval(askTimer)
      clearTimeout(retryTimer)
    },
  }

  /** The newest figures; null where there are none to be had, or nobody answers. */
  function ask(): Promise<Partial<Figures> | null> {
    if (!running || !ready || program !== 'tcpdump' || !hears()) return Promise.resolve(null)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), COUNT_MS)
      onCounted.push(() => {
        clearTimeout(timer)
        resolve(figures)
      })
      launcher.send({ type: 'count', place })
    })
  }

  /**
   * Until what had been received when this began has been read. A program that is told to end leaves the rest where it is: tens of thousands of
   * packets, under load.
   */
  async function drain(): Promise<void> {
    const began = performance.now()
    let moved = began
    let taken = -1
    let goal: number | null = null
    for (;;) {
      const now = performance.now()
      const known = await ask()
      if (known?.taken === undefined) return
      goal ??= known.received ?? 0
      if (known.taken + (known.droppedByKernel ?? 0) >= goal || now - began > DRAIN_MS) return
      if (known.taken !== taken) moved = now
      else if (now - moved > DRAIN_STILL_MS) return
      taken = known.taken
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS))
    }
  }

  function signOfLife(): number {
    return said + (stream?.bytesRead ?? 0)
  }
}
