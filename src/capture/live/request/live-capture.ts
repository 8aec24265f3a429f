/** What a live capture is to whoever reads it: a stream of capture bytes for each interface, and what its source knows of loss. */
import type { Readable } from 'node:stream'

export const CAPTURE_PROGRAMS = ['tcpdump', 'dumpcap', 'cap'] as const
export type CaptureProgram = (typeof CAPTURE_PROGRAMS)[number]

export interface CaptureRequest {
  interfaces: readonly string[]
  with: CaptureProgram | 'auto'
  /** BPF in libpcap's words; '' for everything. */
  filter: string
  /** Bytes of a packet that are kept. */
  snapLength: number
  /** Of the kernel's buffer, for each interface. */
  bufferBytes: number
  promiscuous: boolean
}

/** Packets since the start, over all restarts. Null is "not known", which is never written as 0. */
export interface InterfaceLoss {
  interface: string
  /** That passed the filter, dropped ones included where the source counts so. */
  received: number | null
  /** For want of room in the buffer. */
  droppedByKernel: number | null
  /** By the interface or its driver. */
  droppedByInterface: number | null
  /** The figures are the least there was: a program ended without its last counts, or tells them later. */
  atLeast: boolean
  /** `received` has every packet once, those included that are still in the kernel's buffer: what is missing of them is known. */
  countsAll: boolean
  /** Who counted, for people: "tcpdump", "dumpcap, at its end". */
  from: string
}

/** All are called on the main thread, never before startCapture has resolved. */
export interface CaptureEvents {
  /** The program for this interface (its place in the request) has started: pcap or pcapng bytes follow. After a restart this is called again. */
  onStream(place: number, stream: Readable): void
  /** The interface went away; it is tried anew until it is back. `reason` is one line for people. */
  onDown(place: number, reason: string): void
  /** Capturing goes on. */
  onUp(place: number): void
  /** Something about the capturing itself that is to be known; `code` is stable, in kebab-case, `message` one line for people. */
  onNote(code: string, message: string): void
  /** Nothing more can be captured: the rights for it ended with the process that held them. One line for people. */
  onLost(reason: string): void
}

export interface LiveCapture {
  readonly program: CaptureProgram
  /** The newest figures there are, in the order of the request; asked of the source when it can tell while it runs. */
  loss(): Promise<readonly InterfaceLoss[]>
  /** Ends the capture. Resolves when the programs have ended, with the final figures; streams end by themselves. */
  stop(): Promise<readonly InterfaceLoss[]>
}
