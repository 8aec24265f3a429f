/**
 * `smblens live` is two processes from the start: this one was started by somebody, does nothing but wait, and answers for the other, which reads
 * packets. That one gets an environment and descriptors that have nothing of its starter's in them; and whatever becomes of it, the terminal is put
 * back, its packets are deleted, and the exit status says what happened.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dropRights } from '../../capture/live/machine/drop-rights.ts'
import { closeStrayDescriptors, nodeOptions, parserEnvironment } from '../../capture/live/machine/environment.ts'
import { sweepSpoolFolders } from '../../live/spool-folder.ts'
import { LEAVE_SCREEN } from '../../tui/terminal/screen-sequences.ts'
import { prepareToTell, tell } from '../output/notices.ts'
import { type PatientWriter, writerTo } from '../output/patient-writer.ts'
import { EXIT } from '../process/exit-status.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type EndSignal = (typeof SIGNALS)[number]

/** Set for the process that reads packets, which has a channel to this one. */
const MARK = 'SMBLENS_READS_PACKETS'

/** One that is alive says so at once; what it still has to do may take longer, but on a screen. */
const ANSWER_MS = 5000
const END_MS = 60_000

interface Options {
  /** Of --user. */
  user: string | null
  /** It is on the screen. */
  screen: boolean
  /** Descriptors that arguments name. */
  descriptors: ReadonlySet<number>
}

/** Is this the process that reads packets? */
export function isSupervised(): boolean {
  return process.env[MARK] !== undefined && process.connected
}

/** Runs the same command in a process of its own: its exit status. */
export function supervise(options: Options): Promise<number> {
  closeStrayDescriptors(options.descriptors)
  // While this is root: the terminal, and the pipe that standard error may be, can be root's alone.
  prepareToTell()
  const terminal = options.screen ? writerTo(1) : null
  const child = start(options.descriptors)
  return new Promise((resolve) => {
    const ending = endOnSignals(child, options.screen)
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
        else tell(`the process that reads packets ended (${how}): what it knew is lost`)
      }
      resolve(code ?? EXIT.INPUT)
    }
    child.once('error', (error) => onEnd(null, error.message))
    child.once('exit', (code, signal) => onEnd(code, signal ?? ''))
  })
}

/** A terminal that takes nothing is not waited for. */
function leaveScreen(terminal: PatientWriter | null): void {
  try {
    void terminal?.put(LEAVE_SCREEN)
    terminal?.flush()
  } catch {
    // It has gone away.
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
  /** The first signal; null where none came. */
  readonly signal: EndSignal | null
  answered(): void
  release(): void
}

/** The first signal is handed on, and ends the child in good order; where it does not answer, or at the second signal, it is killed. */
function endOnSignals(child: ChildProcess, screen: boolean): Ending {
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
  for (const signal of SIGNALS) process.on(signal, onSignal)
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
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}

// --- in the process that reads packets

/**
 * Takes a signal that the other process got for one of this process's own, unless it had it already: Ctrl-C goes to both. The other's end is an end
 * too.
 */
export function obeySupervisor(): void {
  if (!isSupervised()) return
  let had = false
  const note = (signal: NodeJS.Signals) => {
    had = true
    for (const each of SIGNALS) process.off(each, note)
    // Nothing has begun that would have to end in good order.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
  }
  for (const signal of SIGNALS) process.prependListener(signal, note)
  const end = (signal: EndSignal) => {
    if (!had) process.kill(process.pid, signal)
  }
  process.on('message', (message) => {
    const signal = SIGNALS.find((each) => each === message)
    if (signal === undefined) return
    process.send?.('answer')
    end(signal)
  })
  process.once('disconnect', () => end('SIGTERM'))
  process.channel?.unref()
}

/** Rights were given up here: the other process needs none any more either. */
export function reportUnprivileged(): void {
  if (isSupervised()) process.send?.('unprivileged')
}

/** A channel that is open keeps the other from ending its part. */
export function leaveSupervisor(): void {
  if (!isSupervised()) return
  process.removeAllListeners('disconnect')
  process.disconnect()
}
