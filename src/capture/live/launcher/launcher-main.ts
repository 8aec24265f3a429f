/**
 * The one process that keeps the rights with which smblens was started, so that nothing that parses packets has them. It starts a program for each
 * interface, hands the program's output to main without reading it, and forwards the program's messages; main interprets all of it.
 *
 * Main can give it one request. After that, main can have the same programs started again, asked for counts and ended, and nothing else: an attacker
 * who takes over main with a packet gets no further than the packets.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { programEnvironment } from '../machine/environment.ts'
import { linkState } from '../machine/interfaces.ts'
import { COMMANDS } from '../programs/commands.ts'
import type { CaptureRequest } from '../request/live-capture.ts'
import { keepGuard } from './guard.ts'
import { type LauncherOrder, type LauncherReport, readOrder } from './launcher-messages.ts'
import { eachLine } from './stderr-lines.ts'

/** How often it checks whether somebody has stopped a program. */
const STOPPED_CHECK_MS = 1000

let request: CaptureRequest | null = null
const running = new Map<number, ChildProcess>()
const stopped = new Set<number>()

// Main acts on Ctrl-C and on the end of a service: the last packets and counts are still to come. When main ends, this process ends too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('message', (message) => {
  const order = readOrder(message, request?.interfaces.length ?? 0)
  if (order !== null) obey(order)
})
process.on('disconnect', end)
// Main may be gone already.
if (!process.connected) end()
keepGuard()
setInterval(resumeStopped, STOPPED_CHECK_MS)

function obey(order: LauncherOrder): void {
  if (order.type === 'request') {
    request ??= order.request
    return
  }
  if (order.type === 'ping') {
    report({ type: 'pong', index: order.index })
    return
  }
  if (order.type === 'start') {
    if (request !== null && !running.has(order.index)) start(request, order)
    return
  }
  const child = running.get(order.index)
  if (order.type === 'count') child?.kill('SIGUSR1')
  else child?.kill(order.type === 'stop' ? 'SIGTERM' : 'SIGKILL')
}

/** Main requests the next start when it has the stream of this one: Node hands over one handle at a time, and would read from those that wait. */
function start(request: CaptureRequest, { index, program }: LauncherOrder & { type: 'start' }): void {
  const name = request.interfaces[index]!
  const ended = (how: string) => {
    running.delete(index)
    stopped.delete(index)
    report({ type: 'ended', index, how })
  }
  const command = COMMANDS[program]
  if (command.isMistaken(name, linkState(name) !== 'gone')) {
    ended(`it would take the name ${name} for something else`)
    return
  }
  const { file, args } = command.commandLine(name, request)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: programEnvironment(), cwd: '/' })
  running.set(index, child)
  if (child.pid === undefined) {
    child.once('error', (error) => ended(error.message))
    return
  }
  leaveUnread(child.stdout)
  report({ type: 'stream', index }, child.stdout)
  const allLines = eachLine(child.stderr, (line) => report({ type: 'line', index, line }))
  child.once('exit', async (code, signal) => {
    await allLines
    ended(signal ?? `status ${code}`)
  })
}

/**
 * Node starts to read from a child's pipe at once, and continues until main has confirmed that it has the pipe: what came in between would be lost.
 * There is no other way to stop that; `process.send` uses the handle of the same name.
 */
function leaveUnread(stream: Readable): void {
  const { _handle: handle } = stream as Readable & { _handle: { readStop(): void } }
  handle.readStop()
}

/** Resumes a program that was stopped (SIGSTOP), and reports it to main. While it is stopped, its packets wait in the kernel's buffer. */
function resumeStopped(): void {
  for (const [index, child] of running) {
    const isStopped = child.pid !== undefined && stateOf(child.pid) === 'T'
    if (isStopped) child.kill('SIGCONT')
    if (isStopped === stopped.has(index)) continue
    if (isStopped) stopped.add(index)
    else stopped.delete(index)
    report({ type: isStopped ? 'stopped' : 'continued', index })
  }
}

/** Third field of /proc/PID/stat, proc(5); null if there is none. */
function stateOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.charAt(stat.lastIndexOf(')') + 2)
  } catch {
    return null
  }
}

function report(message: LauncherReport, stream?: Readable): void {
  if (!process.connected) return
  // An error means that main is gone, and then `disconnect` comes too.
  if (stream === undefined) process.send?.(message, undefined, undefined, () => {})
  else process.send?.(message, stream as never, { keepOpen: false }, () => {})
}

function end(): void {
  for (const child of running.values()) child.kill('SIGKILL')
  process.exit()
}
