/**
 * A security blob in pieces. A client whose blob is longer than the server takes at once sends it in several SESSION_SETUPs, each but the last answered
 * with STATUS_MORE_PROCESSING_REQUIRED. What came is read each time: the first piece alone shows what is offered.
 */
import { lengthOfBlob } from '../../../../dissectors/auth/spnego.ts'
import type { LiveSession } from './live-session.ts'
import { OPEN_COST } from './open-costs.ts'
import type { SmbConnection } from './smb-connection.ts'

/** A blob of Kerberos with a large ticket takes 64 KiB; in more pieces than these no client sends one. */
const MAX_LENGTH = 128 << 10
const MAX_PIECES = 8

/** As much of a blob as has come by now. */
export interface BlobSoFar {
  bytes: Uint8Array
  wireLength: number
  pieces: number
  /** More is to come: everything so far was captured, and it is not the whole. */
  isOpen: boolean
}

/**
 * The blob of a request, with the pieces before it if it continues them.
 * @param blob what was captured of its `wireLength` bytes
 */
export function joinPieces(
  c: SmbConnection,
  low: number,
  high: number,
  blob: Uint8Array,
  wireLength = blob.length,
): BlobSoFar {
  const before = c.splitBlob
  c.splitBlob = null
  if (before === null || !before.session.goesOn || before.session.idLow !== low || before.session.idHigh !== high) {
    return firstPiece(blob, wireLength)
  }
  const bytes = new Uint8Array(before.bytes.length + blob.length)
  bytes.set(before.bytes)
  bytes.set(blob, before.bytes.length)
  // A piece that was cut leaves a hole: what would follow is not read.
  const cut = blob.length < wireLength
  const pieces = before.pieces + 1
  const isOpen = !cut && bytes.length < before.wireLength && pieces < MAX_PIECES
  return { bytes, wireLength: before.wireLength, pieces, isOpen }
}

function firstPiece(blob: Uint8Array, wireLength: number): BlobSoFar {
  // The capture cut its end: nothing can follow it.
  if (blob.length < wireLength) return { bytes: blob, wireLength, pieces: 1, isOpen: false }
  const whole = lengthOfBlob(blob)
  const isPiece = whole !== null && whole > blob.length && whole <= MAX_LENGTH
  return { bytes: blob, wireLength: isPiece ? whole : wireLength, pieces: 1, isOpen: isPiece }
}

/** Keeps what has come of a blob until the rest comes. */
export function storePiece(c: SmbConnection, session: LiveSession, blob: BlobSoFar): void {
  const { bytes, wireLength, pieces, isOpen } = blob
  if (!isOpen) return
  // A copy: the message is borrowed.
  c.splitBlob = { session, bytes: pieces === 1 ? bytes.slice() : bytes, wireLength, pieces }
  c.context.opened += OPEN_COST.request + bytes.length
}
