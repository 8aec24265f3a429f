/**
 * What a capture program is: how it is started, what it says, what it needs. One file of this folder describes each program, and capture-programs.ts
 * lists them; commands.ts lists the part that runs with rights.
 */
import type { CaptureStartErrorCode } from '../../start-error.ts'
import type { Found } from '../machine/find-program.ts'

/** What to capture, the same on every interface. */
export interface CaptureOptions {
  /** BPF in libpcap's language; '' for everything. */
  filter: string
  /** Bytes of each packet that are kept. */
  snapLength: number
  /** Size of the kernel's buffer, for each interface. */
  bufferBytes: number
  promiscuous: boolean
}

/** An argument is one word of execve's: no shell ever sees it. */
export interface CommandLine {
  file: string
  args: string[]
}

/** How a program is started: all that the launcher, which keeps the rights, must know about it. */
export interface ProgramCommand {
  /** Writes pcap or pcapng to standard output, and what `parseMessage` reads to standard error, until SIGTERM ends it. */
  commandLine(interfaceName: string, options: CaptureOptions): CommandLine
  /** Would it misinterpret this name, which is a valid name of an interface? `isThere`: an interface of this name exists. */
  isMistaken(interfaceName: string, isThere: boolean): boolean
}

export interface ProgramDescription {
  readonly name: string
  readonly command: ProgramCommand
  /** Where it is on this machine; null if it is not installed. */
  find(): Found | null
  /** Why it cannot serve the request, as the end of a sentence; null if it can. */
  refusal(options: CaptureOptions): string | null
  /** Opens the interface and ends: fails if it may not capture there. `path` is what `find` found. */
  probe(path: string, interfaceName: string): CommandLine
  /** Compiles a filter, without any rights, and fails with an error message if the filter is wrong; null if it cannot do that. */
  readonly compileFilter: ((path: string, filter: string) => CommandLine) | null
  /** What a line on its standard error means; null for a line that does not matter here. */
  parseMessage(line: string): ProgramMessage | null
  /** Reports its counts while it runs when it gets SIGUSR1; others count only at their end, or not at all. */
  readonly countsWhenAsked: boolean
  /** Its `received` counts every packet once, including those that are still in the kernel's buffer. */
  readonly countsAll: boolean
  /** The source of the counts, for users, with the reason for unknown counts: "dumpcap, which counts at its end". */
  readonly countedBy: string
  /** Why it ended without an error message, for people. `how` is a signal or a status. */
  endReason(how: string): string
  /** How to install it, in one line. */
  readonly install: string
  /** How it gets the rights to capture, in one line. */
  rights(path: string): string
}

/** Counts of one run, from its start. Null: not known. */
export interface RunCounts {
  received: number | null
  /** The part of `received` that the program has read. */
  taken?: number
  droppedByKernel: number | null
  droppedByInterface: number | null
}

export type ProgramMessage =
  /** The interface is open, packets come. */
  | { kind: 'ready' }
  /** All counts, or some of them; `isFinal`: they were given at the end, not on request. */
  | { kind: 'counts'; counts: Partial<RunCounts>; isFinal: boolean }
  | { kind: 'error'; code: CaptureStartErrorCode; text: string }
