/** The options of every audit: which rules, which policy, how much memory. */
import type { Rule } from '../../audit/rule/rule.ts'
import { RULES } from '../../audit/rules/index.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { defaultPolicy } from '../../policy/default-policy.ts'
import { createNetworks, type Networks, parseCidrs } from '../../policy/networks.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Limits } from '../../track/core/limits.ts'
import { UsageError } from '../process/exit-status.ts'
import { parseLimits, parseMemory } from './limits.ts'

/** As the user wrote them. */
export interface AuditArguments {
  /** Ids of the only rules to apply, and of those not to apply. */
  rule?: string[]
  excludeRule?: string[]
  internal?: string[]
  /** Path of a policy file. */
  policy?: string
  memory?: string
  /** Each is name=number. */
  limit?: string[]
}

export interface AuditSettings {
  rules: Rule[]
  policy: Policy
  limits: Limits
  /** Bytes that the process may use. */
  memory: number
}

/**
 * Checks everything that can be wrong with the request, before the first capture is read, which may take long.
 * @throws UsageError
 */
export async function auditOptionsOf(given: AuditArguments): Promise<AuditSettings> {
  const memory = parseMemory(given.memory)
  return {
    rules: selectRules(given.rule, given.excludeRule),
    policy: await policyFor(given.policy, given.internal),
    limits: parseLimits(given.limit, memory),
    memory,
  }
}

/** @throws UsageError if there is no such rule */
export function ruleById(id: string): Rule {
  const rule = RULES.find((candidate) => candidate.id === id)
  if (rule !== undefined) return rule
  const ids = RULES.map((candidate) => candidate.id)
  throw new UsageError(`there is no rule "${id}"${didYouMean(id, ids)}: smblens rules lists them`)
}

function selectRules(only: readonly string[] | undefined, without: readonly string[] = []): Rule[] {
  const included: readonly Rule[] = only ? only.map(ruleById) : RULES
  const excluded = new Set(without.map(ruleById))
  const selected = RULES.filter((rule) => included.includes(rule) && !excluded.has(rule))
  if (selected.length === 0) throw new UsageError('--exclude-rule leaves no rule to apply: exclude fewer')
  return selected
}

async function policyFor(path: string | undefined, internal: readonly string[] | undefined): Promise<Policy> {
  const networks = internal === undefined ? null : await internalNetworks(internal)
  if (path === undefined) return defaultPolicy(networks ?? createNetworks())
  const { policyOf } = await import('./policy-file.ts')
  return policyOf(path, networks)
}

async function internalNetworks(texts: readonly string[]): Promise<Networks> {
  try {
    return createNetworks(await parseCidrs(texts.join(',')))
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--internal: ${error.message}`)
    throw error
  }
}
