/**
 * Whether SMB1 messages are signed. The flag in Flags2 says nothing: Samba signs without setting it, and a flagged message may hold zeros, "BSRSPYL "
 * or what the other side sent before. A request and its answer count as signed where both signatures look real, differ from each other, and differ
 * from the exchange before ([MS-SMB] 3.1.5.1 makes each of a new sequence number). The flag helps only where one of the two is not in the capture.
 */
import { u16le, u32le } from '../../dissectors/bytes.ts'
import { isSuccess } from '../../dissectors/ntstatus.ts'
import { SMB_FLAGS2_SMB_SECURITY_SIGNATURE, SMB1_OFFSET } from '../../dissectors/smb1/header.ts'
import { NEGOTIATE_SECURITY_SIGNATURES_REQUIRED } from '../../dissectors/smb1/negotiate.ts'
import type { Connection } from './connection.ts'
import type { FrameRef } from './ledger.ts'
import { countClear, type LiveSession } from './session.ts'

/** "BSRSPYL " as two little-endian words: what clients send before they have a key. */
const PLACEHOLDER_LOW = 0x53525342
const PLACEHOLDER_HIGH = 0x204c5950

/** Requests that wait for their answers: clients have a few under way (MaxMpxCount, usually 50). */
const AWAITED = 64

export interface AwaitedSignature extends FrameRef {
  mid: number
  low: number
  high: number
  /** Flags2 says that it is signed. */
  flagged: boolean
  session: LiveSession
}

export function noteRequestSignature(c: Connection, session: LiveSession, b: Uint8Array, o: number): void {
  const at = o + SMB1_OFFSET.signature
  const low = u32le(b, at)
  const high = u32le(b, at + 4)
  c.awaitedSignatures.push({
    mid: u16le(b, o + SMB1_OFFSET.mid),
    low,
    high,
    flagged: isFlagged(b, o),
    session,
    frame: c.context.frame,
    time: c.context.time,
  })
  if (c.awaitedSignatures.length > AWAITED) settleAlone(c, c.awaitedSignatures.shift()!)
}

export function noteResponseSignature(
  c: Connection,
  session: LiveSession,
  b: Uint8Array,
  o: number,
  status: number,
): void {
  const at = o + SMB1_OFFSET.signature
  const low = u32le(b, at)
  const high = u32le(b, at + 4)
  const real = looksReal(low, high)
  const mid = u16le(b, o + SMB1_OFFSET.mid)
  const i = c.awaitedSignatures.findIndex((a) => a.mid === mid)
  if (i < 0) {
    if (counts(session)) countClear(session, c.context, true, real && isFlagged(b, o) && low !== c.lastSignature)
    c.lastSignature = low
    return
  }
  const [request] = c.awaitedSignatures.splice(i, 1)
  const signed =
    real &&
    looksReal(request.low, request.high) &&
    (low !== request.low || high !== request.high) &&
    request.low !== c.lastSignature
  c.lastSignature = request.low
  if (!counts(session)) return
  countClear(session, request, false, signed)
  countClear(session, c.context, true, signed)
  const required = ((c.facts.smb1?.negotiateResponse?.securityMode ?? 0) & NEGOTIATE_SECURITY_SIGNATURES_REQUIRED) !== 0
  const { facts } = session
  if (!signed && required && isSuccess(status) && facts.guest === false && facts.anonymous === false) {
    facts.unsignedAccepted ??= { frame: request.frame, time: request.time }
  }
}

/** Requests whose answers are not in the capture count by what they look like. */
export function settleSignatures(c: Connection): void {
  for (const request of c.awaitedSignatures.splice(0)) settleAlone(c, request)
}

function settleAlone(c: Connection, request: AwaitedSignature): void {
  if (counts(request.session))
    countClear(
      request.session,
      request,
      false,
      request.flagged && looksReal(request.low, request.high) && request.low !== c.lastSignature,
    )
  c.lastSignature = request.low
}

function counts(session: LiveSession): boolean {
  return session.facts.status === 'established' || session.facts.status === 'unknown'
}

/** No zeros, and no placeholder. */
function looksReal(low: number, high: number): boolean {
  return (low !== 0 || high !== 0) && (low !== PLACEHOLDER_LOW || high !== PLACEHOLDER_HIGH)
}

function isFlagged(b: Uint8Array, o: number): boolean {
  return (u16le(b, o + SMB1_OFFSET.flags2) & SMB_FLAGS2_SMB_SECURITY_SIGNATURE) !== 0
}
