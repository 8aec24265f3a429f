/** What a walker needs to go on in the middle of a file, by format: plain data, which the frame index keeps. */
import type { Clock } from './timestamps.ts'

export interface CaptureInterface {
  linkType: number
  /** 0: no limit. */
  snapLength: number
  clock: Clock
  /** A packet of it was delivered. */
  used: boolean
}

interface CheckpointBase {
  /** Bytes from the start of the file to the record that follows. */
  position: number
  /** The frame number that was given out last. */
  frames: number
  little: boolean
}

/** The rest is as PcapWalker has it. */
export interface PcapCheckpoint extends CheckpointBase {
  format: 'pcap'
  nanoseconds: boolean
  headerLength: number
  lengthsMayBeSwapped: boolean
  linkType: number
}

/** The rest is as PcapngWalker has it. */
export interface PcapngCheckpoint extends CheckpointBase {
  format: 'pcapng'
  lastStamp: number
  described: number
  /** The section's, and how many of them had come: later ones are behind those. */
  interfaces: readonly CaptureInterface[]
  interfaceCount: number
}

export type Checkpoint = PcapCheckpoint | PcapngCheckpoint
