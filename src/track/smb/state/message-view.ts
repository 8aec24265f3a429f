/** The message that is being read, in one object that is filled again for each: nothing is allocated per message. */

export interface MessageView {
  /** The message starts at `o` of the borrowed `b`. `captured` bytes of it are there: its protocol id at least. */
  b: Uint8Array
  o: number
  captured: number
  /** On the wire. */
  length: number
  fromA: boolean
  /** Is it treated as a response? The side that sent it decides, not its flag. The reader of its family sets this. */
  response: boolean
  /** NTSTATUS of an answer; 0 in a request. For the reader of its family to set. */
  status: number
}

export function createMessageView(): MessageView {
  return { b: new Uint8Array(0), o: 0, captured: 0, length: 0, fromA: false, response: false, status: 0 }
}

/** What was captured of the message, as a view. */
export function capturedBytes({ b, o, captured }: MessageView): Uint8Array {
  return b.subarray(o, o + captured)
}
