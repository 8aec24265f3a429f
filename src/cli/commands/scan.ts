/** `smblens scan <path...>`: captures in, a report out. */
import { auditSteps } from '../../audit/audit.ts'
import type { Severity } from '../../audit/rule/rule.ts'
import { runToEnd } from '../../base/steps.ts'
import { CreditCounter } from '../../readiness/prediction/credit-counter.ts'
import type { ReportFormat } from '../../report/formats/report-format.ts'
import { tableFormat } from '../../report/formats/table.ts'
import type { Report } from '../../report/records/report.ts'
import { limitMessage } from '../../track/core/limits.ts'
import { findInputs } from '../input/find-inputs.ts'
import { readCaptures } from '../input/read-captures.ts'
import { type AuditArguments, auditOptionsOf } from '../options/audit-options.ts'
import { reportLine } from '../output/diagnostics.ts'
import { deliver, openOutput } from '../output/report-file.ts'
import { colorOnStdout, terminalWidth } from '../output/terminal.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'
import { createHeapKeeper } from '../process/young-heap.ts'

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
  const inputs = await findInputs(paths, commands)
  const output = openOutput(options.output, inputs.files)
  try {
    const rest = createHeapKeeper(memory)
    const { ledger, unread } = await readCaptures(inputs.files, { limits, rest })
    const inputsUnread = inputs.unread + unread
    if (ledger.captures.length === 0 && output.leaveAsItWas()) return EXIT.INPUT
    const { findingBytes } = limits
    const credits = format === tableFormat ? new CreditCounter(policy) : null
    const onPart = credits === null ? undefined : (facts: Parameters<CreditCounter['note']>[0]) => credits.note(facts)
    const findings = runToEnd(auditSteps(ledger, { policy, rules, findingBytes, onPart }), rest)
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
    const page = { width: terminalWidth(), color: !output.isFile && colorOnStdout(), rest }
    deliver(output, () => format.write(report, output, page))
    if (failOn && findings.atLeast(failOn).length > 0) return EXIT.FINDING
    return inputsUnread > 0 || ledger.captures.some(({ complete }) => !complete) ? EXIT.INPUT : EXIT.DONE
  } finally {
    output.discard()
  }
}
