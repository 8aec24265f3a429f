/** What a live capture lost on one interface: part of a heartbeat and of a live summary. */
import type { InterfaceLoss } from '../../../capture/live/request/live-capture.ts'

/** Packets since the start. Null is "not known": a source that cannot count its losses is never taken to have lost nothing. */
export interface LossRecord {
  interface: string
  state: 'up' | 'down'
  /** Packets that smblens received. */
  delivered: number
  /** Packets that passed the filter, as the source counts them: some sources include dropped packets. */
  received: number | null
  droppedByKernel: number | null
  droppedByInterface: number | null
  /** Received, but neither delivered nor dropped: still on their way, or at the end left in buffers. */
  left: number | null
  /** The three counts are lower bounds. */
  atLeast: boolean
  /** The program that counted. */
  source: string
}

export function lossRecord(known: InterfaceLoss | null, name: string, down: boolean, delivered: number): LossRecord {
  return {
    interface: name,
    state: down ? 'down' : 'up',
    delivered,
    received: known?.received ?? null,
    droppedByKernel: known?.droppedByKernel ?? null,
    droppedByInterface: known?.droppedByInterface ?? null,
    left: known === null ? null : left(known, delivered),
    atLeast: known?.atLeast ?? false,
    source: known?.from ?? 'not known: packets come from a pipe',
  }
}

/** Null if the source does not count what is still in the buffer, or has counted a part only. */
function left({ received, droppedByKernel, atLeast, countsAll }: InterfaceLoss, delivered: number): number | null {
  if (!countsAll || atLeast || received === null || droppedByKernel === null) return null
  return Math.max(0, received - droppedByKernel - delivered)
}
