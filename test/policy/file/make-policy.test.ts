import { describe, expect, it } from 'vitest'
import { makePolicy, policyHash } from '../../../src/policy/file/make-policy.ts'
import { createNetworks } from '../../../src/policy/networks.ts'
import { documentOf, policyFrom } from '../../support/policy-file.ts'

const hashOf = async (text: string) => policyHash(await documentOf(text))

describe('the hash', () => {
  const zones = 'zones: { a: { hosts: [10.0.0.0/8, FILES1] }, b: { hosts: x } }'

  it.each([
    [
      'comments and layout',
      'zones:\n  # b\n  b: { hosts: [x] }\n  a:\n    hosts:\n      - files1\n      - "10.0.0.0/8"\n',
    ],
    ['a default that is written down', `${zones}\nminimum-dialect: 3.1.1\nlogon-bruteforce: { logons: 10 }`],
    [
      'a path that is required anyway',
      `${zones}\nunc-paths: { \\\\*\\sysvol: { mutual-authentication: true, integrity: true } }`,
    ],
  ])('is not changed by %s', async (_, text) => {
    expect(await hashOf(text)).toBe(await hashOf(zones))
  })

  it('is changed by everything else', async () => {
    const texts = [
      '',
      zones,
      'internal: 203.0.113.0/24',
      'aliases: { a: b }',
      'zones: { a: { hosts: x } }',
      'zones: { a: { hosts: x, may-reach: a } }',
      'zones: { a: { hosts: x, may-not-reach: a } }',
      'unc-paths: { \\\\a\\b: { integrity: true } }',
      'unc-paths: { \\\\a\\b: { privacy: true } }',
      'minimum-dialect: 3.0',
      'severities: { ntlm-auth: low }',
      'logon-bruteforce: { logons: 11 }',
      'exemptions: [{ reason: x, user: a }]',
      'exemptions: [{ reason: y, user: a }]',
      'exemptions: [{ reason: x, user: a, until: 2027-03-31 }]',
      'exemptions: [{ reason: x, server: a }]',
      'exemptions: [{ reason: x, client: a }]',
    ]
    const hashes = await Promise.all(texts.map(hashOf))
    expect(new Set(hashes).size).toBe(texts.length)
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('a policy', () => {
  it('has the networks of the command line in place of its own', async () => {
    const document = await documentOf('internal: 203.0.113.0/24')
    expect(makePolicy('p', document, null).networks.isInternal('203.0.113.5')).toBe(true)
    const { networks } = makePolicy('p', document, createNetworks(['198.51.100.0/24']))
    expect(networks.isInternal('203.0.113.5')).toBe(false)
    expect(networks.isInternal('198.51.100.5')).toBe(true)
  })

  it('needs the names of hosts only if it names one', async () => {
    expect((await policyFrom('zones: { a: { hosts: 10.0.0.0/8 } }')).usesNames).toBe(false)
    expect((await policyFrom('zones: { a: { hosts: dc01 } }')).usesNames).toBe(true)
    expect((await policyFrom('exemptions: [{ reason: x, client: 10.0.0.1 }]')).usesNames).toBe(false)
    expect((await policyFrom('exemptions: [{ reason: x, client: ws1 }]')).usesNames).toBe(true)
  })

  it('knows a server by its aliases in paths and zones', async () => {
    const { hardenedPaths, zones } = await policyFrom(
      'aliases: { files1: [fs, 10.2.0.10] }\nunc-paths: { \\\\fs\\pay: { integrity: true } }\nzones: { a: { hosts: fs } }',
    )
    const matches = (path: string) => hardenedPaths.filter((each) => each.matches(path)).length
    expect(['\\\\FILES1\\Pay', '\\\\10.2.0.10\\pay', '\\\\fs.corp.example\\pay', '\\\\fs2\\pay'].map(matches)).toEqual([
      1, 1, 1, 0,
    ])
    expect(zones.zoneOf('10.2.0.10', [])).toBe('a')
  })

  it('denies others only where it says so', async () => {
    const { zones } = await policyFrom(
      'zones: { a: { hosts: 10.1.0.0/16, may-reach: b, may-not-reach: others }, b: { hosts: 10.2.0.0/16, may-not-reach: a } }',
    )
    expect([
      zones.mayReach('a', 'b'),
      zones.mayReach('a', 'a'),
      zones.mayReach('b', 'a'),
      zones.mayReach('b', 'b'),
    ]).toEqual([true, false, false, null])
  })

  it('ends an exemption with its last day', async () => {
    const { exemptions } = await policyFrom(
      'exemptions: [{ reason: x, user: a, until: 2027-12-31 }, { reason: y, user: a }]',
    )
    expect(exemptions.map(({ until }) => until)).toEqual([Date.UTC(2028, 0, 1) * 1000 - 1, null])
  })

  it.each([
    ['alice', 'Alice', 'CORP', true],
    ['alice', 'alice', null, true],
    ['CORP\\alice', 'ALICE', 'corp', true],
    ['CORP\\alice', 'alice', 'OTHER', false],
    ['CORP\\alice', 'alice', null, false],
    ['alice@corp.example', 'alice', 'CORP.EXAMPLE', true],
    ['alice@corp.example', 'alice@corp.example', null, true],
    ['alice', 'malice', 'CORP', false],
    ['alice', '', null, false],
  ])('exempts the user %s: %s of %s is %s', async (wanted, user, domain, expected) => {
    const { exemptions } = await policyFrom(`exemptions: [{ reason: x, user: '${wanted}' }]`)
    expect(exemptions[0]?.user?.matches(user, domain)).toBe(expected)
  })

  it('exempts a zone by its name', async () => {
    const { exemptions } = await policyFrom(
      'zones: { lab: { hosts: 10.9.0.0/16 } }\nexemptions: [{ reason: x, client: [lab, 10.1.0.1] }]',
    )
    const client = exemptions[0]!.client!
    expect(['10.9.1.1', '10.1.0.1', '10.1.0.2'].map((ip) => client.matches(ip, []))).toEqual([true, true, false])
  })
})
