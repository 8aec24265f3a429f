/** One command of an AndX chain, and what it needs of the header around it. One object serves for the whole chain. */

export interface AndxBlock {
  /** What was captured of the message. */
  readonly message: Uint8Array
  /** Where the command's parameters start in it. */
  offset: number
  /** Of the message on the wire. */
  readonly length: number
  readonly mid: number
  readonly uid: number
  readonly tid: number
  /** NTSTATUS of an answer; 0 in a request. */
  readonly status: number
}
