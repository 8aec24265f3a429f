/** A live capture as its reader sees it: a stream of capture bytes for each interface, and the losses that its source knows of. */
import type { Readable } from 'node:stream'
import type { CaptureProgram } from '../programs/capture-programs.ts'
import type { CaptureOptions } from '../programs/program.ts'

export interface CaptureRequest extends CaptureOptions {
  interfaces: readonly string[]
  with: CaptureProgram | 'auto'
}

/** Packets since the start, over all restarts. Null means "not known", and is never written as 0. */
export interface InterfaceLoss {
  interface: string
  /** Packets that passed the filter, including dropped ones if the source counts them. */
  received: number | null
  /** Because the buffer was full. */
  droppedByKernel: number | null
  /** By the interface or its driver. */
  droppedByInterface: number | null
  /** The counts are lower bounds: a program ended without its last counts, or reports them only at its end. */
  atLeast: boolean
  /** `received` counts every packet once, including those still in the kernel's buffer: so it is known how many are missing. */
  countsAll: boolean
  /** The source of the counts, for users: "dumpcap, which counts at its end". */
  from: string
}

/** Called on the main thread, never before startCapture has resolved. `index` is that of the interface in the request. */
export interface CaptureEvents {
  /** The program for this interface has started: pcap or pcapng bytes follow. Called again after each restart. */
  onStream(index: number, stream: Readable): void
  /** Capturing stopped on this interface; it is tried again until it works. `reason` is one line for people. */
  onDown(index: number, reason: string): void
  /** Capturing continues. */
  onUp(index: number): void
  /** Something worth knowing about the capture itself; `code` is stable, in kebab-case, `message` one line for people. */
  onNote(code: string, message: string): void
  /** Nothing more can be captured: the process that held the rights has ended. One line for people. */
  onLost(reason: string): void
}

export interface LiveCapture {
  readonly program: CaptureProgram
  /** The newest counts, in the order of the request; a program that can count while it runs is asked for them. */
  loss(): Promise<readonly InterfaceLoss[]>
  /** Ends the capture. Resolves with the final counts when the programs have ended; the streams end by themselves. */
  stop(): Promise<readonly InterfaceLoss[]>
}
