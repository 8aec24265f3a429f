/** The three programs: where they are and what they are told. An argument is one word of execve's: no shell ever sees it. */
import { readFileSync } from 'node:fs'
import { builtFile } from '../machine/built-file.ts'
import { nodeOptions } from '../machine/environment.ts'
import { findProgram } from '../machine/find-program.ts'
import type { CaptureProgram, CaptureRequest } from '../request/live-capture.ts'

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
