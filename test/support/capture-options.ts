/** What to capture, for tests that start no program. */
import type { CaptureOptions } from '../../src/capture/live/programs/program.ts'

export const CAPTURE_OPTIONS: CaptureOptions = {
  filter: 'tcp port 445',
  snapLength: 262_144,
  bufferBytes: 64 << 20,
  promiscuous: true,
}
