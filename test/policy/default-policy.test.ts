import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'

const policy = defaultPolicy(createNetworks())

describe('without a policy file', () => {
  it('hardens the paths that Windows hardens', () => {
    const hardened = (path: string) => policy.hardenedPaths.filter(({ matches }) => matches(path)).map((p) => p.pattern)
    expect(hardened('\\\\dc01.corp.example\\sysvol')).toEqual(['\\\\*\\SYSVOL'])
    expect(hardened('\\\\CORP\\NetLogon')).toEqual(['\\\\*\\NETLOGON'])
    expect(hardened('\\\\dc01\\data')).toEqual([])
  })

  it('says nothing about zones', () => {
    expect(policy.zones.zoneOf('10.0.0.1', ['dc01'])).toBeNull()
    expect(policy.zones.mayReach('clients', 'servers')).toBeNull()
  })

  it('has no file, no exemption and no severity of its own', () => {
    expect(policy).toMatchObject({ file: null, exemptions: [], minimumDialect: 0x0311 })
    expect(policy.severities.size).toBe(0)
  })
})
