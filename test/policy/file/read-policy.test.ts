import { describe, expect, it } from 'vitest'
import { documentOf, problemsOf } from '../../support/policy-file.ts'

const DEFAULTS = {
  internal: [],
  aliases: {},
  zones: [],
  hardenedPaths: [
    { pattern: '\\\\*\\SYSVOL', mutualAuthentication: true, integrity: true, privacy: false },
    { pattern: '\\\\*\\NETLOGON', mutualAuthentication: true, integrity: true, privacy: false },
  ],
  minimumDialect: '3.1.1',
  severities: {},
  bruteForce: { withinSeconds: 300, logons: 10, users: 5, servers: 5 },
  exemptions: [],
}

describe('a policy', () => {
  it.each(['', '# nothing', 'zones:\nexemptions:\ninternal:\n', '{}', '\ufeffzones:'])(
    'may say nothing: %j',
    async (text) => {
      expect(await documentOf(text)).toEqual(DEFAULTS)
    },
  )

  it('has every section', async () => {
    const text = `
internal: 203.0.113.0/24
aliases:
  Files1: [FS, 10.2.0.10]
zones:
  clients: { hosts: [10.1.0.0/16, WS1.corp.example.], may-reach: servers, may-not-reach: others }
  servers: { hosts: 10.2.0.1, may-not-reach: [clients] }
unc-paths:
  \\\\*\\sysvol: { privacy: true }
  '\\\\files1\\pay': { integrity: true }
minimum-dialect: 3.0
severities: { ntlm-auth: low }
logon-bruteforce: { within: 2h, users: 3 }
exemptions:
  - { reason: ' known ', until: 2027-03-31, rules: ntlm-auth, client: clients, user: 'CORP\\Bob', share: \\\\files1\\* }
`
    expect(await documentOf(text)).toEqual({
      internal: ['203.0.113.0/24'],
      aliases: { files1: ['fs', '10.2.0.10'] },
      zones: [
        { name: 'clients', hosts: ['10.1.0.0/16', 'ws1.corp.example'], mayReach: ['servers'], mayNotReach: ['others'] },
        { name: 'servers', hosts: ['10.2.0.1'], mayReach: [], mayNotReach: ['clients'] },
      ],
      hardenedPaths: [
        { pattern: '\\\\*\\sysvol', mutualAuthentication: false, integrity: false, privacy: true },
        DEFAULTS.hardenedPaths[1],
        { pattern: '\\\\files1\\pay', mutualAuthentication: false, integrity: true, privacy: false },
      ],
      minimumDialect: '3.0',
      severities: { 'ntlm-auth': 'low' },
      bruteForce: { withinSeconds: 7200, logons: 10, users: 3, servers: 5 },
      exemptions: [
        {
          rules: ['ntlm-auth'],
          client: ['clients'],
          server: null,
          user: ['corp\\bob'],
          share: ['\\\\files1\\*'],
          reason: 'known',
          until: '2027-03-31',
        },
      ],
    })
  })
})

describe('an error names line, column, key and what to write', () => {
  it.each([
    ['zoens:\n  a: b', '1:1 zoens: there is no key "zoens": did you mean zones?'],
    ['x: 1', '1:1 x: there is no key "x": write one of internal, aliases,'],
    ['just text', '1:1 : here must be some of internal,'],
    ['- a', '1:1 : here must be some of'],
    ['internal: [10.0.0.1/8]', '1:12 internal[1]: "10.0.0.1/8" has bits beyond its prefix: write 10.0.0.0/8'],
    ['internal: files1', '1:11 internal: "files1" is not a network'],
    ['internal: [a, ]\nzones: 3', '2:8 zones: here must be zones, one "name: value" a line'],
    ['zones: { a: { host: x } }', '1:15 zones.a.host: there is no key "host": did you mean hosts?'],
    ['zones: { a: { may-reach: a } }', '1:10 zones.a: a zone needs hosts'],
    ['zones: { a: { hosts: x, may-reach: b } }', '1:36 zones.a.may-reach: there is no zone "b"'],
    ['zones: { a: { hosts: "x y" } }', '1:22 zones.a.hosts: "x y" is no host'],
    ['zones: { a: { hosts: "x, y" } }', '1:22 zones.a.hosts: write several hosts as a list'],
    ['zones: { others: { hosts: x } }', '1:10 zones.others: a zone cannot be called "others"'],
    [
      'zones: { a: { hosts: x, may-reach: a, may-not-reach: a } }',
      '1:10 zones.a: a is in may-reach and in may-not-reach',
    ],
    ['zones: { a: { hosts: X }, b: { hosts: x } }', '1:27 zones.b: x is in the zone a too'],
    [
      'unc-paths: { \\srv\\a: { integrity: true } }',
      '1:14 unc-paths.\\srv\\a: "\\srv\\a" is no UNC path: two backslashes',
    ],
    [
      'unc-paths: { srv: { integrity: true } }',
      '1:14 unc-paths.srv: "srv" is no UNC path: write it as \\\\server\\share',
    ],
    ['unc-paths: { \\\\srv\\a\\b: { integrity: true } }', 'write the share without what follows it: \\\\srv\\a'],
    ['unc-paths: { \\\\srv: { integrity: true } }', 'the share must be a name or *'],
    ['unc-paths: { \\\\srv\\a*: { integrity: true } }', 'the share must be a name or *'],
    ['unc-paths: { \\\\s*v\\a: { integrity: true } }', '"s*v" is no server'],
    [
      'unc-paths: { \\\\srv\\a: { integrity: yes } }',
      '1:36 unc-paths.\\\\srv\\a.integrity: "yes" is neither true nor false',
    ],
    ['unc-paths: { \\\\srv\\a: }', 'say what it needs: mutual-authentication, integrity, privacy'],
    ['unc-paths: { \\\\srv\\a: {privacy: true}, \\\\SRV\\A: {privacy: true} }', 'this path is here twice'],
    ['unc-paths:\n  "\\\\srv\\SYSVOL": { integrity: true }', 'Write paths with backslashes in single quotes'],
    ['minimum-dialect: 3', '1:18 minimum-dialect: there is no dialect "3"'],
    ['severities: { ntlm-aut: low }', '1:15 severities.ntlm-aut: there is no rule "ntlm-aut": did you mean ntlm-auth?'],
    ['severities: { ntlm-auth: hihg }', '1:26 severities.ntlm-auth: there is no severity "hihg": did you mean high?'],
    ['severities: { remove-smb1: low }', 'there is no rule "remove-smb1"'],
    ['logon-bruteforce: { within: 3d }', '1:29 logon-bruteforce.within: "3d" is no time up to 24h'],
    ['logon-bruteforce: { logons: 1 }', '"1" is no whole number from 2 to 100000'],
    ['aliases: { files1: }', '1:12 aliases.files1: list the other names'],
    ['aliases: { a: b, c: b }', '1:18 aliases.c: b is a name of a too'],
    ['aliases: { a: 10.0.0.0/8 }', '"10.0.0.0/8" is a network: here must be a single server'],
    ['exemptions: { reason: x }', '1:13 exemptions: here must be a list'],
    ['exemptions: [{ rules: ntlm-auth }]', '1:14 exemptions[1]: a reason is missing'],
    ['exemptions: [{ rules: ntlm-auth, reason: "" }]', 'exemptions[1]: a reason is missing'],
    ['exemptions: [{ reason: x }]', '1:14 exemptions[1]: this would exempt everything'],
    ['exemptions: [{ reason: x, rules: [] }]', '1:34 exemptions[1].rules: the list is empty'],
    ['exemptions: [{ reason: x, rules: ntlm-auth, client: [] }]', 'exemptions[1].client: the list is empty'],
    ['exemptions: [{ reason: x, rules: smb1 }]', 'there is no rule or control "smb1": did you mean smb1-'],
    ['exemptions: [{ reason: x, user: a, until: 2027-02-29 }]', '"2027-02-29" is no day: write it as 2027-03-31'],
    ['exemptions:\n  -', 'exemptions[1]: this exemption is empty: remove it'],
    ['exemptions: [{ reason: [a], user: a }]', 'exemptions[1].reason: here must be one value'],
    [`exemptions: [{ reason: ${'x'.repeat(501)}, user: a }]`, 'the reason is longer than 500 characters'],
  ])('%j', async (text, problem) => {
    const all = await problemsOf(text)
    expect(all.join('\n')).toContain(problem)
  })

  it('and all of them are reported, in the order of the file', async () => {
    const all = await problemsOf('zoens:\ninternal: x\nminimum-dialect: 9\nexemptions: [{}]\n')
    expect(all.map((problem) => problem.split(' ')[0])).toEqual(['1:1', '2:11', '3:18', '4:14', '4:14'])
  })
})

it('refuses what is no text', async () => {
  expect(await problemsOf(Uint8Array.of(0xff, 0xfe, 0x61, 0))).toEqual([
    '1:1 : this is not UTF-8 text: save it as UTF-8',
  ])
  expect(await problemsOf(new Uint8Array(300_000).fill(0x20))).toEqual(['1:1 : a policy has at most 256 kB'])
})
