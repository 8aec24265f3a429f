import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allRemediations } from '../../src/audit/remediation.ts'
import { identifierText } from '../../src/audit/rule/identifiers.ts'
import { type Rule, SEVERITIES } from '../../src/audit/rule/rule.ts'
import { RULES } from '../../src/audit/rules/index.ts'

/** The headings of Microsoft's guide "Protect SMB traffic from interception" that controls stand under. */
const GUIDE_HEADINGS = [
  'Install updates',
  'Remove SMB 1.0',
  'Disable guest authentication and fallback',
  'Disable the WebDAV protocol',
  'Restrict outbound SMB destinations',
  'Use SMB 3.1.1',
  'Use UNC hardening to require signing, encryption, and mutual authentication',
  'Map drives on demand with mandated signing or encryption',
  'Beyond SMB',
]

const SPECIFICATION = /^(?:\[MS-[A-Z0-9]+\]|RFC \d{3,4}) \d+(?:\.\d+)*$/
const ADVISORY = /^CVE-\d{4}-\d{4,}$/
const PAGE = /^https:\/\/(?:learn|support|techcommunity)\.(?:microsoft\.com)\/[^\s]+$/

/** What a line for an elevated PowerShell prompt may begin with: the cmdlets, and the parameters that each is used with. */
const CMDLETS: Record<string, string[]> = {
  'Set-SmbServerConfiguration': [
    'AuditClientDoesNotSupportEncryption',
    'AuditClientDoesNotSupportSigning',
    'AuditInsecureGuestLogon',
    'AuditSmb1Access',
    'EnableSMB1Protocol',
    'EncryptData',
    'Force',
    'InvalidAuthenticationDelayTimeInMs',
    'RejectUnencryptedAccess',
    'RequireSecuritySignature',
    'Smb2DialectMin',
  ],
  'Set-SmbClientConfiguration': [
    'AuditInsecureGuestLogon',
    'AuditServerDoesNotSupportEncryption',
    'AuditServerDoesNotSupportSigning',
    'BlockNTLM',
    'EnableInsecureGuestLogons',
    'Force',
    'RequireEncryption',
    'RequireSecuritySignature',
    'Smb2DialectMin',
  ],
  'Set-ADComputer': ['Identity', 'KerberosEncryptionType'],
  'Set-ADUser': ['Identity', 'KerberosEncryptionType'],
  'Set-SmbShare': ['EncryptData', 'Force', 'Name'],
  'Disable-WindowsOptionalFeature': ['FeatureName', 'NoRestart', 'Online'],
  'Disable-LocalUser': ['Name'],
  'New-ItemProperty': ['Force', 'Name', 'Path', 'PropertyType', 'Value'],
  'Set-ItemProperty': ['Name', 'Path', 'Type', 'Value'],
  'New-NetFirewallRule': ['Action', 'Direction', 'DisplayName', 'LocalPort', 'Protocol', 'RemoteAddress', 'RemotePort'],
}

/** What SMB1 does not know, by the words of settings and cmdlets: encryption, dialects from 2.0.2 on, and the SMB2 client's own switches. */
const SMB2_ONLY =
  /Smb2Dialect|EncryptData|RequireEncryption|BlockNTLM|InsecureGuest|insecure guest|Hardened UNC|smb encrypt/

/** A line that shows who would be affected, and changes nothing. */
const AUDITS = / -Audit\w+ \$true|-Name (?:RestrictSendingNTLMTraffic|AuditClientSpnSupport) -Type DWord -Value 1/

const here = (path: string) => new URL(path, import.meta.url)

describe('the catalogue', () => {
  it('lists every file in rules/, by the name of its rule, and each has its test', () => {
    const ids = RULES.map((rule) => rule.id).sort()
    const files = readdirSync(here('../../src/audit/rules')).filter((name) => name !== 'index.ts')
    expect(files.sort()).toEqual(ids.map((id) => `${id}.ts`))
    expect(readdirSync(here('rules')).sort()).toEqual(ids.map((id) => `${id}.test.ts`))
  })

  it('has an id and a title for each rule, and no two alike', () => {
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length)
    expect(new Set(RULES.map((rule) => rule.title)).size).toBe(RULES.length)
  })

  it('is in docs/rules.md, up to date (after a change: npm run docs:rules)', async () => {
    const script = (await import(here('../../scripts/make-rules-doc.mjs').href)) as {
      renderRules(rules: readonly Rule[]): string
    }
    expect(readFileSync(here('../../docs/rules.md'), 'utf8')).toBe(script.renderRules(RULES))
  })
})

describe.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  const { id, title, severity, guide, why, how, references, falsePositives, subject } = rule
  const remediations = allRemediations(rule)
  const audits = remediations.flatMap(({ audit }) => (audit === null ? [] : [audit]))
  const settings = [...remediations, ...audits].map(({ setting }) => setting)
  const texts = [why, how, ...settings, ...falsePositives]

  it('has a name, a severity and a subject', () => {
    expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
    expect(title).toMatch(/^[A-Z].{7,60}[^.]$/)
    expect(SEVERITIES).toContain(severity)
    expect(['pair', 'server', 'client', 'capture']).toContain(subject)
  })

  it('belongs to a heading of the guide', () => {
    expect(GUIDE_HEADINGS).toContain(guide)
  })

  it('is explained in whole sentences', () => {
    expect(falsePositives.length).toBeGreaterThan(0)
    for (const text of texts) {
      expect(text.length).toBeGreaterThan(30)
      expect(text).toMatch(/^[A-Z].*[.)]$/s)
      expect(text).toMatch(/^[\x20-\x7e]+$/)
      expect(text).not.toMatch(/ {2}|\s$/)
    }
  })

  it('refers to sections of specifications, pages of the vendor and advisories', () => {
    expect(references.length).toBeGreaterThan(1)
    expect(references.some((r) => SPECIFICATION.test(r))).toBe(true)
    expect(references.some((r) => PAGE.test(r))).toBe(true)
    for (const reference of references) {
      expect(SPECIFICATION.test(reference) || ADVISORY.test(reference) || PAGE.test(reference), reference).toBe(true)
    }
  })

  it('is called elsewhere as the document that is named has it', () => {
    const forms = {
      'mitre-attack': /^T\d{4}(?:\.\d{3})?$/,
      'cis-benchmark': /^\d+(?:\.\d+){2,3}$/,
      'disa-stig': /^WN22-(?:00|AC|CC|SO)-\d{6} \(V-2\d{5}\)$/,
    }
    for (const { scheme, id: name, title: words, document } of rule.identifiers) {
      expect(name).toMatch(forms[scheme])
      for (const text of [words, document]) expect(text).toMatch(/^[A-Z][\x20-\x7e]+$/)
      expect(identifierText({ scheme, id: name, title: words, document })).toBe(`${name} ${words} (${document})`)
    }
    const ids = rule.identifiers.map(({ scheme, id: name }) => `${scheme} ${name}`)
    expect(new Set(ids).size).toBe(ids.length)
    // Those that no list has.
    if (rule.identifiers.length === 0) expect(['end-of-life-os']).toContain(id)
  })

  it('is mended by known cmdlets with known parameters', () => {
    for (const line of [...remediations, ...audits].flatMap(({ powershell }) => powershell)) {
      const [cmdlet = ''] = line.split(' ')
      const known = CMDLETS[cmdlet]
      expect(known, line).toBeDefined()
      // Nothing that a prompt would take for something else when the line is pasted, and nothing left to fill in but a name.
      const unquoted = line.replace(/'[^']*'/g, "''")
      expect(unquoted).toMatch(/^[A-Za-z0-9 $:,'\\_-]+$/)
      expect(line).toMatch(/^[A-Za-z0-9 $:,'\\_*=-]+$/)
      for (const [, parameter] of unquoted.matchAll(/ -([A-Za-z0-9]+)/g)) expect(known, line).toContain(parameter)
    }
  })
})

describe('remediations', () => {
  const all = RULES.flatMap((rule) => allRemediations(rule).map((remediation) => ({ id: rule.id, ...remediation })))

  it('say what each is for where a rule has several', () => {
    for (const rule of RULES) {
      const purposes = allRemediations(rule).map(({ applies }) => applies)
      if (purposes.length === 1) expect(purposes, rule.id).toEqual([undefined])
      else expect(new Set(purposes.filter((purpose) => purpose !== undefined)).size, rule.id).toBe(purposes.length)
    }
  })

  it('keep what shows from what enforces', () => {
    for (const { id, powershell, audit } of all) {
      for (const line of powershell) expect(line, id).not.toMatch(AUDITS)
      for (const line of audit?.powershell ?? []) expect(line, id).toMatch(AUDITS)
    }
  })

  it('offer nothing to SMB1 that SMB1 does not know', () => {
    const smb1 = all.filter(
      ({ id, applies }) => applies === 'SMB1' || id === 'smb1-negotiated' || id === 'plaintext-password',
    )
    expect(smb1.length).toBeGreaterThan(6)
    for (const { id, setting, powershell, audit } of smb1) {
      for (const text of [setting, ...powershell, ...(audit?.powershell ?? [])]) expect(text, id).not.toMatch(SMB2_ONLY)
    }
  })

  it('block guests by disabling the policy that permits them', () => {
    const guests = all.filter(({ setting }) => setting.includes('Enable insecure guest logons'))
    expect(guests.map(({ id }) => id)).toEqual(['guest-session', 'guest-fallback'])
    for (const { setting, powershell } of guests) {
      expect(setting).toMatch(/"Enable insecure guest logons": Disabled\./)
      expect(powershell).toContain('Set-SmbClientConfiguration -EnableInsecureGuestLogons $false -Force')
    }
  })
})
