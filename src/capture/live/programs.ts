/** The three programs: where they are and what they are told. An argument is one word of execve's: no shell ever sees it. */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { nodeOptions } from './environment.ts'
import type { CaptureProgram, CaptureRequest } from './live-capture.ts'
import { trustedPath } from './trusted-path.ts'

/** Beside PATH: administrators' folders, which others than root rarely have in it. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

/** For programs that are asked something: they answer at once, or never. */
export const PROBE_LIMIT = { timeout: 5000, killSignal: 'SIGKILL' } as const

export interface Found {
  path: string
  /**
   * Why it must not be started, null where it may: it is not for this user to start, as dumpcap is often its group's alone; or this is root, and
   * others may change it or put another in its place.
   */
  unusable: 'not-executable' | 'replaceable' | null
}

/**
 * Null where it is not installed. Folders that are relative to where we happen to be are left out, and for root all in which others may write: what is
 * started holds rights.
 */
export function findProgram(name: 'tcpdump' | 'dumpcap' | 'id'): Found | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute), ...MORE_FOLDERS]
  const asRoot = process.getuid?.() === 0
  let found: Found | null = null
  for (const folder of folders) {
    const path = join(folder, name)
    if (!isFile(path)) continue
    const usable = asRoot ? trustedPath(path) : path
    if (usable !== null && mayExecute(usable)) return { path: usable, unusable: null }
    found ??= { path, unusable: usable === null ? 'replaceable' : 'not-executable' }
  }
  return found
}

/** Not to be seen, as in another user's folder, is not there. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** In dist/, or of a run from the sources, which only tests make. */
export function builtFile(name: 'capture-launcher.cjs' | 'capture-cap.cjs'): string {
  const beside = join(import.meta.dirname, name)
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../../dist', name)
}

export interface CommandLine {
  file: string
  args: string[]
}

/** @param place of the interface in the request */
export function commandLine(program: CaptureProgram, request: CaptureRequest, place: number): CommandLine {
  const name = request.interfaces[place]!
  switch (program) {
    case 'tcpdump':
      return { file: pathOf(program), args: tcpdumpArgs(name, request, tcpdumpAccount()) }
    case 'dumpcap':
      return { file: pathOf(program), args: dumpcapArgs(name, request) }
    case 'cap': {
      const { filter, snapLength, bufferBytes } = request
      const wishes = JSON.stringify({ interface: name, filter, snapLength, bufferBytes })
      return { file: process.execPath, args: [...nodeOptions(), builtFile('capture-cap.cjs'), wishes] }
    }
  }
}

/** Where it must not be started there is nothing of that name: starting fails, and says so. */
function pathOf(program: 'tcpdump' | 'dumpcap'): string {
  const found = findProgram(program)
  return found?.unusable === null ? found.path : `/nowhere/${program}`
}

/**
 * Every packet is flushed (-U), or at low rates they come late. Not --immediate-mode, which has a slot of the buffer for each packet and loses 6 % at
 * 100,000 packets/s. The filter is one argument behind `--`: tcpdump joins arguments with spaces, and takes none of it for an option.
 */
export function tcpdumpArgs(name: string, request: CaptureRequest, account: string | null): string[] {
  const { filter, snapLength, bufferBytes, promiscuous } = request
  const args = ['-i', name, '-U', '-n', '-w', '-', '-s', `${snapLength}`, '-B', `${Math.ceil(bufferBytes / 1024)}`]
  if (!promiscuous) args.push('-p')
  if (account !== null) args.push('-Z', account)
  return filter === '' ? args : [...args, '--', filter]
}

export function dumpcapArgs(name: string, request: CaptureRequest): string[] {
  const { filter, snapLength, bufferBytes, promiscuous } = request
  const args = ['-i', name, '-P', '-q', '-w', '-', '-s', `${snapLength}`, '-B', `${Math.ceil(bufferBytes / (1 << 20))}`]
  if (!promiscuous) args.push('-p')
  return filter === '' ? args : [...args, '-f', filter]
}

/**
 * Whom tcpdump, started by root, becomes once its interface is open: the account that the distribution made for it, which is not main's, because an
 * open packet socket can send too. Null leaves it to tcpdump: without that account it may have been built without -Z.
 */
function tcpdumpAccount(): string | null {
  return process.getuid?.() === 0 && /^tcpdump:/m.test(accounts()) ? 'tcpdump' : null
}

function accounts(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}
