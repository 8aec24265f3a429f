/** `smblens scan <path...>`: captures in, a report out. */
import { auditList } from '../audit/audit.ts'
import { createNetworks, type Networks, parseCidrs } from '../audit/networks.ts'
import type { Rule, Severity } from '../audit/rule.ts'
import { RULES } from '../audit/rules/index.ts'
import { writeCsv } from '../report/csv.ts'
import { writeJson } from '../report/json.ts'
import { writeNdjson } from '../report/ndjson.ts'
import { findingRecords, type Report, scanRecords } from '../report/records.ts'
import { writeTable } from '../report/table.ts'
import type { Ledger } from '../track/ledger.ts'
import { LedgerPile } from '../track/ledger-pile.ts'
import type { Limits } from '../track/limits.ts'
import { EXIT, type ExitStatus, UsageError } from './exit-status.ts'
import { keepYoungHeapSmall } from './heap.ts'
import { findInputs, type Inputs, readLedger } from './inputs.ts'
import { parseLimits } from './limit-option.ts'
import { deliver, type Output, openOutput } from './output.ts'
import { createProgress } from './progress.ts'
import { ruleById } from './rules.ts'
import { colorOnStdout, terminalWidth } from './terminal.ts'

/** A mistyped one arrives here as the name of a capture. */
export const COMMANDS = ['scan', 'live', 'interfaces', 'messages', 'rules', 'help']

export type ReportFormat = 'table' | 'json' | 'ndjson' | 'csv'

export interface ScanOptions {
  /** table unless given */
  format?: ReportFormat
  output?: string
  minSeverity?: Severity
  failOn?: Severity
  /** Ids of the only rules to apply, and of those not to apply. */
  rule?: string[]
  excludeRule?: string[]
  /** Networks as the user wrote them. */
  internal?: string[]
  /** Limits as the user wrote them: name=number. */
  limit?: string[]
}

export async function scan(paths: readonly string[], options: ScanOptions): Promise<ExitStatus> {
  const started = performance.now()
  const { rules, networks, limits } = await asked(options)
  const inputs = await findInputs(paths, COMMANDS)
  const output = openOutput(options.output, inputs.files)
  try {
    keepYoungHeapSmall(inputs.files)
    const { ledger, unread } = await readAll(inputs, limits)
    if (ledger.captures.length === 0 && output.leaveAsItWas()) return EXIT.INPUT
    const findings = auditList(ledger, { networks, rules })
    const { minSeverity, failOn } = options
    const shown = minSeverity ? findings.atLeast(minSeverity) : findings
    const report: Report = {
      ledger,
      networks,
      findings: shown,
      findingsHidden: findings.length - shown.length,
      inputsUnread: unread,
      rules,
      durationMs: performance.now() - started,
    }
    deliver(output, () => write(report, options.format ?? 'table', output))
    if (failOn && findings.atLeast(failOn).length > 0) return EXIT.FINDING
    return unread > 0 || ledger.captures.some(({ complete }) => !complete) ? EXIT.INPUT : EXIT.DONE
  } finally {
    output.discard()
  }
}

async function readAll(
  { files, unread }: Inputs,
  limits: Partial<Limits>,
): Promise<{ ledger: Ledger; unread: number }> {
  const progress = createProgress()
  const pile = new LedgerPile()
  try {
    for (const [i, path] of files.entries()) {
      progress.input(path, i, files.length)
      const ledger = await readLedger(path, progress, { limits })
      if (ledger !== null) pile.add(ledger)
    }
  } finally {
    progress.end()
  }
  return { ledger: pile.ledger(), unread: unread + files.length - pile.size }
}

function write(report: Report, format: ReportFormat, output: Output): void {
  if (format === 'json') writeJson(scanRecords(report), output)
  else if (format === 'ndjson') writeNdjson(scanRecords(report), output)
  else if (format === 'csv') writeCsv(findingRecords(report), output)
  else writeTable(report, output, { width: terminalWidth(), color: !output.isFile && colorOnStdout() })
}

/** All that can be wrong with the request is found before the first, perhaps long, capture is read. */
export async function asked({ rule, excludeRule, internal, limit }: ScanOptions) {
  return {
    rules: selectRules(rule, excludeRule),
    networks: await internalNetworks(internal),
    limits: parseLimits(limit),
  }
}

function selectRules(only: readonly string[] | undefined, without: readonly string[] = []): Rule[] {
  const included: readonly Rule[] = only ? only.map(ruleById) : RULES
  const excluded = new Set(without.map(ruleById))
  const selected = RULES.filter((rule) => included.includes(rule) && !excluded.has(rule))
  if (selected.length === 0) throw new UsageError('--exclude-rule leaves no rule to apply: leave one')
  return selected
}

async function internalNetworks(texts: readonly string[] = []): Promise<Networks> {
  if (texts.length === 0) return createNetworks()
  try {
    return createNetworks(await parseCidrs(texts.join(',')))
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--internal: ${error.message}`)
    throw error
  }
}
