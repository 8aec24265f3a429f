/** A rule's test consists of two lists: ledgers on which it fires, and ledgers on which it must not. */
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import type { Finding } from '../../src/audit/finding.ts'
import type { Rule, Severity } from '../../src/audit/rule/rule.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { connection, ledger, session } from './facts.ts'

interface Fires {
  when: string
  ledger: Ledger
  /** That of a run without a policy file unless given. */
  policy?: Policy
  severity: Severity
  /** Parts of the message. */
  says?: (string | RegExp)[]
  /** The frames of its evidence. */
  frames?: number[]
  user?: string | null
  count?: number
}

interface Silent {
  when: string
  ledger: Ledger
  policy?: Policy
}

/** Every ledger of `fires` makes one finding. */
export function describeRule(rule: Rule, { fires, silent }: { fires: Fires[]; silent: Silent[] }): void {
  describe(`${rule.id} fires`, () => {
    it.each(fires.map((c) => [`${c.severity}: ${c.when}`, c] as const))('%s', (_, c) => {
      const { ledger, policy, severity, says = [], frames, user, count = 1 } = c
      const [finding, ...others] = findings(rule, ledger, policy)
      expect(others).toEqual([])
      expect(finding).toMatchObject({ rule: rule.id, severity, count })
      for (const part of says) expect(finding?.message).toMatch(part)
      if (frames !== undefined) expect(finding?.evidence.map((e) => e.frame)).toEqual(frames)
      if (user !== undefined) expect(finding?.user).toBe(user)
    })
  })
  describe(`${rule.id} is silent`, () => {
    const sound: Silent = { when: 'all is as it should be', ledger: ledger([connection()], [session()]) }
    it.each([sound, ...silent].map((c) => [c.when, c] as const))('%s', (_, { ledger, policy }) => {
      expect(findings(rule, ledger, policy)).toEqual([])
    })
  })
}

/** A policy without a file, with the parts that a test is about. */
export function policyWith(parts: Partial<Policy>): Policy {
  return { ...defaultPolicy(createNetworks()), ...parts }
}

export function findings(rule: Rule, ledger: Ledger, policy = policyWith({})): Finding[] {
  return audit(ledger, { policy, rules: [rule] })
}
