/** What a stream needs of its connection, and of all other streams. */
import type { RecentBytes } from '../../core/recent-bytes.ts'
import type { OverlapObserver } from './reassembly.ts'

export interface StreamLimits {
  /** Bytes held behind a hole, per direction. */
  heldBytes: number
  /** Segments held behind a hole, per direction. */
  heldSegments: number
  /** Memory of what all streams together hold behind holes. */
  heldBytesInAll: number
}

/** What all streams of a capture share. */
export interface StreamsShared {
  /** Memory of what waits behind holes: bytes, and HELD_OVERHEAD for each segment. */
  heldBytes: number
  /** Made when the first stream delivers something. */
  recent: RecentBytes | null
}

/** The connection that a stream belongs to, and reports to: tcp-flow.ts. */
export interface StreamOwner extends OverlapObserver {
  /** The frame from which the following bytes come. */
  at(frame: number, time: number): void
  gap(bytes: number): void
  /** The capture holds only the beginning of the current frame. */
  cut(): void
  /** A hole was given up because of this limit. */
  limited(name: keyof StreamLimits): void
  /** Does a message begin with these bytes? */
  startsMessage(b: Uint8Array): boolean
  /** Bytes [from, to) of `b` from before the first that was seen came late: what is whole in them is read. */
  readEarly(b: Uint8Array, from: number, to: number, fromA: boolean): void
  /** A segment with data was not read: it lies outside the sequence of its stream. */
  stray(frame: number): void
}
