/** Tracks the turns of a conversation and returns the facts. */
import { type PlainLedger, plainLedger } from '../../src/ledger/ledger.ts'
import type { Limits } from '../../src/track/core/limits.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { conversation, feed, packet, type TestFrame, type Turn } from './conversation.ts'

/** The reader's summary of a capture of which only the frames matter. */
export const DESCRIPTION = {
  format: 'pcap' as const,
  compression: null,
  linkTypes: ['ethernet'],
  packets: 0,
  bytes: 0,
  firstTime: null,
  lastTime: null,
  complete: true,
  warnings: [],
}

/** The facts of these frames, as one capture. */
export function tracked(frames: TestFrame[], limits: Partial<Limits> = {}): PlainLedger {
  const tracker = new Tracker('test.pcap', { limits })
  feed(tracker, frames)
  return plainLedger(tracker.finish(DESCRIPTION))
}

/** The facts of a connection that carried these messages, from its SYN on. */
export function trackedTurns(turns: Turn[], limits: Partial<Limits> = {}): PlainLedger {
  return tracked(conversation(turns), limits)
}

export function client(message: Uint8Array): Turn {
  return { from: 'client', payload: packet(message) }
}

export function server(message: Uint8Array): Turn {
  return { from: 'server', payload: packet(message) }
}
