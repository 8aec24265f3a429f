import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { remediationOf } from '../../src/audit/remediation.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import type { PlainLedger } from '../../src/ledger/ledger.ts'
import {
  bareConnection,
  clearSession,
  connection,
  ledger,
  negotiateRequest,
  negotiateResponse,
  session,
  smb1,
  smb1Request,
} from '../support/facts.ts'
import { POLICY, rule } from '../support/findings.ts'

const two = rule({
  remediation: {
    applies: 'SMB2',
    setting: 'Do this.',
    powershell: ['a', 'b'],
    audit: { setting: 'Look.', powershell: ['x'] },
  },
  remediationFor: {
    smb1: { applies: 'SMB1', setting: 'Do that.', powershell: ['b', 'c'], audit: null },
    other: { applies: 'others', setting: 'Nothing.', powershell: [], audit: null },
  },
})

describe('the remediation of a finding', () => {
  it('is the one that its cases need, without what it is for', () => {
    expect(remediationOf(two, [''])).toEqual({
      setting: 'Do this.',
      powershell: ['a', 'b'],
      audit: { setting: 'Look.', powershell: ['x'] },
    })
    expect(remediationOf(two, ['smb1'])).toEqual({ setting: 'Do that.', powershell: ['b', 'c'], audit: null })
  })

  it('is the rule’s own where nothing is said', () => {
    expect(remediationOf(two, [])).toEqual(remediationOf(two, ['']))
  })

  it('has both where the cases are of both kinds, each with what it is for and no line twice', () => {
    expect(remediationOf(two, ['', 'smb1'])).toEqual({
      setting: 'SMB2: Do this. SMB1: Do that.',
      powershell: ['a', 'b', 'c'],
      audit: { setting: 'Look.', powershell: ['x'] },
    })
  })
})

/** The remediation that the only finding of this rule has. */
function remedy(id: string, facts: PlainLedger): string {
  const found = audit(facts, { policy: POLICY }).filter((finding) => finding.rule === id)
  expect(found).toHaveLength(1)
  const { setting, powershell, audit: first } = remediationOf(RULES.find((r) => r.id === id)!, found[0]!.remediations)
  return [first?.setting, ...(first?.powershell ?? []), setting, ...powershell].join('\n')
}

const optional = connection({
  negotiateRequest: negotiateRequest({ securityMode: 1 }),
  negotiateResponse: negotiateResponse({ securityMode: 1 }),
})
const old = bareConnection({ smb1: smb1({ negotiateResponse: { ...smb1().negotiateResponse!, securityMode: 7 } }) })
const on = { smb1: { on: old, family: 'smb1' }, smb2: { on: optional, family: 'smb2' } } as const

describe('what is offered', () => {
  it.each([
    ['guest-session', { guest: true }, 'EnableInsecureGuestLogons'],
    ['ntlm-auth', { auth: 'ntlmv2' }, 'BlockNTLM'],
    ['unsigned-session', {}, 'Hardened UNC Paths'],
    ['unencrypted-session', {}, 'EncryptData'],
  ] as const)('by %s to SMB1 is not what is offered to SMB2', (id, facts, setting) => {
    expect(remedy(id, ledger([optional], [clearSession({ ...on.smb2, ...facts })]))).toContain(setting)
    expect(remedy(id, ledger([old], [clearSession({ ...on.smb1, ...facts })]))).not.toContain(setting)
  })

  it('for signing on a server with only SMB1 does not mention encryption', () => {
    expect(remedy('signing-not-required', ledger([optional]))).toContain('encryption')
    expect(remedy('signing-not-required', ledger([old]))).not.toContain('encryption')
  })

  it('covers both where a server speaks both', () => {
    const text = remedy('signing-not-required', ledger([optional, { ...old, id: 'old' }]))
    expect(text).toMatch(/SMB2 and SMB3: .* SMB1: /)
  })

  it('for an old dialect is for the side that sets the limit', () => {
    const settled = (dialects: number[] | null) =>
      ledger([
        connection({
          negotiateRequest: dialects && negotiateRequest({ dialects }),
          negotiateResponse: negotiateResponse({ dialect: 0x0210 }),
        }),
      ])
    expect(remedy('old-dialect', settled([0x0202, 0x0210]))).toContain('Update the client.')
    expect(remedy('old-dialect', settled([0x0202, 0x0210]))).not.toContain('Set-SmbClientConfiguration')
    expect(remedy('old-dialect', settled([0x0210, 0x0311]))).toContain('Update the server')
    expect(remedy('old-dialect', settled([0x0210, 0x0311]))).not.toContain('Set-SmbServerConfiguration')
    expect(remedy('old-dialect', settled(null))).toContain('Update the side that sets the limit')
  })

  it('is nothing where an SMB1 NEGOTIATE lists SMB2 dialects alone, or both ends are somebody else’s', () => {
    const probe = connection({ smb1: smb1({ negotiateRequest: smb1Request(['SMB 2.002']), negotiateResponse: null }) })
    expect(remedy('smb1-offered', ledger([probe]))).toMatch(/^\n?No SMB1 dialect was seen[^\n]*$/)
    const transit = connection({ client: '198.51.100.1', server: '203.0.113.1' })
    expect(remedy('outbound-smb', ledger([transit]))).not.toContain('New-NetFirewallRule')
  })

  it('for what no dialect below 3.0 can do is another dialect', () => {
    const below = connection({ negotiateResponse: negotiateResponse({ dialect: 0x0210 }) })
    expect(remedy('unencrypted-session', ledger([below], [clearSession({ on: below })]))).not.toContain('EncryptData')
    const none = ledger([optional], [session({ on: optional })])
    expect(audit(none, { policy: POLICY }).map(({ rule }) => rule)).not.toContain('unencrypted-session')
  })
})
