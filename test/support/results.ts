/** Results of `scan` and `readiness` for tests of comparisons, as text and as what is read of it. */
import { audit } from '../../src/audit/audit.ts'
import type { Rule } from '../../src/audit/rule/rule.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import { readResult } from '../../src/diff/read-result.ts'
import type { Result } from '../../src/diff/result.ts'
import type { PlainLedger } from '../../src/ledger/ledger.ts'
import { readiness } from '../../src/readiness/prediction/readiness.ts'
import { writeNdjson } from '../../src/report/formats/ndjson.ts'
import { predictionRecords, scanRecords } from '../../src/report/records/index.ts'
import type { Report } from '../../src/report/records/report.ts'
import { POLICY, textOf } from './findings.ts'

/** What `scan -f ndjson` writes of this ledger. */
export function ndjsonOf(ledger: PlainLedger, overrides: Partial<Report> = {}): string {
  const rules: readonly Rule[] = overrides.rules ?? RULES
  const report: Report = {
    ledger,
    policy: POLICY,
    findings: audit(ledger, { policy: POLICY, rules }),
    findingsHidden: 0,
    inputsUnread: 0,
    rules,
    durationMs: 1,
    ...overrides,
  }
  return textOf((sink) => writeNdjson(scanRecords(report), sink))
}

/** Reads it in pieces of this many bytes. */
export function resultOf(text: string, path = 'new.ndjson', piece = 1000): Promise<Result> {
  return readResult(path, pieces(new TextEncoder().encode(text), piece))
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export async function resultFrom(ledger: PlainLedger, overrides: Partial<Report> = {}): Promise<Result> {
  return resultOf(ndjsonOf(ledger, overrides))
}

/** What `readiness -f ndjson` writes of this ledger. */
export function predictionOf(facts: PlainLedger): string {
  return textOf((sink) => {
    writeNdjson(predictionRecords({ ledger: facts, policy: POLICY, ...readiness(facts, { policy: POLICY }) }), sink)
  })
}
