/** What main and launcher say to each other. The launcher holds rights and main does not: it believes nothing that it has not looked at. */
import { CAPTURE_PROGRAMS, type CaptureProgram, type CaptureRequest } from '../request/live-capture.ts'

/** The request comes once and first; what follows can only start, ask and end what it named. */
export type Order =
  | { type: 'request'; request: CaptureRequest }
  | { type: 'start'; place: number; program: CaptureProgram }
  | { type: 'count' | 'stop' | 'kill' | 'ping'; place: number }

/**
 * `stream` comes with the program's standard output as a handle; `line` is a line of its standard error, as it is; `pong` answers `ping`. A program is
 * `stopped` where somebody sent it SIGSTOP.
 */
export type Report =
  | { type: 'stream' | 'stopped' | 'continued' | 'pong'; place: number }
  | { type: 'line'; place: number; line: string }
  | { type: 'ended'; place: number; how: string }

const MAX_INTERFACES = 64
const MAX_NAME = 200
const MAX_FILTER = 65_536
export const MAX_SNAP_LENGTH = 262_144
const MAX_BUFFER = 0x7fff_ffff

/** Null for what no main of ours sends. */
export function readOrder(message: unknown, places: number): Order | null {
  if (!isObject(message)) return null
  const { type, place, program, request } = message
  if (type === 'request') return isRequest(request) ? { type, request } : null
  if (typeof place !== 'number' || !Number.isInteger(place) || place < 0 || place >= places) return null
  if (type === 'start') return isProgram(program) ? { type, place, program } : null
  return type === 'count' || type === 'stop' || type === 'kill' || type === 'ping' ? { type, place } : null
}

/** From the launcher, which main trusts: only the shape is looked at. */
export function isReport(message: unknown): message is Report {
  return isObject(message) && typeof message['type'] === 'string' && typeof message['place'] === 'number'
}

/**
 * A name that Linux lets an interface have (dev_valid_name): no blank and no slash in it. Programs take more for one: standard input (`-`), a pipe by
 * its path, a machine elsewhere (`rpcap://...`). None of that is an interface here.
 */
export function isInterfaceName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_NAME && /^(?!-$|\.\.?$)[^\s/\0]+$/u.test(name)
}

/**
 * What a program would take for something else than this name, which an interface can have: tcpdump and dumpcap a number for a place in their lists,
 * dumpcap `TCP@...` for a machine elsewhere. tcpdump looks for the name first.
 */
export function isMistaken(program: CaptureProgram, name: string, isThere: boolean): boolean {
  if (program === 'dumpcap' && /^TCP@/i.test(name)) return true
  return /^\d+$/.test(name) && (program === 'dumpcap' || !isThere)
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
    (program === 'auto' || isProgram(program))
  )
}

function isProgram(value: unknown): value is CaptureProgram {
  return CAPTURE_PROGRAMS.some((program) => program === value)
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
