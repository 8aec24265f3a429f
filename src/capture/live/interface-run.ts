/** One interface of a live capture: its program's runs, one after the other, and the losses that are known. */
import type { Socket } from 'node:net'
import { escapeText } from '../../base/safe-text.ts'
import type { CaptureStartErrorCode } from '../start-error.ts'
import { drain } from './drain.ts'
import type { Launcher } from './launcher/launcher.ts'
import type { LauncherOrder, LauncherReport } from './launcher/launcher-messages.ts'
import { createLossCount, type LossCount } from './loss-count.ts'
import { type LinkState, linkState, seesEachPacketOnce } from './machine/interfaces.ts'
import type { CaptureProgramDescription } from './programs/capture-programs.ts'
import type { ProgramMessage, RunCounts } from './programs/program.ts'
import type { InterfaceLoss } from './request/live-capture.ts'

export interface StartProblem {
  code: CaptureStartErrorCode
  /** The program's own message, escaped. */
  text: string
}

export interface InterfaceEvents {
  onStream(stream: Socket): void
  onDown(reason: string): void
  onUp(): void
  /** The program has ended, and it is time to start it again. */
  onRetry(): void
}

export interface InterfaceRunOptions {
  /** Of the interface in the request. */
  index: number
  interfaceName: string
  program: CaptureProgramDescription
  launcher: Launcher
  /** False while the launcher does not respond: then it gets no requests. */
  launcherAnswers(): boolean
}

/** A program that fails repeatedly is started less and less often; for an interface that has just come back it is started at once. */
const RETRY_MS = 1000
const MAX_RETRY_MS = 15_000
/** A run that lasts longer has not failed at once. */
const LASTING_MS = 10_000
const LINK_CHECK_MS = 1000
/** Programs are ready within milliseconds; one that waits for something may wait forever. */
const START_MS = 10_000
/** How old the counts of a program may be that ends without its last ones. */
const COUNT_INTERVAL_MS = 5000
/** tcpdump responds at once, unless it waits for its output to be read: then the last counts are used. */
const COUNT_MS = 1000
const STOP_CHECK_MS = 250
/** A program that was asked to end and shows no sign of life for this long is killed: dumpcap does not notice while its interface is down. */
const STOP_SILENT_MS = 3000
const MAX_STOP_MS = 20_000
/** How long after a kill the end must be reported. */
const STOP_KILLED_MS = 2000

const STOPPED_BY_SIGNAL =
  'the capture program was stopped (SIGSTOP): it is running again, and the packets lost meanwhile are counted'

const LINK_TEXT: Record<LinkState, string | null> = {
  up: null,
  down: 'is down',
  'no-link': 'has no link',
  gone: 'is gone',
}

/** One run of the program, from its start to its end. */
interface ProgramRun {
  startedAt: number
  isRunning: boolean
  /** It has opened the interface. */
  isReady: boolean
  /** Somebody has stopped it. */
  isStopped: boolean
  stream: Socket | null
  problem: StartProblem | null
  /** Its newest response. */
  counts: Partial<RunCounts> | null
  onHandedOver(): void
  onStarted(problem: StartProblem | null): void
}

export class InterfaceRun {
  private readonly options: InterfaceRunOptions
  private readonly lossCount: LossCount
  /** Queried once: an interface that is gone cannot be queried. */
  private readonly seesEachPacketOnce: boolean
  /** The latest run; null before the first. */
  private run: ProgramRun | null = null
  /** Null until `open`. */
  private events: InterfaceEvents | null = null
  private isStopping = false
  /** The number of consecutive runs that failed at once. */
  private failures = 0
  /** Why the last run ended. */
  private endReason = ''
  /** The reason for which the interface was reported as down; null: it is up. */
  private downReason: string | null = null
  private lastLink: LinkState | null = null
  private messages = 0
  private waitingForEnd: (() => void)[] = []
  private waitingForCounts: (() => void)[] = []
  private linkTimer: NodeJS.Timeout | undefined
  private countTimer: NodeJS.Timeout | undefined
  private startTimer: NodeJS.Timeout | undefined
  private retryTimer: NodeJS.Timeout | undefined

  constructor(options: InterfaceRunOptions) {
    this.options = options
    this.lossCount = createLossCount(options.program.countedBy)
    this.seesEachPacketOnce = seesEachPacketOnce(options.interfaceName)
  }

  /**
   * Starts the program. Resolves with null when it captures, or with why it does not.
   * @param onHandedOver called when another program may be started: its stream was handed over, or it ended
   */
  start(onHandedOver = () => {}): Promise<StartProblem | null> {
    if (this.isRunning) {
      onHandedOver()
      return Promise.resolve(null)
    }
    return new Promise((onStarted) => {
      this.run = {
        startedAt: performance.now(),
        isRunning: true,
        isReady: false,
        isStopped: false,
        stream: null,
        problem: null,
        counts: null,
        onHandedOver,
        onStarted,
      }
      this.lossCount.startRun()
      this.startTimer = setTimeout(() => this.giveUpStart(), START_MS)
      const { index, program } = this.options
      this.options.launcher.send({ type: 'start', index, program: program.name })
    })
  }

  /** From now on events are reported: first the stream that waits, and whether the interface is up. */
  open(events: InterfaceEvents): void {
    this.events = events
    // It may have been stopped before the first event: the stream still has to come to its end, but nothing is watched any more.
    if (!this.isStopping) {
      this.linkTimer = setInterval(() => this.reportState(), LINK_CHECK_MS)
      if (this.options.program.countsWhenAsked)
        this.countTimer = setInterval(() => void this.askForCounts(), COUNT_INTERVAL_MS)
    }
    this.deliverStream()
    this.reportState()
    // It ended while the others were being started.
    if (!this.isRunning) this.retryLater()
  }

  async loss(): Promise<InterfaceLoss> {
    if (!this.isStopping) await this.askForCounts()
    const { interfaceName, program } = this.options
    return { ...this.lossCount.loss(interfaceName), countsAll: program.countsAll && this.seesEachPacketOnce }
  }

  async stop(): Promise<void> {
    this.isStopping = true
    this.clearTimers()
    if (this.isRunning && this.run?.isReady) await drain(() => this.askForCounts())
    if (!this.isRunning) return
    this.send('stop')
    const timer = this.killWhenSilent()
    await new Promise<void>((resolve) => this.waitingForEnd.push(resolve))
    clearInterval(timer)
  }

  onReport(report: LauncherReport, stream: Socket | undefined): void {
    const { run } = this
    if (run === null) return
    switch (report.type) {
      case 'stream':
        run.stream = stream ?? null
        // Before anything reads it: an error means that the program has ended, which is reported by itself.
        run.stream?.on('error', () => {})
        run.onHandedOver()
        break
      case 'line':
        this.messages++
        this.onMessage(run, this.options.program.parseMessage(report.line))
        break
      case 'ended':
        this.onEnd(report.how)
        break
      case 'stopped':
      case 'continued':
        run.isStopped = report.type === 'stopped'
        this.reportState()
        break
    }
  }

  /** The program ended together with the launcher. `forGood`: it cannot be started again. */
  onLauncherLost(reason: string, forGood: boolean): void {
    if (this.run) this.run.problem ??= { code: 'failed', text: reason }
    this.isStopping ||= forGood
    // What the program has written can still be read; its guard has killed it.
    this.onEnd(reason)
    if (forGood) this.clearTimers()
  }

  private get isRunning(): boolean {
    return this.run?.isRunning ?? false
  }

  private send(type: 'count' | 'stop' | 'kill'): void {
    this.options.launcher.send({ type, index: this.options.index } satisfies LauncherOrder)
  }

  private onMessage(run: ProgramRun, message: ProgramMessage | null): void {
    switch (message?.kind) {
      case 'ready':
        this.onReady(run)
        break
      case 'error': {
        // The first error is the cause; only of a filter dumpcap says first that it is wrong and then why.
        const { code, text } = message
        if (run.problem === null || code === 'bad-filter') run.problem = { code, text: escapeText(text) }
        break
      }
      case 'counts':
        this.lossCount.count(message.counts, message.isFinal)
        if (message.isFinal) break
        run.counts = message.counts
        this.endWaiting('waitingForCounts')
        break
    }
  }

  private onReady(run: ProgramRun): void {
    if (run.isReady) return
    run.isReady = true
    clearTimeout(this.startTimer)
    this.deliverStream()
    this.reportState()
    run.onStarted(null)
  }

  private giveUpStart(): void {
    const { name } = this.options.program
    const text = `${name} was started and is not ready after ${START_MS / 1000} s: check what it is waiting for`
    if (this.run) this.run.problem ??= { code: 'failed', text }
    this.send('kill')
    // Its end is reported, unless there is no launcher to kill it.
    this.startTimer = setTimeout(() => this.onEnd('it was killed'), STOP_KILLED_MS)
  }

  /** @param how a signal, a status, or why it could not be started */
  private onEnd(how: string): void {
    const { run } = this
    if (run === null || !run.isRunning) return
    run.isRunning = false
    clearTimeout(this.startTimer)
    this.failures = run.isReady && performance.now() - run.startedAt > LASTING_MS ? 0 : this.failures + 1
    this.lossCount.endRun(run.isReady)
    if (!run.isReady) run.stream?.destroy()
    this.endReason = run.problem?.text ?? this.options.program.endReason(escapeText(how))
    run.onHandedOver()
    run.onStarted(run.problem ?? { code: 'failed', text: this.endReason })
    this.endWaiting('waitingForCounts')
    this.endWaiting('waitingForEnd')
    this.reportState()
    this.retryLater()
  }

  private retryLater(): void {
    const { events, failures } = this
    if (this.isStopping || events === null) return
    const pause = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.max(0, failures - 1))
    this.retryTimer = setTimeout(() => events.onRetry(), pause)
  }

  /** What it waited for has happened. */
  private retrySoon(): void {
    this.failures = 0
    clearTimeout(this.retryTimer)
    this.retryLater()
  }

  private deliverStream(): void {
    if (this.events !== null && this.run?.isReady && this.run.stream !== null) this.events.onStream(this.run.stream)
  }

  /** Reports the interface as down or up if that has changed. */
  private reportState(): void {
    if (this.events === null || this.isStopping) return
    const link = linkState(this.options.interfaceName)
    if (this.lastLink !== 'up' && link === 'up' && !this.isRunning) this.retrySoon()
    this.lastLink = link
    const reason = this.reasonFor(link)
    if (reason === this.downReason || (reason !== null && this.downReason !== null)) return
    this.downReason = reason
    if (reason === null) this.events.onUp()
    else this.events.onDown(reason)
  }

  /** Why nothing is captured at the moment; null if something is. */
  private reasonFor(link: LinkState | null): string | null {
    const { run } = this
    if (run === null || !run.isRunning || !run.isReady) return this.endReason
    if (run.isStopped) return STOPPED_BY_SIGNAL
    const text = link && LINK_TEXT[link]
    return text && `${escapeText(this.options.interfaceName)} ${text}`
  }

  /** The newest counts; null if the program does not give any, or nothing answers. */
  private askForCounts(): Promise<Partial<RunCounts> | null> {
    const { run } = this
    const { program, launcherAnswers } = this.options
    if (run === null || !run.isRunning || !run.isReady || !program.countsWhenAsked || !launcherAnswers())
      return Promise.resolve(null)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), COUNT_MS)
      this.waitingForCounts.push(() => {
        clearTimeout(timer)
        resolve(run.counts)
      })
      this.send('count')
    })
  }

  /** Kills the program, which was asked to end, if it shows no sign of life. Gives up if that does not help. */
  private killWhenSilent(): NodeJS.Timeout {
    const toldAt = performance.now()
    let aliveAt = toldAt
    let signs = this.signsOfLife()
    let killedAt: number | null = null
    return setInterval(() => {
      const now = performance.now()
      if (this.signsOfLife() !== signs) aliveAt = now
      signs = this.signsOfLife()
      const mayTakeLonger = now - aliveAt <= STOP_SILENT_MS && now - toldAt <= MAX_STOP_MS
      if (mayTakeLonger && this.options.launcherAnswers()) return
      this.send('kill')
      killedAt ??= now
      if (now - killedAt > STOP_KILLED_MS) this.onEnd('it could not be ended')
    }, STOP_CHECK_MS)
  }

  /** Grows with each message and each byte. */
  private signsOfLife(): number {
    return this.messages + (this.run?.stream?.bytesRead ?? 0)
  }

  private endWaiting(what: 'waitingForEnd' | 'waitingForCounts'): void {
    const waiting = this[what]
    this[what] = []
    for (const resolve of waiting) resolve()
  }

  private clearTimers(): void {
    clearInterval(this.linkTimer)
    clearInterval(this.countTimer)
    clearTimeout(this.retryTimer)
  }
}
