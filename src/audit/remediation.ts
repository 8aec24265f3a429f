/** Chooses the remediations of a finding: those for what was seen, and no others. */
import type { Remediation, Rule } from './rule/rule.ts'

/** All of a rule's, its own first. */
export function allRemediations({ remediation, remediationFor = {} }: Rule): Remediation[] {
  return [remediation, ...Object.values(remediationFor)]
}

/**
 * The remediation of cases that need these: a single one unchanged, several each with its purpose.
 *
 * @param names as in a finding; without any it is the rule's own
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
