/** The rules, as text for people and as JSON. */
import { allRemediations } from '../../audit/remediation.ts'
import { identifierText } from '../../audit/rule/identifiers.ts'
import type { Remediation, Rule } from '../../audit/rule/rule.ts'
import { pad, safeJson, wrap } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { SCHEMA_VERSION } from '../records/schema-version.ts'
import type { PageOptions } from './page.ts'
import { createStyle } from './style.ts'

const MAX_WIDTH = 100

/** What a rule says about itself, without its code. */
export type RuleRecord = Required<Omit<Rule, 'evaluate' | 'subject' | 'survey'>>

export function ruleRecord(rule: Rule): RuleRecord {
  const { id, title, severity, guide, why, how, remediation, remediationFor = {} } = rule
  const { identifiers, references, falsePositives } = rule
  return { id, title, severity, guide, why, how, remediation, remediationFor, identifiers, references, falsePositives }
}

export function writeRulesJson(rules: readonly Rule[], sink: TextSink): void {
  sink.write(`${safeJson({ schemaVersion: SCHEMA_VERSION, rules: rules.map(ruleRecord) })}\n`)
}

/** One line per rule. */
export function writeRuleList(rules: readonly Rule[], sink: TextSink, { width, color }: PageOptions): void {
  const style = createStyle(color)
  const idWidth = Math.max(...rules.map((rule) => rule.id.length), 2)
  const titleWidth = Math.max(20, width - idWidth - 'critical'.length - 4)
  for (const { id, severity, title } of rules) {
    const [first = '', ...rest] = wrap(title, titleWidth)
    sink.write(`${style.strong(pad(id, idWidth))}  ${style.severity(severity, pad(severity, 8))}  ${first}\n`)
    for (const line of rest) sink.write(`${' '.repeat(idWidth + 12)}${line}\n`)
  }
  sink.write(`\n${style.quiet('smblens rules ID explains how a rule decides, how to fix it and when it is wrong.')}\n`)
}

/** Everything about one rule. */
export function writeRule(rule: Rule, sink: TextSink, { width, color }: PageOptions): void {
  const style = createStyle(color)
  const columns = Math.min(MAX_WIDTH, width)
  const section = (heading: string, lines: readonly string[]) => {
    if (lines.length === 0) return
    sink.write(`\n${style.strong(heading)}\n`)
    for (const line of lines) sink.write(`  ${line}\n`)
  }
  const text = (paragraph: string) => wrap(paragraph, columns - 2)
  const item = (entry: string) => wrap(entry, columns - 4).map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`))

  sink.write(`${style.strong(rule.id)}  ${style.severity(rule.severity, rule.severity)}\n`)
  for (const line of wrap(rule.title, columns)) sink.write(`${line}\n`)
  section('Why', text(rule.why))
  section('How it is decided', text(rule.how))
  const step = (heading: string, { setting, powershell }: Omit<Remediation, 'audit'>) => {
    section(heading, [...text(setting), ...powershell.map((line) => `PS> ${line}`)])
  }
  for (const { audit, applies, ...fix } of allRemediations(rule)) {
    const purpose = applies === undefined ? '' : ` (${applies})`
    if (audit !== null) step(`Audit first${purpose}`, audit)
    step(`Fix${purpose}`, fix)
  }
  section('When it is wrong', rule.falsePositives.flatMap(item))
  section('In "Protect SMB traffic from interception"', text(rule.guide))
  section('Known elsewhere as', rule.identifiers.map(identifierText).flatMap(item))
  section(
    'References',
    rule.references.map((reference) => `- ${reference}`),
  )
}
