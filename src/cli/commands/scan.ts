/** `smblens scan <path...>`: captures in, a report out. */
import { auditSteps } from '../../audit/audit.ts'
import type { Severity } from '../../audit/rule/rule.ts'
import { runToEnd } from '../../base/steps.ts'
import type { ReportFormat } from '../../report/formats/report-format.ts'
import { tableFormat } from '../../report/formats/table.ts'
import type { Report } from '../../report/records/report.ts'
import { limitMessage } from '../../track/core/limits.ts'
import { reportOn } from '../input/report-on.ts'
import { type AuditArguments, auditOptionsOf } from '../options/audit-options.ts'
import { reportLine } from '../output/diagnostics.ts'
import { deliver } from '../output/report-file.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'

export interface ScanOptions extends AuditArguments {
  /** Default: the table. */
  format?: ReportFormat
  output?: string
  minSeverity?: Severity
  failOn?: Severity
}

/** @param commands names of commands, which may have been meant if there is no such capture */
export async function scan(
  paths: readonly string[],
  options: ScanOptions,
  commands: readonly string[],
): Promise<ExitStatus> {
  const started = performance.now()
  const { format = tableFormat, minSeverity, failOn } = options
  const { rules, policy, limits, memory } = await auditOptionsOf(options)
  // Only the table shows what was seen at work.
  const counter = format === tableFormat ? await import('../../readiness/prediction/credit-counter.ts') : null
  const request = { paths, commands, output: options.output, limits, memory }
  return reportOn(request, ({ ledger, inputsUnread, output, page }) => {
    const { findingBytes } = limits
    const credits = counter === null ? null : new counter.CreditCounter(policy)
    const onPart = credits?.note.bind(credits)
    const findings = runToEnd(auditSteps(ledger, { policy, rules, findingBytes, onPart }), page.rest)
    if (findings.leftOut > 0) reportLine(limitMessage('findingBytes', findingBytes, findings.leftOut))
    const shown = minSeverity ? findings.atLeast(minSeverity) : findings
    const report: Report = {
      ledger,
      policy,
      findings: shown,
      findingsHidden: findings.length - shown.length,
      inputsUnread,
      rules,
      durationMs: performance.now() - started,
      credits: credits?.list() ?? [],
    }
    deliver(output, () => format.write(report, output, page))
    return failOn && findings.atLeast(failOn).length > 0 ? EXIT.FINDING : EXIT.DONE
  })
}
