/**
 * The one process that keeps the rights with which smblens was started, so that nothing that reads packets has them. It starts a program for each
 * interface, hands the program's output to main as it is, without a look, and repeats what the program says; what all of it means is main's affair.
 *
 * Main can tell it what to capture once. After that main can have the same programs started again, asked and ended, and nothing else: a main that an
 * attacker took over with a packet gets no further than the packets.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { programEnvironment } from '../machine/environment.ts'
import { linkState } from '../machine/interfaces.ts'
import { commandLine } from '../programs/command-line.ts'
import type { CaptureRequest } from '../request/live-capture.ts'
import { keepGuard } from './guard.ts'
import type { Order, Report } from './launcher-messages.ts'
import { isMistaken, readOrder } from './launcher-messages.ts'
import { eachLine } from './stderr-lines.ts'

/** How often it is looked whether somebody has stopped a program. */
const LOOK_MS = 1000

let request: CaptureRequest | null = null
const running = new Map<number, ChildProcess>()
const stopped = new Set<number>()

// Ctrl-C and a service's end are main's to act on: the last packets and figures are still to come. Main's own end is the end here too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('message', (message) => {
  const order = readOrder(message, request?.interfaces.length ?? 0)
  if (order !== null) obey(order)
})
process.on('disconnect', end)
// Main may be gone already.
if (!process.connected) end()
keepGuard()
setInterval(lookForStopped, LOOK_MS)

function obey(order: Order): void {
  if (order.type === 'request') {
    request ??= order.request
    return
  }
  if (order.type === 'ping') {
    report({ type: 'pong', place: order.place })
    return
  }
  if (order.type === 'start') {
    if (request !== null && !running.has(order.place)) start(request, order)
    return
  }
  const child = running.get(order.place)
  if (order.type === 'count') child?.kill('SIGUSR1')
  else child?.kill(order.type === 'stop' ? 'SIGTERM' : 'SIGKILL')
}

/** Main asks for the next start when it has the stream of this one: Node hands over one at a time, and would read from those that wait. */
function start(request: CaptureRequest, { place, program }: Order & { type: 'start' }): void {
  const name = request.interfaces[place]!
  const ended = (how: string) => {
    running.delete(place)
    stopped.delete(place)
    report({ type: 'ended', place, how })
  }
  if (isMistaken(program, name, linkState(name) !== 'gone')) {
    ended(`it would take the name ${name} for something else`)
    return
  }
  const { file, args } = commandLine(program, request, place)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: programEnvironment(), cwd: '/' })
  running.set(place, child)
  if (child.pid === undefined) {
    child.once('error', (error) => ended(error.message))
    return
  }
  leaveUnread(child.stdout)
  report({ type: 'stream', place }, child.stdout)
  const said = eachLine(child.stderr, (line) => report({ type: 'line', place, line }))
  child.once('exit', async (code, signal) => {
    await said
    ended(signal ?? `status ${code}`)
  })
}

/**
 * Node reads from a pipe of a child at once, and goes on until main has confirmed that it has the pipe: what came in between would be lost. There is
 * no other way to stop that; `process.send` takes the handle by the same name.
 */
function leaveUnread(stream: Readable): void {
  const { _handle: handle } = stream as Readable & { _handle: { readStop(): void } }
  handle.readStop()
}

/** A program that somebody stopped (SIGSTOP) goes on: until then its packets wait in the kernel's buffer, and main is told. */
function lookForStopped(): void {
  for (const [place, child] of running) {
    const isStopped = child.pid !== undefined && stateOf(child.pid) === 'T'
    if (isStopped) child.kill('SIGCONT')
    if (isStopped === stopped.has(place)) continue
    if (isStopped) stopped.add(place)
    else stopped.delete(place)
    report({ type: isStopped ? 'stopped' : 'continued', place })
  }
}

/** Third field of proc(5)'s stat; null where there is none. */
function stateOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.charAt(stat.lastIndexOf(')') + 2)
  } catch {
    return null
  }
}

function report(message: Report, stream?: Readable): void {
  if (!process.connected) return
  // Errors mean that main is gone, which `disconnect` tells too.
  if (stream === undefined) process.send?.(message, undefined, undefined, () => {})
  else process.send?.(message, stream as never, { keepOpen: false }, () => {})
}

function end(): void {
  for (const child of running.values()) child.kill('SIGKILL')
  process.exit()
}
