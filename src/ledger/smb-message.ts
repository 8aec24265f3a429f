/** The raw view under the audit: one call for each SMB message, as `smblens messages` prints them. */
import type { Endpoint } from './endpoint.ts'

/** What the message's own header says; null also if the capture was cut before it. */
export interface SmbMessage {
  /** The frame in which the message ends. */
  frame: number
  time: number
  client: Endpoint
  server: Endpoint
  family: 'smb1' | 'smb2' | 'transform' | 'compressed'
  /** The four below are null for transform and compressed headers, which do not carry them. */
  command: number | null
  response: boolean | null
  /** SMB2_FLAGS_SIGNED; SMB_FLAGS2_SMB_SECURITY_SIGNATURE. */
  signed: boolean | null
  /** On responses only. */
  status: number | null
  /** The UID for SMB1 (high word 0). Both null for compressed headers. */
  sessionIdLow: number | null
  sessionIdHigh: number | null
  /** Null for asynchronous SMB2 messages, transform and compressed headers; TID for SMB1. */
  treeId: number | null
  /** Bytes of this message on the wire: of its element in a compound. Null if the capture was cut before NextCommand. */
  length: number | null
}

export interface MessageSink {
  message(row: SmbMessage): void
  /**
   * The bytes of the message of `row`, called behind `message`: `captured` of them are at `start`, as many as the tracker needed. `bytes` is borrowed.
   * It is the frame's own buffer if the message lies whole in one frame, else another one.
   * @param wireLength if the row has none, to the end of the message's packet
   * @param response whether it is treated as a response: decided by the side that sent it, not by its flag; null if that is not known
   */
  content?(
    row: SmbMessage,
    bytes: Uint8Array,
    start: number,
    captured: number,
    wireLength: number,
    response: boolean | null,
  ): void
}
