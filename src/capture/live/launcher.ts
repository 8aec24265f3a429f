/**
 * The one process that keeps the rights with which smblens was started, so that nothing that reads packets has them. It starts a program for each
 * interface, hands the program's output to main as it is, without a look, and repeats what the program says; what all of it means is main's affair.
 *
 * Main can tell it what to capture once. After that main can have the same programs started again, asked and ended, and nothing else: a main that an
 * attacker took over with a packet gets no further than the packets.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Order, Report } from './launcher-messages.ts'
import { readOrder } from './launcher-messages.ts'
import { eachLine } from './lines.ts'
import type { CaptureRequest } from './live-capture.ts'
import { commandLine } from './programs.ts'

let request: CaptureRequest | null = null
const running = new Map<number, ChildProcess>()

// Ctrl-C and a service's end are main's to act on: the last packets and figures are still to come. Main's own end is the end here too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('message', (message) => {
  const order = readOrder(message, request?.interfaces.length ?? 0)
  if (order !== null) obey(order)
})
process.on('disconnect', end)
// Main may be gone already.
if (!process.connected) end()

function obey(order: Order): void {
  if (order.type === 'request') {
    request ??= order.request
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
  const { file, args } = commandLine(program, request, place)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(), cwd: '/' })
  running.set(place, child)
  const ended = (how: string) => {
    running.delete(place)
    report({ type: 'ended', place, how })
  }
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

/** English messages, whatever the user's language; and nothing that would change how a program or Node runs. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, LC_ALL: 'C' }
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
