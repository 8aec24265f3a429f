import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { schemaErrors } from '../support/schema.ts'
import { records, shell, smblens } from '../support/smblens.ts'

const folder = mkdtempSync(join(tmpdir(), 'smblens-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function policyFile(text: string): string {
  const path = join(folder, `${++files}.yaml`)
  writeFileSync(path, text)
  return path
}

describe('policy init', () => {
  it('writes a policy that is valid, with and without its examples', () => {
    const path = join(folder, 'new.yaml')
    const first = smblens(['policy', 'init', path])
    expect(first).toMatchObject({ status: 0, stdout: '' })
    expect(first.stderr).toContain(`smblens policy check ${path}`)
    expect(smblens(['policy', 'check', path])).toMatchObject({ status: 0, stderr: '' })
    const examples = policyFile(readFileSync(path, 'utf8').replace(/^#(?=\S| {2})/gm, ''))
    const { status, stdout } = smblens(['policy', 'check', examples])
    expect(status).toBe(0)
    expect(stdout.replace(/\s+/g, ' ')).toContain('3 zones, 4 paths and 2 exemptions')
  })

  it('replaces no file', () => {
    const path = policyFile('mine')
    const { status, stderr } = smblens(['policy', 'init', path])
    expect({ status, text: readFileSync(path, 'utf8') }).toEqual({ status: 2, text: 'mine' })
    expect(stderr).toBe(`smblens: ${path}: exists already: name another file\n`)
  })

  it('writes to standard output, where check reads', () => {
    const { status, stdout } = shell('$smblens policy init - | $smblens policy check /dev/stdin')
    expect(status).toBe(0)
    expect(stdout).toMatch(/is valid: 0 zones/)
  })
})

describe('policy check', () => {
  it('reports all problems, as compilers do', () => {
    const path = policyFile('zoens:\ninternal: [10.0.0.1/8]\nexemptions:\n  - user: a\u001b[2J\u202e\n')
    const { status, stdout, stderr } = smblens(['policy', 'check', path])
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' })
    expect(stdout.split('\n').slice(0, -1)).toEqual([
      `${path}:1:1: zoens: there is no key "zoens": did you mean zones?`,
      `${path}:2:12: internal[1]: "10.0.0.1/8" has bits beyond its prefix: write 10.0.0.0/8`,
      `${path}:4:5: exemptions[1]: a reason is missing: say why this is accepted`,
    ])
  })

  it('never lets the text of the file reach the terminal as it is', () => {
    const path = policyFile('zones:\n  "a\\e[2J\\u202e": { hosts: x }\n')
    const { status, stdout } = smblens(['policy', 'check', path])
    expect(status).toBe(2)
    expect(stdout).toContain('a\\x1b[2J\\u202e')
  })

  it('says which exemptions have ended', () => {
    const path = policyFile('exemptions: [{ reason: old, user: a, until: 2001-01-01 }, { reason: new, user: b }]')
    const { stdout } = smblens(['policy', 'check', path])
    expect(stdout).toContain('Ended on 2001-01-01')
    expect(stdout).toContain('Without an end')
  })

  it('names what is not there', () => {
    const missing = join(folder, 'missing.yaml')
    expect(smblens(['policy', 'check', missing])).toMatchObject({
      status: 2,
      stderr: `smblens: ${missing}: there is no such file: smblens policy init writes one\n`,
    })
    expect(smblens(['policy', 'check', folder]).stderr).toContain('is a folder')
    expect(shell('head -c 400000 /dev/zero | $smblens policy check /dev/stdin').stdout).toContain('at most 256 kB')
  })
})

describe('--policy', () => {
  const OUTBOUND = 'captures/outbound.pcap'
  const rules = (...args: string[]) =>
    JSON.parse(smblens(['scan', OUTBOUND, '-f', 'json', ...args]).stdout)
      .records.filter((record: { type: string }) => record.type === 'finding')
      .map((finding: { rule: string }) => finding.rule)

  it('names networks, and --internal goes before it', () => {
    const path = policyFile('internal: 203.0.113.0/24')
    expect(rules()).toContain('outbound-smb')
    expect(rules('--policy', path)).not.toContain('outbound-smb')
    expect(rules('--policy', path, '--internal', '198.51.100.0/24')).toContain('outbound-smb')
  })

  it('hides what is exempt, says so at the end of the table and in a record, and changes severities', () => {
    const path = policyFile(
      'exemptions:\n  - { reason: known, rules: outbound-smb, client: 10.77.0.1 }\n  - { reason: gone, rules: ntlm-auth, until: 2001-01-01 }\nseverities: { ntlm-auth: critical }\n',
    )
    const { stdout } = smblens(['scan', OUTBOUND, '--policy', path])
    expect(stdout).not.toContain('SMB leaves the network')
    expect(stdout).toContain('CRITICAL  NTLM authentication')
    expect(stdout).toContain(`EXEMPTIONS of ${path}`)
    expect(stdout).toContain('1 hides 1 case, without an end: known')
    expect(stdout).toContain('2 has expired on 2001-01-01 and hides nothing')
    const document = JSON.parse(smblens(['scan', OUTBOUND, '--policy', path, '-f', 'json']).stdout)
    expect(schemaErrors('document', document)).toEqual([])
    const record = document.records.find(({ type }: { type: string }) => type === 'policy')
    expect(record).toMatchObject({ path, exemptions: [{ hidden: 1 }, { expired: true, foundAgain: 1 }] })
  })

  it('exempts in readiness too, by the names of hosts', () => {
    const states = (scope: string) => {
      const path = policyFile(`exemptions: [{ reason: known, rules: unc-hardening, ${scope} }]`)
      const all = records(
        smblens(['readiness', 'captures/ntlm-by-choice.pcap', '--policy', path, '-f', 'ndjson']).stdout,
      )
      const rows = all.filter(({ control, type }) => type === 'readiness' && control === 'unc-hardening')
      return new Set(rows.map(({ state }) => state))
    }
    expect(states('server: filesrv')).toContain('exempt')
    expect(states('server: filesrv')).not.toContain('breaks')
    expect(states('server: other')).toContain('breaks')
  })

  it('names zones, and says which connections it forbids', () => {
    const forbidden = policyFile(
      'zones: { office: { hosts: 10.77.0.1, may-not-reach: others }, web: { hosts: 203.0.113.0/24 } }',
    )
    const allowed = policyFile(
      'zones: { office: { hosts: 10.77.0.1, may-reach: web, may-not-reach: others }, web: { hosts: 203.0.113.0/24 } }',
    )
    expect(rules('--policy', forbidden)).toContain('segmentation-violation')
    expect(rules('--policy', allowed)).not.toContain('segmentation-violation')
    expect(rules()).not.toContain('segmentation-violation')
  })

  it('names paths that need protection', () => {
    const found = (capture: string, policy: string) =>
      smblens(['scan', capture, '--rule', 'hardened-path-unprotected', '--policy', policy]).stdout
    const none = policyFile('')
    const privacy = policyFile('unc-paths: { \\\\*\\sysvol: { integrity: true, privacy: true } }')
    expect(found('captures/ntlm-sysvol.pcap', none)).toContain('without mutual authentication;')
    expect(found('captures/ntlm-sysvol.pcap', privacy)).toContain('without privacy;')
    expect(found('captures/kerberos-sysvol.pcap', none)).toContain('No findings.')
    expect(found('captures/kerberos-encrypted.pcap', privacy)).toContain('No findings.')
  })

  it('is in the records of a live capture', () => {
    const path = policyFile('exemptions: [{ reason: known, rules: outbound-smb }]')
    const { stdout } = shell(`$smblens live -i - -f ndjson --policy ${path} < ${OUTBOUND}`)
    const all = records(stdout)
    expect(all.filter(({ rule }) => rule === 'outbound-smb')).toEqual([])
    expect(all.find(({ type }) => type === 'policy')).toMatchObject({ exemptions: [{ hidden: 1 }] })
  })

  it('must be valid before anything is read', () => {
    const path = policyFile('zoens:\nx:\n')
    const { status, stdout, stderr } = smblens(['scan', 'captures/outbound.pcap', '--policy', path])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toBe(
      `smblens: --policy ${path}:1:1: zoens: there is no key "zoens": did you mean zones? (and 1 more problem: smblens policy check ${path} lists all)\n`,
    )
  })

  it('is in the help of every command that judges', () => {
    for (const command of ['scan', 'live']) expect(smblens([command, '--help']).stdout).toContain('--policy <file>')
    for (const args of [
      ['policy', '--help'],
      ['policy', 'init', '--help'],
      ['policy', 'check', '--help'],
    ]) {
      for (const line of smblens(args).stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    }
  })
})
