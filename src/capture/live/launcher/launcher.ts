/** Main's end of the launcher: starts it, exchanges messages with it, and ends it. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { escapeText } from '../../../base/safe-text.ts'
import { builtFile } from '../machine/built-file.ts'
import { nodeOptions, programEnvironment } from '../machine/environment.ts'
import type { CaptureRequest } from '../request/live-capture.ts'
import { MAIN_IS_ALIVE } from './guard.ts'
import { isReport, type LauncherOrder, type LauncherReport } from './launcher-messages.ts'
import { eachLine } from './stderr-lines.ts'

export interface Launcher {
  /** Starts the launcher again first, if it has ended and may be started again. */
  send(order: LauncherOrder): void
  /** Ends the launcher, and with it all programs that still run. */
  end(): Promise<void>
}

export interface LauncherEvents {
  onReport(report: LauncherReport, stream: Socket | undefined): void
  /** It ended unexpectedly. `reason` is one line for users. `forGood`: it cannot be started again, because the rights for that were given up. */
  onLost(reason: string, forGood: boolean): void
  /** It stopped responding, or responds again. */
  onSilent(silent: boolean): void
}

const PING_MS = 2000
const SILENT_MS = 8000
/** It ends at once on request, unless somebody has stopped it: then its guard ends it. */
const END_MS = 1000

/**
 * It runs in its own session: Ctrl-C in the terminal reaches main alone. When main is gone, for any reason, the channel between them closes, and the
 * launcher ends its programs and itself; guard.ts is for the case that it cannot.
 */
export function startLauncher(request: CaptureRequest, events: LauncherEvents): Launcher {
  const mayStartAgain = process.getuid?.() !== 0
  let ending = false
  let child = begin()
  let heard = performance.now()
  let silent = false
  const pings = setInterval(ping, PING_MS)

  function begin(): ChildProcess {
    const started = spawn(process.execPath, [...nodeOptions(), builtFile('capture-launcher.cjs')], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
      detached: true,
      env: programEnvironment(),
    })
    let lastLine = ''
    let gone = false
    const onGone = (how: string) => {
      if (gone) return
      gone = true
      aliveOf(started)?.destroy()
      if (!ending)
        events.onLost(
          `the process that captures for smblens ended (${escapeText(lastLine || how)}), and its programs with it`,
          !mayStartAgain,
        )
    }
    void eachLine(started.stderr!, (line) => {
      if (/\S/.test(line) && !line.startsWith('Node.js v')) lastLine = line
    })
    started.on('message', (message, handle) => {
      heard = performance.now()
      if (isReport(message)) events.onReport(message, handle as Socket | undefined)
    })
    // If the channel closes in the middle of a message, `exit` follows. A process that could not be started has no `exit`.
    started.on('error', (error) => {
      if (started.pid === undefined) onGone(error.message)
    })
    started.once('exit', (code, signal) => onGone(signal ?? `status ${code}`))
    aliveOf(started)?.on('error', () => {})
    started.send({ type: 'request', request } satisfies LauncherOrder, () => {})
    return started
  }

  function ping(): void {
    if (!child.connected) return
    child.send({ type: 'ping', index: 0 } satisfies LauncherOrder, () => {})
    const now = performance.now() - heard > SILENT_MS
    if (now !== silent) events.onSilent(now)
    silent = now
  }

  return {
    send(order) {
      if (!child.connected && !ending && mayStartAgain && order.type === 'start') {
        child = begin()
        heard = performance.now()
      }
      if (child.connected) child.send(order, () => {})
    },
    async end() {
      ending = true
      clearInterval(pings)
      if (child.connected) child.disconnect()
      if (await endsWithin(child, END_MS)) return
      aliveOf(child)?.destroy()
      if (await endsWithin(child, END_MS)) return
      // What is left of it must not keep main from ending: when main ends, so does the pipe to its guard.
      child.stderr?.destroy()
      child.unref()
    },
  }
}

function aliveOf(child: ChildProcess): Socket | null {
  return child.stdio[MAIN_IS_ALIVE] as Socket | null
}

function endsWithin(child: ChildProcess, ms: number): Promise<boolean> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve(true)
  return new Promise((resolve) => {
    const onExit = () => settle(true)
    const timer = setTimeout(() => settle(false), ms)
    const settle = (ended: boolean) => {
      clearTimeout(timer)
      child.off('exit', onExit)
      resolve(ended)
    }
    child.once('exit', onExit)
  })
}
