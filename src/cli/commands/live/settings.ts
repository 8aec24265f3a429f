/** What both ways of watching, as records and on a screen, start from. */
import type { CaptureFiles } from '../../../capture/write/rotating-files.ts'
import type { RunOptions } from '../../../live/run.ts'
import type { AuditSettings } from '../../options/audit-options.ts'

export interface WatchSettings extends Pick<AuditSettings, 'rules' | 'policy' | 'limits'> {
  run: Pick<RunOptions, 'request' | 'durationMs' | 'user'>
  /** Packets after which to stop; null: no number. */
  count: number | null
  /** Opens the files of --write; called after rights were dropped. */
  openFiles(): CaptureFiles | null
}
