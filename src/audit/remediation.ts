/** Which of a rule's remediations a finding gets: those for what was seen, and none for what was not. */
import type { Remediation, Rule } from './rule/rule.ts'

/** All of a rule's, its own first. */
export function allRemediations({ remediation, remediationFor = {} }: Rule): Remediation[] {
  return [remediation, ...Object.values(remediationFor)]
}

/**
 * The remediation of cases that need these: one as it is, several with what each is for.
 *
 * @param names as findings have them; the rule's own where there are none
 */
export function remediationOf(rule: Rule, names: readonly string[]): Remediation {
  const { remediation, remediationFor = {} } = rule
  const others = Object.keys(remediationFor).filter((name) => names.includes(name))
  const parts = others.map((name) => remediationFor[name]!)
  if (parts.length === 0 || names.includes('')) parts.unshift(remediation)
  const audits = parts.flatMap(({ audit }) => (audit === null ? [] : [audit]))
  return {
    setting: parts.length === 1 ? parts[0]!.setting : parts.map(withPurpose).join(' '),
    powershell: unique(parts.flatMap(({ powershell }) => powershell)),
    audit:
      audits.length === 0
        ? null
        : {
            setting: unique(audits.map(({ setting }) => setting)).join(' '),
            powershell: unique(audits.flatMap(({ powershell }) => powershell)),
          },
  }
}

function withPurpose({ applies, setting }: Remediation): string {
  return applies === undefined ? setting : `${applies}: ${setting}`
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
