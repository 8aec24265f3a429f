/** The views, in the order of their tabs. */
import { FINDINGS_VIEW } from './findings.ts'
import { FRAMES_VIEW } from './frames.ts'
import { HOSTS_VIEW } from './hosts.ts'
import { OVERVIEW } from './overview.ts'
import { PREDICTIONS_VIEW } from './predictions.ts'
import { READINESS_VIEW } from './readiness.ts'
import { SESSIONS_VIEW } from './sessions.ts'
import type { View } from './view.ts'

/** The first is open when the program starts. */
export const VIEWS: readonly View[] = [
  OVERVIEW,
  FINDINGS_VIEW,
  SESSIONS_VIEW,
  HOSTS_VIEW,
  FRAMES_VIEW,
  READINESS_VIEW,
  PREDICTIONS_VIEW,
]
