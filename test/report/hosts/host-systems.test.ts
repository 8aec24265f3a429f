import { describe, expect, it } from 'vitest'
import type { SystemClaim } from '../../../src/ledger/derived/systems/system-claims.ts'
import { HostSystems } from '../../../src/report/hosts/host-systems.ts'
import { at } from '../../support/facts.ts'

function claim(build: number, more: Partial<SystemClaim> = {}): SystemClaim {
  const version = { major: 6, minor: 1, build }
  return { source: 'ntlm-version', nativeOs: null, version, at: at(8), ...more }
}

function listed(dialect: number, ...claims: SystemClaim[]) {
  const systems = new HostSystems()
  for (const each of claims) systems.add('client', each, dialect)
  return systems.list()
}

describe('systems of a host', () => {
  it('are judged by the day on which they were named last', () => {
    const early = claim(7601, { at: { frame: 1, time: Date.UTC(2019, 0, 1) * 1000 } })
    expect(listed(0x0210, early)).toMatchObject([{ support: { state: 'supported', end: '2020-01-14' } }])
    expect(listed(0x0210, early, claim(7601))).toMatchObject([
      { system: 'Windows 7 SP1 or Server 2008 R2 SP1 (6.1.7601)', version: '6.1.7601', support: { state: 'ended' } },
    ])
  })

  it('are other software where the dialect is newer', () => {
    expect(listed(0x0311, claim(7601))).toMatchObject([{ contradicted: true, support: null }])
  })

  it('are not Windows with build 0', () => {
    expect(listed(0x0311, claim(0))).toMatchObject([
      { system: null, version: '6.1.0', contradicted: false, support: null },
    ])
  })

  it('may be named in words', () => {
    const xp = claim(2600, {
      source: 'native-os',
      nativeOs: 'Windows 5.1',
      version: { major: 5, minor: 1, build: 2600 },
    })
    const samba = claim(0, { source: 'native-os', nativeOs: 'Samba 3.6.3', version: null })
    expect(listed(0, xp, samba)).toMatchObject([
      { system: 'Windows 5.1', version: '5.1.2600', support: { state: 'ended', end: '2014-04-08' } },
      { system: 'Samba 3.6.3', version: null, support: null },
    ])
  })

  it('are at most four', () => {
    expect(listed(0, ...Array.from({ length: 100 }, (_, i) => claim(i + 1)))).toHaveLength(4)
  })
})
