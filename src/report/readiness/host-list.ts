/** The clients of one control in one state, one address a line, for scripts. The number of lines is the number in the table. */
import { compareText } from '../../base/compare-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import type { ControlId, ReadinessState } from '../../readiness/control.ts'
import type { ReportedRows } from './readiness-report.ts'

/** Of several controls: the clients that are in this state in any of them. */
export function writeHostList(
  rows: ReportedRows,
  controls: readonly ControlId[],
  state: ReadinessState,
  sink: TextSink,
): void {
  const clients = rows.where({ scope: 'host', role: 'client' })
  const listed = new Set(controls.flatMap((control) => [...clientsOf(clients, control, state)]))
  for (const address of [...listed].sort(compareText)) sink.write(`${address}\n`)
}

function clientsOf(clients: ReportedRows, control: ControlId, state: ReadinessState): Set<string> {
  const found = addresses(clients.where({ control, state }))
  if (state !== 'not-observed') return found
  // A client without any row for the control showed nothing about it either.
  const known = addresses(clients.where({ control }))
  for (const address of addresses(clients)) if (!known.has(address)) found.add(address)
  return found
}

function addresses(rows: ReportedRows): Set<string> {
  const found = new Set<string>()
  for (const { client } of rows) if (client !== null) found.add(client)
  return found
}
