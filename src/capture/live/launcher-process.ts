/** Main's end of the launcher: starts it, talks to it, and sees it off. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { escapeText } from '../../report/escape.ts'
import { isReport, type Order, type Report } from './launcher-messages.ts'
import { eachLine } from './lines.ts'
import type { CaptureRequest } from './live-capture.ts'
import { builtFile } from './programs.ts'

export interface Launcher {
  send(order: Order): void
  /** Ends it, and with it whatever it still runs. */
  end(): Promise<void>
}

export interface LauncherEvents {
  onReport(report: Report, stream: Socket | undefined): void
  /** It ended without having been told to. One line for people. */
  onLost(reason: string): void
}

/**
 * In a session of its own: Ctrl-C in the terminal is for main alone. When main is gone, however it went, the channel between them closes, and the
 * launcher ends its programs and itself.
 */
export function startLauncher(request: CaptureRequest, events: LauncherEvents): Launcher {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [builtFile('capture-launcher.cjs')], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true,
    env: { PATH, HOME },
  })
  let ending = false
  let lastLine = ''
  const gone = once(child, 'exit').catch(() => [null, null])
  void eachLine(child.stderr!, (line) => {
    if (/\S/.test(line) && !line.startsWith('Node.js v')) lastLine = line
  })
  child.on('message', (message, handle) => {
    if (isReport(message)) events.onReport(message, handle as Socket | undefined)
  })
  // A channel that closes in the middle of a message: `exit` follows.
  child.on('error', () => {})
  child.once('exit', (code, signal) => {
    if (!ending)
      events.onLost(
        `the process that captures for smblens ended (${escapeText(lastLine || (signal ?? `status ${code}`))})`,
      )
  })
  const send = (order: Order) => {
    if (child.connected) child.send(order, () => {})
  }
  send({ type: 'request', request })
  return {
    send,
    async end() {
      ending = true
      if (child.connected) child.disconnect()
      await gone
    },
  }
}
