/** The capture programs. A new one is a file beside this one, a line here and one in commands.ts; docs/live.md names it. */
import { CAP } from './cap.ts'
import { DUMPCAP } from './dumpcap.ts'
import type { ProgramDescription } from './program.ts'
import { TCPDUMP } from './tcpdump.ts'

/** In the order in which `auto` tries them. */
const PROGRAMS = [TCPDUMP, DUMPCAP, CAP] as const

export type CaptureProgram = (typeof PROGRAMS)[number]['name']

/** A program as the rest of a live capture sees it: one of the list. */
export type CaptureProgramDescription = ProgramDescription & { readonly name: CaptureProgram }

export const CAPTURE_PROGRAMS: readonly CaptureProgramDescription[] = PROGRAMS
