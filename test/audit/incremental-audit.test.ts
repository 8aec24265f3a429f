/** An audit of traffic without an end: what it remembers from one ledger to the next, and what it forgets. */
import { describe, expect, it } from 'vitest'
import { IncrementalAudit } from '../../src/audit/incremental-audit.ts'
import type { SurveyingRule } from '../../src/audit/rule/rule.ts'
import { forgetOldest, MAX_REMEMBERED, remember } from '../../src/audit/rule/survey.ts'
import { guestFallback } from '../../src/audit/rules/guest-fallback.ts'
import { smb1Negotiated } from '../../src/audit/rules/smb1-negotiated.ts'
import { unsignedSession } from '../../src/audit/rules/unsigned-session.ts'
import { runToEnd } from '../../src/base/steps.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { at, clearSession, connection, ledger, session, tree } from '../support/facts.ts'

const policy = defaultPolicy(createNetworks())

function severities(running: IncrementalAudit, facts: Ledger): string[] {
  return [...runToEnd(running.findings(facts, false))].map(({ severity }) => severity)
}

/** The server grants SYSVOL, and signs. */
function policyServer(ip: string): Ledger {
  const on = connection({ server: ip })
  return ledger([on], [session({ on, trees: [tree({ path: '\\\\dc1\\SYSVOL' })] })])
}

/** A session of a Kerberos user that is not signed. */
function unsigned(ip: string): Ledger {
  const on = connection({ server: ip })
  return ledger([on], [clearSession({ on, logons: [] })])
}

it('a server of policies that was settled is known later', () => {
  const running = new IncrementalAudit({ policy, rules: [unsignedSession] })
  expect(severities(running, unsigned('10.0.0.10'))).toEqual(['medium'])
  running.settle(policyServer('10.0.0.10'))
  expect(severities(running, unsigned('10.0.0.10'))).toEqual(['high'])
  expect(severities(running, unsigned('10.0.0.11'))).toEqual(['medium'])
})

it('every survey is bounded before each ledger, and never by another rule', () => {
  const called: string[] = []
  const watched = <S>(rule: SurveyingRule<S>): SurveyingRule<S> => ({
    ...rule,
    survey: { ...rule.survey, bound: () => called.push(rule.id) },
  })
  const rules = [watched(smb1Negotiated), watched(unsignedSession)]
  const running = new IncrementalAudit({ policy, rules })
  running.settle(policyServer('10.0.0.10'))
  runToEnd(running.findings(policyServer('10.0.0.10'), true))
  expect(called).toEqual(['smb1-negotiated', 'unsigned-session', 'smb1-negotiated', 'unsigned-session'])
})

describe('what a survey remembers', () => {
  const full = () => new Map(Array.from({ length: MAX_REMEMBERED }, (_, i) => [`host ${i}`, true]))

  it('stays whole up to its limit', () => {
    const known = full()
    forgetOldest(known)
    expect(known.size).toBe(MAX_REMEMBERED)
  })

  it('loses a part of those that were not noted for the longest time, and none of the others', () => {
    const known = full()
    remember(known, 'host 0', true)
    remember(known, 'one more', true)
    forgetOldest(known)
    expect(known.size).toBe(MAX_REMEMBERED * 0.75)
    expect(['host 0', 'one more', `host ${MAX_REMEMBERED - 1}`].filter((host) => !known.has(host))).toEqual([])
    expect(known.has('host 1')).toBe(false)
  })
})

it('refused logons count within one ledger, with any number of audits', () => {
  const on = connection()
  const refused = session({ on, user: 'alice', status: 'failed', ntStatus: 0xc000006d, decided: at(9), guest: false })
  const guest = session({ on, firstFrame: 20, guest: true, decided: at(21) })
  const running = new IncrementalAudit({ policy, rules: [guestFallback] })
  const facts = ledger([on], [refused, guest])
  const once = [...runToEnd(running.findings(facts, false))]
  expect(once).toHaveLength(1)
  expect([...runToEnd(running.findings(facts, false))]).toEqual(once)
})
