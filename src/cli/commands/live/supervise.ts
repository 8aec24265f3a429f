/**
 * `smblens live` is two processes from the start. The one that the user started only waits, and is responsible for the other one, which reads packets. The
 * reader gets an environment and descriptors that hold nothing of the user's. However it ends, the supervisor restores the terminal, deletes the
 * reader's packets, and exits with a status that says what happened.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dropRights } from '../../../capture/live/machine/drop-rights.ts'
import { closeStrayDescriptors, nodeOptions, parserEnvironment } from '../../../capture/live/machine/environment.ts'
import { sweepSpoolFolders } from '../../../live/spool-folder.ts'
import { LEAVE_SCREEN } from '../../../tui/terminal/screen-sequences.ts'
import { prepareNotices, showNotice } from '../../output/notices.ts'
import { type PatientWriter, writerTo } from '../../output/patient-writer.ts'
import { EXIT } from '../../process/exit-status.ts'
import { END_SIGNALS, type EndSignal } from '../../process/signals.ts'

/** Set in the environment of the process that reads packets, which also has a channel to this one. */
const MARK = 'SMBLENS_READS_PACKETS'

/** A live process answers at once. Then it may take longer to finish its work, unless it is on a screen. */
const ANSWER_MS = 5000
const END_MS = 60_000

interface Options {
  /** The value of --user. */
  user: string | null
  /** The reader draws on the terminal. */
  screen: boolean
  /** Descriptors that the arguments name. */
  descriptors: ReadonlySet<number>
}

/** Is this the process that reads packets? */
export function isSupervised(): boolean {
  return process.env[MARK] !== undefined && process.connected
}

/** Runs the same command in a separate process. Resolves to that process's exit status. */
export function supervise(options: Options): Promise<number> {
  closeStrayDescriptors(options.descriptors)
  // While this is still root: only root may be able to open the terminal, or the pipe that is standard error.
  prepareNotices()
  const terminal = options.screen ? writerTo(1) : null
  const child = start(options.descriptors)
  return new Promise((resolve) => {
    const ending = passSignalsTo(child, options.screen)
    child.on('message', (message) => {
      if (message === 'answer') ending.answered()
      else if (message === 'unprivileged' && process.getuid?.() === 0) dropRights(options.user)
    })
    const onEnd = (code: number | null, how: string) => {
      ending.release()
      if (code === null) {
        leaveScreen(terminal)
        sweepSpoolFolders(tmpdir())
        if (ending.signal !== null) process.kill(process.pid, ending.signal)
        else showNotice(`the process that reads packets ended (${how}); what it had not yet reported is lost`)
      }
      resolve(code ?? EXIT.INPUT)
    }
    child.once('error', (error) => onEnd(null, error.message))
    child.once('exit', (code, signal) => onEnd(code, signal ?? ''))
  })
}

/** Does not wait for a terminal that reads nothing. */
function leaveScreen(terminal: PatientWriter | null): void {
  try {
    void terminal?.put(LEAVE_SCREEN)
    terminal?.flush()
  } catch {
    // The terminal is gone.
  }
}

function start(descriptors: ReadonlySet<number>): ChildProcess {
  const stdio: ('inherit' | 'ignore' | 'ipc' | number)[] = ['inherit', 'inherit', 'inherit']
  for (const descriptor of descriptors) stdio[descriptor] = descriptor
  for (let i = 3; i < stdio.length; i++) stdio[i] ??= 'ignore'
  stdio.push('ipc')
  return spawn(process.execPath, [...nodeOptions(), ...process.argv.slice(1)], {
    stdio,
    env: { ...parserEnvironment(), [MARK]: '1' },
  })
}

interface Ending {
  /** The first signal that came; null before that. */
  readonly signal: EndSignal | null
  answered(): void
  release(): void
}

/** Passes the first signal on, which ends the child in good order. Kills the child if it does not answer, or at the second signal. */
function passSignalsTo(child: ChildProcess, screen: boolean): Ending {
  let first: EndSignal | null = null
  let timer: NodeJS.Timeout | undefined
  const kill = () => child.kill('SIGKILL')
  const onSignal = (signal: EndSignal) => {
    if (first !== null) {
      kill()
      return
    }
    first = signal
    if (child.connected) child.send(signal, () => {})
    timer = setTimeout(kill, ANSWER_MS)
  }
  for (const signal of END_SIGNALS) process.on(signal, onSignal)
  return {
    get signal() {
      return first
    },
    answered() {
      if (screen || first === null) return
      clearTimeout(timer)
      timer = setTimeout(kill, END_MS)
    },
    release() {
      clearTimeout(timer)
      for (const signal of END_SIGNALS) process.off(signal, onSignal)
    },
  }
}

// --- in the process that reads packets

/**
 * Treats a signal to the supervisor as one to this process, unless it came here too, as Ctrl-C does. If the supervisor ends, this process ends as
 * well.
 */
export function obeySupervisor(): void {
  if (!isSupervised()) return
  let received = false
  const noteSignal = (signal: NodeJS.Signals) => {
    received = true
    for (const each of END_SIGNALS) process.off(each, noteSignal)
    // Nothing has started yet that would have to end in good order.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
  }
  for (const signal of END_SIGNALS) process.prependListener(signal, noteSignal)
  const end = (signal: EndSignal) => {
    if (!received) process.kill(process.pid, signal)
  }
  process.on('message', (message) => {
    const signal = END_SIGNALS.find((each) => each === message)
    if (signal === undefined) return
    process.send?.('answer')
    end(signal)
  })
  process.once('disconnect', () => end('SIGTERM'))
  process.channel?.unref()
}

/** This process has given up its rights, so the supervisor no longer needs any either. */
export function reportUnprivileged(): void {
  if (isSupervised()) process.send?.('unprivileged')
}

/** An open channel would keep the supervisor from seeing this process end. */
export function leaveSupervisor(): void {
  if (!isSupervised()) return
  process.removeAllListeners('disconnect')
  process.disconnect()
}
