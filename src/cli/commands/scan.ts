/** `smblens scan <path...>`: captures in, a report out. */
import { auditSteps } from '../../audit/audit.ts'
import type { Rule, Severity } from '../../audit/rule/rule.ts'
import { RULES } from '../../audit/rules/index.ts'
import { runToEnd } from '../../base/steps.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { LedgerPile } from '../../ledger/ledger-pile.ts'
import { createNetworks, type Networks, parseCidrs } from '../../policy/networks.ts'
import { writeCsv } from '../../report/formats/csv.ts'
import { writeJson } from '../../report/formats/json.ts'
import { writeNdjson } from '../../report/formats/ndjson.ts'
import { writeTable } from '../../report/formats/table.ts'
import { findingRecords, scanRecords } from '../../report/records/index.ts'
import type { Report } from '../../report/report.ts'
import { type Limits, limitMessage } from '../../track/core/limits.ts'
import { findInputs, type Inputs, readLedger } from '../options/inputs.ts'
import { parseLimits, parseMemory } from '../options/limits.ts'
import { reportLine } from '../output/diagnostics.ts'
import { createProgress } from '../output/progress.ts'
import { deliver, type Output, openOutput } from '../output/report-file.ts'
import { colorOnStdout, terminalWidth } from '../output/terminal.ts'
import { EXIT, type ExitStatus, UsageError } from '../process/exit-status.ts'
import { createHeapKeeper } from '../process/young-heap.ts'
import { ruleById } from './rules.ts'

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
  /** As the user wrote it. */
  memory?: string
  /** Limits as the user wrote them: name=number. */
  limit?: string[]
}

export async function scan(paths: readonly string[], options: ScanOptions): Promise<ExitStatus> {
  const started = performance.now()
  const { rules, networks, limits, memory } = await asked(options)
  const inputs = await findInputs(paths, COMMANDS)
  const output = openOutput(options.output, inputs.files)
  try {
    const keepMemory = createHeapKeeper(memory)
    const { ledger, unread } = await readAll(inputs, limits, keepMemory)
    if (ledger.captures.length === 0 && output.leaveAsItWas()) return EXIT.INPUT
    const { findingBytes } = limits
    const findings = runToEnd(auditSteps(ledger, { networks, rules, findingBytes }), keepMemory)
    if (findings.leftOut > 0) reportLine(limitMessage('findingBytes', findingBytes, findings.leftOut))
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
    deliver(output, () => write(report, options.format ?? 'table', output, keepMemory))
    if (failOn && findings.atLeast(failOn).length > 0) return EXIT.FINDING
    return unread > 0 || ledger.captures.some(({ complete }) => !complete) ? EXIT.INPUT : EXIT.DONE
  } finally {
    output.discard()
  }
}

async function readAll(
  { files, unread }: Inputs,
  limits: Limits,
  keepMemory: () => void,
): Promise<{ ledger: Ledger; unread: number }> {
  const progress = createProgress()
  const pile = new LedgerPile()
  try {
    for (const [i, path] of files.entries()) {
      progress.input(path, i, files.length)
      const ledger = await readLedger(path, progress, keepMemory, { limits })
      if (ledger !== null) pile.add(ledger)
    }
  } finally {
    progress.end()
  }
  return { ledger: runToEnd(pile.steps(), keepMemory), unread: unread + files.length - pile.size }
}

function write(report: Report, format: ReportFormat, output: Output, keepMemory: () => void): void {
  if (format === 'json') writeJson(withRests(scanRecords(report), keepMemory), output)
  else if (format === 'ndjson') writeNdjson(withRests(scanRecords(report), keepMemory), output)
  else if (format === 'csv') writeCsv(withRests(findingRecords(report), keepMemory), output)
  else writeTable(report, output, { width: terminalWidth(), color: !output.isFile && colorOnStdout() })
}

/** Records written between two calls of `rest`. */
const PIECE = 512

function* withRests<T>(records: Iterable<T>, rest: () => void): Generator<T> {
  let count = 0
  for (const record of records) {
    if (count++ % PIECE === 0) rest()
    yield record
  }
}

/** All that can be wrong with the request is found before the first, perhaps long, capture is read. */
export async function asked({ rule, excludeRule, internal, limit, memory: size }: ScanOptions) {
  const memory = parseMemory(size)
  return {
    rules: selectRules(rule, excludeRule),
    networks: await internalNetworks(internal),
    limits: parseLimits(limit, memory),
    memory,
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
