/**
 * How each capture program is started: all that the launcher, which keeps the rights, has of the programs. It is separate from capture-programs.ts so that
 * what programs say and need stays out of the launcher's process. The compiler checks that no program is missing.
 */
import { CAP_COMMAND } from './cap.ts'
import type { CaptureProgram } from './capture-programs.ts'
import { DUMPCAP_COMMAND } from './dumpcap.ts'
import type { ProgramCommand } from './program.ts'
import { TCPDUMP_COMMAND } from './tcpdump.ts'

export const COMMANDS: Readonly<Record<CaptureProgram, ProgramCommand>> = {
  tcpdump: TCPDUMP_COMMAND,
  dumpcap: DUMPCAP_COMMAND,
  cap: CAP_COMMAND,
}

export function isCaptureProgram(name: unknown): name is CaptureProgram {
  return typeof name === 'string' && Object.hasOwn(COMMANDS, name)
}
