/** The three programs: where they are and what they are told. An argument is one word of execve's: no shell ever sees it. */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import type { CaptureProgram, CaptureRequest } from './live-capture.ts'

/** Beside PATH: administrators' folders, which others than root rarely have in it. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

export interface Found {
  path: string
  /** False where it is there, but not for this user to start: dumpcap is often its group's alone. */
  executable: boolean
}

/** Null where it is not installed. Folders that are relative to where we happen to be are left out: what is started holds rights. */
export function findProgram(name: 'tcpdump' | 'dumpcap'): Found | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute), ...MORE_FOLDERS]
  let found: Found | null = null
  for (const folder of folders) {
    const path = join(folder, name)
    if (!isFile(path)) continue
    if (mayExecute(path)) return { path, executable: true }
    found ??= { path, executable: false }
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
      return { file: findProgram(program)?.path ?? program, args: tcpdumpArgs(name, request, tcpdumpAccount()) }
    case 'dumpcap':
      return { file: findProgram(program)?.path ?? program, args: dumpcapArgs(name, request) }
    case 'cap': {
      const { filter, snapLength, bufferBytes } = request
      const wishes = JSON.stringify({ interface: name, filter, snapLength, bufferBytes })
      return { file: process.execPath, args: [builtFile('capture-cap.cjs'), wishes] }
    }
  }
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
