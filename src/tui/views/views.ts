/** The tables of the four views, each with what can be asked of it. */
import { FINDING_FIELDS } from '../../query/fields/findings.ts'
import { FRAME_FIELDS } from '../../query/fields/frames.ts'
import { HOST_FIELDS } from '../../query/fields/hosts.ts'
import { SESSION_FIELDS } from '../../query/fields/sessions.ts'
import type { FindingRow, FrameRow, HostRow, SessionRow } from '../../rows/rows.ts'
import type { Snapshot } from '../../view/store.ts'
import type { TableView } from '../state/screen-state.ts'
import { TableModel } from '../table/table-state.ts'
import { FINDING_COLUMNS } from './findings.ts'
import { FRAME_COLUMNS } from './frames.ts'
import { HOST_COLUMNS } from './hosts.ts'
import { SESSION_COLUMNS } from './sessions.ts'

export interface Tables {
  findings: TableModel<FindingRow>
  sessions: TableModel<SessionRow>
  hosts: TableModel<HostRow>
  frames: TableModel<FrameRow>
  of(view: TableView): Tables['findings'] | Tables['sessions'] | Tables['hosts'] | Tables['frames']
  update(snapshot: Snapshot): void
}

export function createTables(onChange: () => void): Tables {
  const worstFirst = { column: 'severity', descending: true }
  const findings = new TableModel<FindingRow>({
    columns: FINDING_COLUMNS,
    fields: FINDING_FIELDS,
    keyOf: ({ id }) => id,
    sort: worstFirst,
    onChange,
  })
  const sessions = new TableModel<SessionRow>({
    columns: SESSION_COLUMNS,
    fields: SESSION_FIELDS,
    keyOf: ({ id }) => id,
    sort: { column: null, descending: false },
    onChange,
  })
  const hosts = new TableModel<HostRow>({
    columns: HOST_COLUMNS,
    fields: HOST_FIELDS,
    keyOf: ({ ip }) => ip,
    sort: { column: null, descending: false },
    onChange,
  })
  const frames = new TableModel<FrameRow>({
    columns: FRAME_COLUMNS,
    fields: FRAME_FIELDS,
    keyOf: ({ capture, number }) => `${number} ${capture}`,
    sort: { column: null, descending: false },
    onChange,
  })
  const models = { findings, sessions, hosts, frames }
  return {
    ...models,
    of: (view) => models[view],
    update(snapshot) {
      findings.update(snapshot.findings)
      sessions.update(snapshot.sessions)
      hosts.update(snapshot.hosts)
      frames.update(snapshot.frames)
    },
  }
}
