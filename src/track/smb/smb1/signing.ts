/**
 * Whether SMB1 messages are signed. The flag in Flags2 says nothing: Samba signs without setting it, and a flagged message may hold zeros, "BSRSPYL "
 * or what was sent before, by either side: servers echo in null sessions, and a client may send the same bytes each time. A request and its answer count
 * as signed where both signatures look real and neither came before ([MS-SMB] 3.1.5.1 makes each of a new sequence number). The flag helps only where
 * one of the two is not in the capture.
 */
import { u16le, u32le } from '../../../../dissectors/bytes.ts'
import { isSuccess } from '../../../../dissectors/ntstatus.ts'
import { SMB_FLAGS2_SMB_SECURITY_SIGNATURE, SMB1_OFFSET } from '../../../../dissectors/smb1/header.ts'
import { NEGOTIATE_SECURITY_SIGNATURES_REQUIRED } from '../../../../dissectors/smb1/negotiate.ts'
import type { FrameRef } from '../../../ledger/frame-ref.ts'
import { countClear, type LiveSession } from '../state/live-session.ts'
import type { MessageView } from '../state/message-view.ts'
import type { AwaitedSignature, RecentSignatures } from '../state/signature-memory.ts'
import type { SmbConnection } from '../state/smb-connection.ts'

/** "BSRSPYL " as two little-endian words: what clients send before they have a key. */
const PLACEHOLDER_LOW = 0x53525342
const PLACEHOLDER_HIGH = 0x204c5950

/** Requests that wait for their responses: clients have only a few outstanding (MaxMpxCount, usually 50). */
const AWAITED = 64

/** Notes the signature of a message that is not counted, such as a session setup: another may repeat it. */
export function noteSignature(c: SmbConnection, { b, o }: MessageView): void {
  const at = o + SMB1_OFFSET.signature
  isFresh(c, u32le(b, at), u32le(b, at + 4))
}

export function noteRequestSignature(c: SmbConnection, session: LiveSession, { b, o }: MessageView): void {
  const at = o + SMB1_OFFSET.signature
  const low = u32le(b, at)
  const first = c.recentSignatures === null
  c.awaitedSignatures.push({
    mid: u16le(b, o + SMB1_OFFSET.mid),
    low,
    fresh: isFresh(c, low, u32le(b, at + 4)),
    first,
    flagged: isFlagged(b, o),
    session,
    frame: c.context.frame,
    time: c.context.time,
  })
  if (c.awaitedSignatures.length > AWAITED) settleAlone(c.awaitedSignatures.shift()!)
}

export function noteResponseSignature(c: SmbConnection, session: LiveSession, { b, o, status }: MessageView): void {
  const at = o + SMB1_OFFSET.signature
  const low = u32le(b, at)
  const fresh = isFresh(c, low, u32le(b, at + 4))
  const mid = u16le(b, o + SMB1_OFFSET.mid)
  const i = c.awaitedSignatures.findIndex((a) => a.mid === mid)
  if (i < 0) {
    if (counts(session)) countClear(session, c.context, true, fresh && isFlagged(b, o))
    return
  }
  const [request] = c.awaitedSignatures.splice(i, 1)
  const recent = c.recentSignatures
  if (recent !== null && recent.held !== null) {
    const { request: before, response } = recent.held
    settleHeld(recent, request.low !== before.low && low !== response.low)
  }
  const signed = fresh && request.fresh
  if (signed && request.first && recent !== null) {
    recent.held = { request, response: { frame: c.context.frame, time: c.context.time, low } }
    return
  }
  countExchange(request, c.context, signed)
  const required = ((c.facts.smb1?.negotiateResponse?.securityMode ?? 0) & NEGOTIATE_SECURITY_SIGNATURES_REQUIRED) !== 0
  const { facts } = session
  if (
    !signed &&
    counts(session) &&
    required &&
    isSuccess(status) &&
    facts.guest === false &&
    facts.anonymous === false
  ) {
    facts.unsignedAccepted ??= { frame: request.frame, time: request.time }
  }
}

function countExchange(request: AwaitedSignature, response: FrameRef, signed: boolean): void {
  const { session } = request
  if (!counts(session)) return
  countClear(session, request, false, signed)
  countClear(session, response, true, signed)
}

function settleHeld(recent: RecentSignatures, signed: boolean): void {
  const { held } = recent
  recent.held = null
  if (held !== null) countExchange(held.request, held.response, signed)
}

/** Requests whose answers are not in the capture count by what they look like. */
export function settleSignatures(c: SmbConnection): void {
  if (c.recentSignatures !== null) settleHeld(c.recentSignatures, true)
  for (const request of c.awaitedSignatures.splice(0)) settleAlone(request)
}

function settleAlone({ session, fresh, flagged, ...at }: AwaitedSignature): void {
  if (counts(session)) countClear(session, at, false, flagged && fresh)
}

function counts(session: LiveSession): boolean {
  return session.facts.status === 'established' || session.facts.status === 'unknown'
}

/** Does a signature look real, and is it new? It is remembered. */
function isFresh(c: SmbConnection, low: number, high: number): boolean {
  // Neither zeros nor the placeholder.
  if ((low === 0 && high === 0) || (low === PLACEHOLDER_LOW && high === PLACEHOLDER_HIGH)) return false
  c.recentSignatures ??= { words: new Uint32Array(AWAITED), count: 0, held: null }
  const { words, count } = c.recentSignatures
  const filled = Math.min(count, AWAITED)
  for (let i = 0; i < filled; i++) if (words[i] === low) return false
  words[count % AWAITED] = low
  c.recentSignatures.count++
  return true
}

function isFlagged(b: Uint8Array, o: number): boolean {
  return (u16le(b, o + SMB1_OFFSET.flags2) & SMB_FLAGS2_SMB_SECURITY_SIGNATURE) !== 0
}
