/** What consumes a live capture: a writer of records, or a screen. */
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import type { LiveTracker } from './live-tracker.ts'

/** Called while packets are captured. Figures of loss are null for a pipe. */
export interface LiveConsumer {
  readonly live: LiveTracker
  readonly heartbeatMs: number
  /** Called about every second, or less often if it takes long. */
  update(): void | Promise<void>
  /** Called every `heartbeatMs`. */
  heartbeat(loss: readonly InterfaceLoss[] | null): void | Promise<void>
  /** Called once, when nothing more comes. */
  end(loss: readonly InterfaceLoss[] | null): void | Promise<void>
}
