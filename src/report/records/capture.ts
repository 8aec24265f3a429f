/** The record of one capture file, or of one live capture. */
import { isoTime } from '../../base/packet-time.ts'
import type { CaptureFacts, UnreadFacts, Warning } from '../../ledger/capture-facts.ts'
import { textOrNull } from './record-parts.ts'

export interface CaptureRecord {
  type: 'capture'
  path: string
  /** Distinguishes captures that share a path; null for a live capture. */
  captureId: string | null
  format: CaptureFacts['format']
  compression: CaptureFacts['compression']
  linkTypes: string[]
  packets: number
  bytes: number
  smbMessages: number
  firstTime: string | null
  lastTime: string | null
  complete: boolean
  /** Packets that were not read and may have held SMB, by link type or encapsulation, the most frequent first. */
  unreadPackets: UnreadFacts[]
  limits: Record<string, number>
  warnings: Warning[]
}

export function captureRecord(capture: CaptureFacts): CaptureRecord {
  return {
    type: 'capture',
    path: capture.path,
    captureId: textOrNull(capture.captureId),
    format: capture.format,
    compression: capture.compression,
    linkTypes: capture.linkTypes,
    packets: capture.packets,
    bytes: capture.bytes,
    smbMessages: capture.smbMessages,
    firstTime: timeOrNull(capture.firstTime),
    lastTime: timeOrNull(capture.lastTime),
    complete: capture.complete,
    unreadPackets: capture.unreadPackets.map(({ kind, what, packets }) => ({ kind, what, packets })),
    limits: capture.limits,
    warnings: capture.warnings.map(({ code, message, frame }) => ({ code, message, frame })),
  }
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : isoTime(time)
}
