/** The formats of readiness reports. */
import type { TextSink } from '../../base/text-sink.ts'
import type { WriteOptions } from '../formats/report-format.ts'
import type { ReadinessReport } from './readiness-report.ts'
import { writeReadinessTable } from './readiness-table.ts'

export interface ReadinessFormat {
  /** As `--format` names it. */
  readonly name: string
  /** One line for the help. */
  readonly help: string
  write(report: ReadinessReport, sink: TextSink, options: WriteOptions): void
}

/** The first is the default. */
export const READINESS_FORMATS: readonly ReadinessFormat[] = [
  {
    name: 'table',
    help: 'for people: the controls, who would break and why',
    write: writeReadinessTable,
  },
]
