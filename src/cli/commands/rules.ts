/** `smblens rules [ID]`: the rules, or all about one of them. */
import { RULES } from '../../audit/rules/index.ts'
import { writeRule, writeRuleList, writeRulesJson } from '../../report/text/rule-text.ts'
import { ruleById } from '../options/audit-options.ts'
import { deliver, openOutput } from '../output/report-file.ts'
import { colorOnStdout, terminalWidth } from '../output/terminal.ts'
import { EXIT, type ExitStatus } from '../process/exit-status.ts'

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
