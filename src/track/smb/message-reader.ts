/** The receiver of an NBSS framer's messages, and how much of them the framer may gather. */

/** What reads the messages: smb-flow.ts. */
export interface MessageReader {
  /**
   * How many bytes of the message at `start` are needed. At least its header is there.
   * @param length of the message on the wire
   */
  bytesNeeded(bytes: Uint8Array, start: number, length: number): number
  /**
   * One message. `captured` bytes of it are at `start`: all that were needed, unless some were lost. Then they may be fewer than its header has, but
   * never fewer than its protocol id. `bytes` is borrowed.
   * @param length on the wire; of an SMB2 message that was cut before NextCommand, to the end of its packet
   * @param ended false where the stream ended before the message did: it has no frame of its own
   */
  message(fromA: boolean, bytes: Uint8Array, start: number, captured: number, length: number, ended: boolean): void
  /** A NetBIOS session packet of another type than message. */
  control(fromA: boolean, type: number): void
  /** More of a message was needed than may be gathered. */
  limited(name: keyof GatherLimits): void
}

export interface GatherLimits {
  /** Bytes gathered of one packet, besides headers. */
  gatherBytes: number
  /** The same of all streams together. */
  gatherBytesInAll: number
}
