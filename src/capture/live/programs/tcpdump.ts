/** tcpdump 4.99.3 (and 4.9): the only one that counts its losses while it runs, and that loses nothing at the speeds that were measured. */
import { readFileSync } from 'node:fs'
import { findProgram, pathToStart } from '../machine/find-program.ts'
import type { CaptureOptions, ProgramCommand, ProgramDescription, ProgramMessage } from './program.ts'

export const TCPDUMP_COMMAND: ProgramCommand = {
  commandLine: (interfaceName, options) => ({
    file: pathToStart('tcpdump'),
    args: tcpdumpArgs(interfaceName, options, tcpdumpAccount()),
  }),
  // It looks for the name first, and then takes a number for an index in its list.
  isMistaken: (interfaceName, isThere) => !isThere && /^\d+$/.test(interfaceName),
}

export const TCPDUMP = {
  name: 'tcpdump',
  command: TCPDUMP_COMMAND,
  find: () => findProgram('tcpdump'),
  refusal: () => null,
  // It opens the interface to print a compiled filter for it.
  probe: (file, interfaceName) => ({ file, args: ['-i', interfaceName, '-d'] }),
  compileFilter: (file, filter) => ({ file, args: ['-y', 'EN10MB', '-d', '--', filter] }),
  parseMessage,
  countsWhenAsked: true,
  countsAll: true,
  countedBy: 'tcpdump',
  endReason: (how) => `tcpdump ended (${how})`,
  install: 'install it: sudo apt install tcpdump (dnf, pacman, apk: the same name)',
  rights: (path) =>
    `start smblens with sudo, or give tcpdump the right: sudo setcap cap_net_raw,cap_net_admin=eip ${path}`,
} as const satisfies ProgramDescription

/**
 * Every packet is flushed (-U), or at low rates they come late. Not --immediate-mode, which has a slot of the buffer for each packet and loses 6 % at
 * 100,000 packets/s. The filter is one argument behind `--`: tcpdump joins arguments with spaces, and does not take any of it for an option.
 *
 * @param account that tcpdump changes to; null leaves that to tcpdump
 */
export function tcpdumpArgs(interfaceName: string, options: CaptureOptions, account: string | null): string[] {
  const { filter, snapLength, bufferBytes, promiscuous } = options
  const kilobytes = Math.ceil(bufferBytes / 1024)
  const args = ['-i', interfaceName, '-U', '-n', '-w', '-', '-s', `${snapLength}`, '-B', `${kilobytes}`]
  if (!promiscuous) args.push('-p')
  if (account !== null) args.push('-Z', account)
  return filter === '' ? args : [...args, '--', filter]
}

/**
 * The account to which tcpdump, started by root, changes once its interface is open. It is the one that the distribution made for it, not main's,
 * because an open packet socket can send too. Null leaves it to tcpdump: without that account it may have been built without -Z.
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

/** One line when it is asked (SIGUSR1). Drops of the interface are named only if there are some. */
const ASKED =
  /^tcpdump: (\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped by kernel(?:, (\d+) packets? dropped by interface)?$/
/** One line for each count at its end. */
const AT_END = /^(\d+) packets? (received by filter|dropped by kernel|dropped by interface)$/

function parseMessage(line: string): ProgramMessage | null {
  if (/^tcpdump: listening on .*, link-type /.test(line)) return { kind: 'ready' }
  return countsWhenAsked(line) ?? countAtEnd(line) ?? errorIn(line)
}

function countsWhenAsked(line: string): ProgramMessage | null {
  const match = ASKED.exec(line)
  if (match === null) return null
  const [, taken, received, dropped, byInterface = '0'] = match
  return {
    kind: 'counts',
    counts: {
      received: Number(received),
      taken: Number(taken),
      droppedByKernel: Number(dropped),
      droppedByInterface: Number(byInterface),
    },
    isFinal: false,
  }
}

function countAtEnd(line: string): ProgramMessage | null {
  const match = AT_END.exec(line)
  if (match === null) return null
  const count = Number(match[1])
  const counts =
    match[2] === 'received by filter'
      ? { received: count }
      : match[2] === 'dropped by kernel'
        ? { droppedByKernel: count }
        : { droppedByInterface: count }
  return { kind: 'counts', counts, isFinal: true }
}

function errorIn(line: string): ProgramMessage | null {
  const text = /^tcpdump: (?!verbose output suppressed|WARNING: )(.+)$/.exec(line)?.[1]
  if (text === undefined) return null
  if (/permission|not permitted/i.test(text)) return { kind: 'error', code: 'no-rights', text }
  if (/no such device|doesn't exist/i.test(text)) return { kind: 'error', code: 'no-interface', text }
  if (/filter expression|^syntax error/.test(text)) return { kind: 'error', code: 'bad-filter', text }
  return { kind: 'error', code: 'failed', text }
}
