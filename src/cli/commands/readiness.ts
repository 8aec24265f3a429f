/** `smblens readiness <path...>`: captures in, and what enforcing the controls of the guide would break. */
import { runToEnd } from '../../base/steps.ts'
import { CONTROL_IDS, type ControlId, type ReadinessState } from '../../readiness/control.ts'
import { readinessSteps } from '../../readiness/prediction/readiness.ts'
import { writeHostList } from '../../report/readiness/host-list.ts'
import { writePlan } from '../../report/readiness/plan.ts'
import { READINESS_FORMATS, type ReadinessFormat } from '../../report/readiness/readiness-formats.ts'
import type { ReadinessReport } from '../../report/readiness/readiness-report.ts'
import { limitMessage } from '../../track/core/limits.ts'
import { reportOn } from '../input/report-on.ts'
import { type AuditArguments, auditOptionsOf } from '../options/audit-options.ts'
import { reportLine } from '../output/diagnostics.ts'
import { deliver } from '../output/report-file.ts'
import { EXIT, type ExitStatus, UsageError } from '../process/exit-status.ts'

export interface ReadinessArguments extends Omit<AuditArguments, 'rule' | 'excludeRule'> {
  /** The table unless given. */
  format?: Pick<ReadinessFormat, 'name'>
  output?: string
  /** Only these controls. */
  control?: ControlId[]
  plan?: boolean
  /** List the clients in this state instead. */
  hosts?: ReadinessState
}

/** @param commands names of commands, which may have been meant where there is no such capture */
export async function predict(
  paths: readonly string[],
  options: ReadinessArguments,
  commands: readonly string[],
): Promise<ExitStatus> {
  const write = writerOf(options)
  const { policy, limits, memory } = await auditOptionsOf(options)
  const request = { paths, commands, output: options.output, limits, memory }
  return reportOn(request, ({ ledger, inputsUnread, output, page }) => {
    const { findingBytes } = limits
    const { rows, controls, credits } = runToEnd(readinessSteps(ledger, { policy, rowBytes: findingBytes }), page.rest)
    if (rows.leftOut > 0) reportLine(limitMessage('findingBytes', findingBytes, rows.leftOut))
    const chosen = new Set<ControlId>(options.control ?? CONTROL_IDS)
    const report: ReadinessReport = {
      ledger,
      policy,
      rows,
      controls: controls.filter(({ control }) => chosen.has(control)),
      credits: credits.filter(({ control }) => chosen.has(control)),
      inputsUnread,
    }
    deliver(output, () => write(report, output, page))
    return EXIT.DONE
  })
}

/** What the options ask for. @throws UsageError where they ask for two things at once */
function writerOf({ format, control, plan = false, hosts }: ReadinessArguments): ReadinessFormat['write'] {
  if (plan && hosts !== undefined) throw new UsageError('--plan and --hosts are two reports: ask for one of them')
  if (hosts !== undefined) {
    if (format !== undefined) throw new UsageError('--hosts writes one address a line: leave out --format')
    if (control === undefined)
      throw new UsageError('--hosts needs --control ID: smblens readiness --help lists the controls')
    return ({ rows }, sink) => writeHostList(rows, control, hosts, sink)
  }
  if (!plan) {
    const chosen = READINESS_FORMATS.find(({ name }) => name === format?.name) ?? READINESS_FORMATS[0]!
    return chosen.write
  }
  if (format !== undefined && format.name !== 'table')
    throw new UsageError(
      '--plan is text for people: leave out --format; the records have the same hosts without --plan',
    )
  return writePlan
}
