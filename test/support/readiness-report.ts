/** Readiness rows and numbers, made by hand. */
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import type { ControlId } from '../../src/readiness/control.ts'
import type { RowFilter } from '../../src/readiness/prediction/readiness-rows.ts'
import type { ControlSummary, ReadinessRow } from '../../src/readiness/readiness-row.ts'
import type { ReadinessReport, ReportedRows } from '../../src/report/readiness/readiness-report.ts'
import { ledger } from './facts.ts'

const TIME = Date.UTC(2026, 0, 5, 8) * 1000

export function controlSummary(control: ControlId, given: Partial<ControlSummary> = {}): ControlSummary {
  return {
    control,
    title: `Title of ${control}`,
    guide: 'Heading of the guide',
    ready: 0,
    breaks: 0,
    exempt: 0,
    notObserved: 0,
    observable: true,
    observedSeconds: 15_000,
    hostsSeen: 41,
    message: 'The numbers in words.',
    ...given,
  }
}

/** A pair that would break; `scope: 'host'` with `server: null` makes it a client's row. */
export function readinessRow(control: ControlId, given: Partial<ReadinessRow> = {}): ReadinessRow {
  const { client = '10.0.0.5', server = '10.0.0.9' } = given
  return {
    id: `${control} ${client} ${server} ${given.user ?? ''} ${given.share ?? ''} ${given.scope ?? 'pair'}`,
    control,
    scope: 'pair',
    side: null,
    client,
    server,
    user: null,
    share: null,
    state: 'breaks',
    reason: 'some-reason',
    message: `${client} would be refused by ${server}:445.`,
    count: 1,
    total: 1,
    firstTime: TIME,
    lastTime: TIME,
    evidence: [
      { capture: 'a.pcap', frame: 11, time: TIME, field: 'SecurityMode', what: 'SecurityMode 0x00: signing disabled' },
    ],
    change: `Update ${client}.`,
    ...given,
  }
}

/** The rows as a report reads them. */
export function reportedRows(rows: readonly ReadinessRow[]): ReportedRows {
  return {
    length: rows.length,
    where: (filter) => reportedRows(rows.filter((row) => passes(row, filter))),
    top: (most) => [...rows].sort((a, b) => b.count - a.count).slice(0, most),
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  }
}

function passes(row: ReadinessRow, { control, state, scope, role, side }: RowFilter): boolean {
  return (
    (control === undefined || row.control === control) &&
    (state === undefined || row.state === state) &&
    (scope === undefined || row.scope === scope) &&
    (role === undefined || (row.scope === 'host' && row[role] !== null)) &&
    (side === undefined || row.side === side)
  )
}

export function readinessReport(given: Partial<ReadinessReport>): ReadinessReport {
  return {
    ledger: ledger([], []),
    policy: defaultPolicy(createNetworks()),
    controls: [],
    credits: [],
    rows: reportedRows([]),
    inputsUnread: 0,
    ...given,
  }
}
