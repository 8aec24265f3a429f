/**
 * libpcap through the optional package `cap`, in a helper process (cap-helper.ts): for machines without another program. It counts no losses, stamps
 * packets when they arrive at it, and needs several times the processor time.
 */

import type { CaptureStartErrorCode } from '../../start-error.ts'
import { builtFile } from '../machine/built-file.ts'
import { nodeOptions } from '../machine/environment.ts'
import type { CommandLine, ProgramCommand, ProgramDescription, ProgramMessage } from './program.ts'

/** The argument of the helper, as JSON. */
export interface CapHelperOptions {
  interface: string
  filter: string
  snapLength: number
  bufferBytes: number
  /** It ends once the interface is open. */
  probe?: boolean
}

const HELPER = 'capture-cap.cjs'

export const CAP_COMMAND: ProgramCommand = {
  commandLine: (interfaceName, { filter, snapLength, bufferBytes }) =>
    helperCommand(builtFile(HELPER), { interface: interfaceName, filter, snapLength, bufferBytes }),
  // As tcpdump, which uses libpcap too.
  isMistaken: (interfaceName, isThere) => !isThere && /^\d+$/.test(interfaceName),
}

export const CAP = {
  name: 'cap',
  command: CAP_COMMAND,
  // The helper is always there; whether it can load the package, the helper itself reports.
  find: () => ({ path: builtFile(HELPER), unusable: null }),
  refusal: ({ promiscuous }) => (promiscuous ? null : 'it captures only in promiscuous mode: choose another program'),
  probe: (path, interfaceName) =>
    helperCommand(path, {
      interface: interfaceName,
      filter: '',
      snapLength: 65_535,
      bufferBytes: 1 << 20,
      probe: true,
    }),
  compileFilter: null,
  parseMessage,
  countsWhenAsked: false,
  countsAll: false,
  countedBy: 'cap, which counts no losses',
  endReason: (how) => (how === 'SIGABRT' ? 'the interface went down, which ends cap' : `cap ended (${how})`),
  install:
    'install the libpcap headers (sudo apt install libpcap-dev), then run npm install again where smblens is installed',
  rights: () => 'start smblens with sudo: there is no way to give cap the right without giving it to all of Node',
} as const satisfies ProgramDescription

function helperCommand(path: string, options: CapHelperOptions): CommandLine {
  return { file: process.execPath, args: [...nodeOptions(), path, JSON.stringify(options)] }
}

/** The helper says `smblens ready`, `smblens received N` and `smblens CODE: TEXT`. What the library prints by itself has no meaning here. */
function parseMessage(line: string): ProgramMessage | null {
  if (line === 'smblens ready') return { kind: 'ready' }
  const received = /^smblens received (\d+)$/.exec(line)?.[1]
  if (received !== undefined)
    return {
      kind: 'counts',
      counts: { received: Number(received), droppedByKernel: null, droppedByInterface: null },
      isFinal: true,
    }
  const error = /^smblens (no-program|no-rights|no-interface|bad-filter|failed): (.+)$/.exec(line)
  return error && { kind: 'error', code: error[1] as CaptureStartErrorCode, text: error[2]! }
}
