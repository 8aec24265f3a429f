/** `smblens rules [ID]`: the catalogue. */
import type { Rule } from '../../audit/rule/rule.ts'
import { RULES } from '../../audit/rules/index.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { writeRule, writeRuleList, writeRulesJson } from '../../report/formats/rule-text.ts'
import { deliver, openOutput } from '../output/report-file.ts'
import { colorOnStdout, terminalWidth } from '../output/terminal.ts'
import { EXIT, type ExitStatus, UsageError } from '../process/exit-status.ts'

export interface RulesOptions {
  format: 'table' | 'json'
}

export function showRules(id: string | undefined, options: RulesOptions): ExitStatus {
  const rules = id === undefined ? RULES : [ruleById(id)]
  const output = openOutput(undefined, [])
  const table = { width: terminalWidth(), color: colorOnStdout() }
  const [only] = rules
  deliver(output, () => {
    if (options.format === 'json') writeRulesJson(rules, output)
    else if (id === undefined || only === undefined) writeRuleList(rules, output, table)
    else writeRule(only, output, table)
  })
  return EXIT.DONE
}

/** @throws UsageError where there is no such rule */
export function ruleById(id: string): Rule {
  const rule = RULES.find((candidate) => candidate.id === id)
  if (rule !== undefined) return rule
  const ids = RULES.map((candidate) => candidate.id)
  throw new UsageError(`there is no rule "${id}"${didYouMean(id, ids)}: smblens rules lists them`)
}
