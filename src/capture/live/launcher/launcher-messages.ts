/** The messages between main and the launcher. The launcher holds rights and main does not, so it checks every message that it gets. */
import type { CaptureProgram } from '../programs/capture-programs.ts'
import { isCaptureProgram } from '../programs/commands.ts'
import type { CaptureRequest } from '../request/live-capture.ts'

/** The request comes first and once; the messages after it can only start, query and end what it named. `index` is that of an interface in it. */
export type LauncherOrder =
  | { type: 'request'; request: CaptureRequest }
  | { type: 'start'; index: number; program: CaptureProgram }
  | { type: 'count' | 'stop' | 'kill' | 'ping'; index: number }

/**
 * `stream` comes with the program's standard output as a handle; `line` is a line of its standard error, unchanged; `pong` answers `ping`. A program is
 * `stopped` when somebody sent it SIGSTOP.
 */
export type LauncherReport =
  | { type: 'stream' | 'stopped' | 'continued' | 'pong'; index: number }
  | { type: 'line'; index: number; line: string }
  | { type: 'ended'; index: number; how: string }

const MAX_INTERFACES = 64
const MAX_NAME = 200
const MAX_FILTER = 65_536
export const MAX_SNAP_LENGTH = 262_144
const MAX_BUFFER = 0x7fff_ffff

/** Null for anything that smblens itself does not send. `interfaces`: how many the request has. */
export function readOrder(message: unknown, interfaces: number): LauncherOrder | null {
  if (!isObject(message)) return null
  const { type, index, program, request } = message
  if (type === 'request') return isRequest(request) ? { type, request } : null
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= interfaces) return null
  if (type === 'start') return isCaptureProgram(program) ? { type, index, program } : null
  return type === 'count' || type === 'stop' || type === 'kill' || type === 'ping' ? { type, index } : null
}

/** From the launcher, which main trusts: only the shape is checked. */
export function isReport(message: unknown): message is LauncherReport {
  return isObject(message) && typeof message['type'] === 'string' && typeof message['index'] === 'number'
}

/**
 * A name that Linux allows for an interface (dev_valid_name): no white space and no slash. Programs accept more in its place: standard input (`-`), the
 * path of a pipe, another machine (`rpcap://...`). None of these is an interface here.
 */
export function isInterfaceName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_NAME && /^(?!-$|\.\.?$)[^\s/\0]+$/u.test(name)
}

function isRequest(value: unknown): value is CaptureRequest {
  if (!isObject(value)) return false
  const { interfaces, filter, snapLength, bufferBytes, promiscuous, with: program } = value
  return (
    Array.isArray(interfaces) &&
    interfaces.length > 0 &&
    interfaces.length <= MAX_INTERFACES &&
    interfaces.every(isInterfaceName) &&
    typeof filter === 'string' &&
    filter.length <= MAX_FILTER &&
    !filter.includes('\0') &&
    isWhole(snapLength, MAX_SNAP_LENGTH) &&
    isWhole(bufferBytes, MAX_BUFFER) &&
    typeof promiscuous === 'boolean' &&
    (program === 'auto' || isCaptureProgram(program))
  )
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
