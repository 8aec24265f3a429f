/** Whom a live capture is run for: a writer of records, or a screen. */
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import type { LiveTracker } from './live-tracker.ts'

/** Who wants to know of what is captured. Figures of loss are null for a pipe. */
export interface Audience {
  readonly live: LiveTracker
  readonly heartbeatMs: number
  /** Called about every second, more seldom where it takes long. */
  look(): void | Promise<void>
  beat(loss: readonly InterfaceLoss[] | null): void | Promise<void>
  /** Nothing more comes. */
  end(loss: readonly InterfaceLoss[] | null): void | Promise<void>
}
