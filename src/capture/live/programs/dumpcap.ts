/** dumpcap 4.0, Wireshark's capture program: made for capturing without root, counts its losses at its end. */
import { findProgram, pathToStart } from '../machine/find-program.ts'
import type { CaptureOptions, ProgramCommand, ProgramDescription, ProgramMessage } from './program.ts'

export const DUMPCAP_COMMAND: ProgramCommand = {
  commandLine: (interfaceName, options) => ({
    file: pathToStart('dumpcap'),
    args: dumpcapArgs(interfaceName, options),
  }),
  // It reads a number as an index in its list, and `TCP@...` as another machine.
  isMistaken: (interfaceName) => /^(\d+$|TCP@)/i.test(interfaceName),
}

export const DUMPCAP = {
  name: 'dumpcap',
  command: DUMPCAP_COMMAND,
  find: () => findProgram('dumpcap'),
  refusal: () => null,
  // It opens the interface to list its link types.
  probe: (file, interfaceName) => ({ file, args: ['-i', interfaceName, '-L'] }),
  compileFilter: null,
  parseMessage,
  countsWhenAsked: false,
  countsAll: false,
  countedBy: 'dumpcap, which counts at its end',
  endReason: (how) => `dumpcap ended (${how})`,
  install: 'install it: sudo apt install wireshark-common (dnf: wireshark-cli, apk: wireshark-common)',
  rights: () =>
    'start smblens with sudo, or join the group that may capture: sudo dpkg-reconfigure wireshark-common, ' +
    'then sudo usermod -aG wireshark USER and log in again',
} as const satisfies ProgramDescription

/** Writes pcap (-P) and prints no running count of packets (-q). */
export function dumpcapArgs(interfaceName: string, options: CaptureOptions): string[] {
  const { filter, snapLength, bufferBytes, promiscuous } = options
  const megabytes = Math.ceil(bufferBytes / (1 << 20))
  const args = ['-i', interfaceName, '-P', '-q', '-w', '-', '-s', `${snapLength}`, '-B', `${megabytes}`]
  if (!promiscuous) args.push('-p')
  return filter === '' ? args : [...args, '-f', filter]
}

const AT_END =
  /^Packets received\/dropped on interface '.*': (\d+)\/(\d+) \(pcap:\d+\/dumpcap:\d+\/flushed:\d+\/ps_ifdrop:(\d+)\)/

function parseMessage(line: string): ProgramMessage | null {
  // It names the interface before it opens it ("Capturing on"), and its output after.
  if (line.startsWith('File: ')) return { kind: 'ready' }
  return countsAtEnd(line) ?? errorIn(line)
}

function countsAtEnd(line: string): ProgramMessage | null {
  const match = AT_END.exec(line)
  if (match === null) return null
  const [, taken, dropped, byInterface] = match
  // The received packets do not include the dropped ones: libpcap's, and those for which dumpcap itself had no room or no time.
  const received = Number(taken) + Number(dropped)
  const counts = { received, droppedByKernel: Number(dropped), droppedByInterface: Number(byInterface) }
  return { kind: 'counts', counts, isFinal: true }
}

function errorIn(line: string): ProgramMessage | null {
  const text = line.replace(/^dumpcap: /, '')
  if (/^(dumpcap: )?Invalid capture filter /.test(line)) return { kind: 'error', code: 'bad-filter', text }
  const cause = /\((can't parse filter expression.*|.*syntax error.*)\)\.?$/.exec(line)?.[1]
  if (cause !== undefined) return { kind: 'error', code: 'bad-filter', text: cause }
  if (/^dumpcap: .*(have permission to capture|not permitted)/.test(line))
    return { kind: 'error', code: 'no-rights', text }
  if (/^dumpcap: There is no device named|\(No such device exists\)/.test(line))
    return { kind: 'error', code: 'no-interface', text }
  return line.startsWith('dumpcap: ') ? { kind: 'error', code: 'failed', text } : null
}
