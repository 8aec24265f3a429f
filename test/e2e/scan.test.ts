import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { capturesFolder } from '../support/captures.ts'
import { some } from '../support/cases.ts'
import { pcapFile } from '../support/pcap-builder.ts'
import { schemaErrors } from '../support/schema.ts'
import { BIN, environment, hasProgram, ROOT, records, SAMPLES, shell, smblens } from '../support/smblens.ts'

const GUEST = 'captures/guest-silent-mapping.pcap'
const OUTBOUND = 'captures/outbound.pcap'

const folder = mkdtempSync(join(tmpdir(), 'smblens-scan-'))
afterAll(() => rmSync(folder, { recursive: true }))

let scanned: string | undefined
/** All samples as ndjson, scanned once for all tests. */
function allSamples(): string {
  scanned ??= smblens(['scan', 'captures', '-f', 'ndjson']).stdout
  return scanned
}

describe('the formats', () => {
  it('json and ndjson have the same records', () => {
    const lines = records(smblens(['scan', GUEST, '-f', 'ndjson']).stdout)
    const { schemaVersion, records: listed } = JSON.parse(smblens(['scan', GUEST, '-f', 'json']).stdout)
    const timeless = (all: Record<string, unknown>[]) => all.map(({ durationMs: _, ...rest }) => rest)
    expect(schemaVersion).toBe(1)
    expect(timeless(listed)).toEqual(timeless(lines))
    expect(lines.at(-1)).toMatchObject({ type: 'summary', captures: 1 })
  })

  it('csv has a row for each finding', () => {
    const findings = records(smblens(['scan', GUEST, '-f', 'ndjson']).stdout).filter((r) => r['type'] === 'finding')
    const rows = smblens(['scan', GUEST, '-f', 'csv']).stdout.split('\r\n').slice(1, -1)
    expect(rows.map((row) => row.split(',')[1])).toEqual(findings.map((finding) => finding['rule']))
    expect(rows.length).toBeGreaterThan(0)
  })

  it('table begins with the verdict', () => {
    const { status, stdout, stderr } = smblens([GUEST])
    expect(stdout).toMatch(/^At risk\. \d+ findings?: 1 high/)
    expect(stdout).toContain('HIGH  Guest session')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('are the same in every run, except for the duration', () => {
    const timeless = (output: string) => output.replace(/"durationMs":\d+/, '')
    expect(timeless(smblens(['scan', 'captures', '-f', 'ndjson']).stdout)).toBe(timeless(allSamples()))
  })

  const samples = smblens(['scan', ...SAMPLES, '-f', 'json'])
  const document: { records: Record<string, unknown>[] } = JSON.parse(samples.stdout)
  const captures = document.records.filter((record) => record['type'] === 'capture')

  it('match the schema, for every sample', () => {
    expect(schemaErrors('document', document)).toEqual([])
    expect(captures.length).toBeGreaterThan(SAMPLES.length * 0.9)
    expect([0, 3]).toContain(samples.status)
  })

  const outside = capturesFolder()
  it.skipIf(!outside)(
    `hold to the schema, for captures of others${outside ? '' : ' (skipped: SMBLENS_CAPTURES is not set)'}`,
    { tags: 'long' },
    () => {
      const { stdout, stderr } = smblens(['scan', String(outside), '-f', 'ndjson'])
      for (const record of records(stdout)) expect(schemaErrors(String(record['type']), record)).toEqual([])
      expect(stderr).not.toContain('internal error')
    },
  )

  it.each(some(SAMPLES))('messages of %s match the schema, and are as many as were counted', (capture) => {
    const messages = records(smblens(['messages', capture]).stdout)
    for (const message of messages) expect(schemaErrors('message', message)).toEqual([])
    const counted = captures.find(({ path }) => path === capture)
    expect(messages).toHaveLength(Number(counted?.['smbMessages'] ?? 0))
  })
})

describe('what is selected', () => {
  const rulesIn = (...args: string[]) =>
    records(smblens(['scan', GUEST, '-f', 'ndjson', ...args]).stdout)
      .filter((r) => r['type'] === 'finding')
      .map((r) => r['rule'])

  it('--min-severity leaves out the rest, and counts it', () => {
    const { stdout } = smblens(['scan', GUEST, '-f', 'ndjson', '--min-severity', 'high'])
    const all = records(stdout)
    expect(all.filter((r) => r['type'] === 'finding').map((r) => r['severity'])).toEqual(['high'])
    expect(all.at(-1)).toMatchObject({ findings: { high: 1, medium: 0 }, findingsHidden: 1 })
  })

  it('--rule and --exclude-rule choose rules, in lists and repeated', () => {
    expect(rulesIn()).toEqual(['guest-session', 'signing-not-required'])
    expect(rulesIn('--rule', 'guest-session,ntlm-auth')).toEqual(['guest-session'])
    expect(rulesIn('--rule', 'ntlm-auth', '--rule', 'guest-session')).toEqual(['guest-session'])
    expect(rulesIn('--exclude-rule', 'guest-session')).toEqual(['signing-not-required'])
    expect(
      rulesIn('--rule', 'guest-session', '--exclude-rule', 'guest-session,ntlm-auth', '--rule', 'ntlmv1-auth'),
    ).toEqual([])
  })

  it('--internal makes a network internal', () => {
    const directions = (...args: string[]) =>
      records(smblens(['scan', OUTBOUND, '-f', 'ndjson', ...args]).stdout)
        .filter((r) => r['type'] === 'connection')
        .map((r) => r['direction'])
    expect(directions()).toContain('outbound')
    expect(
      directions('--internal', '192.0.2.0/24,198.51.100.0/24,203.0.113.0/24', '--internal', '2001:db8::/32'),
    ).not.toContain('outbound')
  })
})

describe('exit status', () => {
  const cut = join(folder, 'cut.pcap')
  writeFileSync(cut, readFileSync(join(ROOT, GUEST)).subarray(0, -10))

  it.each([
    ['success, with findings', [GUEST], 0],
    ['nothing as bad as --fail-on', [GUEST, '--fail-on', 'critical'], 0],
    ['as bad as --fail-on', [GUEST, '--fail-on', 'high'], 1],
    ['worse than --fail-on, and not listed', [GUEST, '--fail-on', 'low', '--min-severity', 'critical'], 1],
    ['a damaged capture', [cut], 3],
    ['a missing one beside a good one', [GUEST, 'missing.pcap'], 3],
    ['a finding in spite of damage', [cut, '--fail-on', 'high'], 1],
    ['damage, and no finding as bad', [cut, '--fail-on', 'critical'], 3],
  ])('%s: %j is %i', (_name, args, expected) => {
    expect(smblens(['scan', ...args]).status).toBe(expected)
  })
})

describe('wrong usage', () => {
  it.each([
    [['scan', GUEST, '--min-severity', 'hihg'], /did you mean high\?/],
    [['scan', GUEST, '--fail-on', 'severe'], /critical, high, medium, low, info/],
    [['scan', GUEST, '--rule', 'guest-sesion'], /no rule "guest-sesion" \(did you mean guest-session\?\)/],
    [['scan', GUEST, '--rule', ''], /empty entry/],
    [['scan', GUEST, '--rule', 'ntlm-auth', '--exclude-rule', 'ntlm-auth'], /leaves no rule/],
    [['scan', GUEST, '--format', 'yaml'], /table, json, ndjson, csv/],
    [['scan', GUEST, '--fromat', 'json'], /--format/],
    [['scan', GUEST, '--internal', '10.0.0'], /--internal: "10.0.0" is not a network/],
    [
      ['scan', GUEST, '-o', 'no/such/folder/report.txt'],
      /--output no\/such\/folder\/report.txt: its folder does not exist/,
    ],
    [['scan', '-o', GUEST], /missing required argument/],
    [['scan', OUTBOUND, '-o', GUEST], /is a capture itself/],
    [['scan', GUEST, '-o', GUEST], /is one of the captures/],
    [['scan'], /missing required argument 'path'/],
    [['messages'], /missing required argument 'capture'/],
    [['messages', GUEST, OUTBOUND], /too many arguments/],
    [['rules', 'smb1-negotiate'], /did you mean smb1-negotiated\?/],
    [[], /Usage: smblens/],
  ])('%j', (args, message) => {
    const { status, stdout, stderr } = smblens(args)
    expect(stderr).toMatch(message)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })

  it.each([
    ['pcap', readFileSync(join(ROOT, GUEST))],
    ["Kuznetzov's pcap", pcapFile({ packets: [Uint8Array.of(1, 2, 3)], magic: 0xa1b2cd34 })],
  ])('leaves the capture named by --output as it was: %s', (_, bytes) => {
    const copy = join(folder, 'precious.pcap')
    writeFileSync(copy, bytes)
    const { status, stderr } = smblens(['scan', OUTBOUND, '-o', copy])
    expect(stderr).toContain('is a capture itself: name another file')
    expect(status).toBe(2)
    expect(Buffer.compare(readFileSync(copy), bytes)).toBe(0)
  })

  it('suggests the command for a path that looks like one', () => {
    const { status, stderr } = smblens(['mesages', GUEST])
    expect(stderr).toMatch(/mesages: no such file .*\(did you mean messages\?\)/)
    expect(status).toBe(3)
  })
})

describe('help and version', () => {
  it('--version prints the version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    for (const args of [['--version'], ['-V'], ['--version', 'scan']]) {
      const { status, stdout } = smblens(args)
      expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` })
    }
  })

  it.each([
    [['--help'], /Examples:[\s\S]*Exit status:/],
    [['help', 'scan'], /--fail-on <severity>[\s\S]*Exit status:/],
    [['messages', '--help'], /ndjson or table/],
    [['rules', '-h'], /a rule, such as unsigned-session/],
  ])('%j', (args, text) => {
    const { status, stdout, stderr } = smblens(args)
    expect(stdout).toMatch(text)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})

describe('rules', () => {
  it('lists the catalogue, and explains a rule', () => {
    const list = smblens(['rules']).stdout
    expect(list).toMatch(/^smb1-negotiated +\w+ +\S/m)
    const one = smblens(['rules', 'guest-session']).stdout
    for (const heading of ['Why', 'How it is decided', 'Fix (SMB2 and SMB3)', 'When it is wrong', 'References'])
      expect(one).toContain(`\n${heading}\n`)
  })

  it('prints json that matches the schema', () => {
    const all = JSON.parse(smblens(['rules', '-f', 'json']).stdout)
    expect(schemaErrors('rules', all)).toEqual([])
    expect(all.rules.length).toBeGreaterThan(10)
    expect(JSON.parse(smblens(['rules', 'guest-session', '-f', 'json']).stdout).rules).toHaveLength(1)
  })
})

describe('input and output', () => {
  it('reads standard input, from a file and from a pipe', () => {
    const direct = records(smblens(['messages', GUEST]).stdout)
    expect(records(smblens(['messages', '-'], { input: readFileSync(join(ROOT, GUEST)) }).stdout)).toEqual(direct)
    expect(records(shell(`$smblens messages - < ${GUEST}`).stdout)).toEqual(direct)
    expect(records(shell(`gzip -c ${GUEST} | $smblens messages -`).stdout)).toEqual(direct)
  })

  it('reads folders with everything below them', () => {
    mkdirSync(join(folder, 'evidence/deep'), { recursive: true })
    writeFileSync(join(folder, 'evidence/notes.txt'), 'no capture')
    writeFileSync(join(folder, 'evidence/deep/a'), readFileSync(join(ROOT, GUEST)))
    const { status, stdout, stderr } = smblens(['scan', join(folder, 'evidence'), '-f', 'ndjson'])
    expect(records(stdout).filter((r) => r['type'] === 'capture')).toHaveLength(1)
    const left = `smblens: ${join(folder, 'evidence')}: skipped 1 file that is not a capture (text)\n`
    expect({ status, stderr }).toEqual({ status: 0, stderr: left })
  })

  it('--output gets what standard output would have had', () => {
    const path = join(folder, 'findings.csv')
    const { stdout } = smblens(['scan', GUEST, '-f', 'csv', '-o', path])
    expect(stdout).toBe('')
    expect(readFileSync(path, 'utf8')).toBe(smblens(['scan', GUEST, '-f', 'csv']).stdout)
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  it('ends silently when its reader ends', () => {
    const samples = 'captures/smb311*.pcap captures/smb1-*.pcap captures/guest*.pcap'
    for (const command of [
      `scan ${samples} -f ndjson`,
      `scan ${samples} -f json`,
      `scan ${samples} -f csv`,
      'messages captures/smb311-signed.pcap',
      '--help',
    ]) {
      const { status, stdout, stderr } = shell(`$smblens ${command} | head -n 1`)
      expect(stdout.split('\n')).toHaveLength(2)
      expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' })
    }
  })

  it('is not cut by a slow reader', () => {
    const whole = allSamples()
    const { stdout } = shell('$smblens scan captures -f ndjson | (sleep 1; cat) | wc -c')
    expect(Number(stdout)).toBeGreaterThan(100_000)
    expect(Math.abs(Number(stdout) - Buffer.byteLength(whole))).toBeLessThan(10)
  })

  it('continues if nobody reads its warnings', () => {
    expect(shell(`$smblens scan ${GUEST} missing.pcap -f csv 2>&-`).status).toBe(3)
  })

  it('leaves no partial file when it is interrupted, and ends by the signal', async () => {
    const path = join(folder, 'interrupted.json')
    const child = spawn(process.execPath, [BIN, 'scan', '-', '-f', 'json', '-o', path], {
      cwd: ROOT,
      env: environment(),
    })
    const stderr: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text))
    child.stdin.write(readFileSync(join(ROOT, GUEST)).subarray(0, 500))
    const temporary = () => readdirSync(folder).filter((name) => name.startsWith('.interrupted.json'))
    while (temporary().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGINT')
    const [status, signal] = await once(child, 'exit')
    expect({ status, signal, stderr: stderr.join('') }).toEqual({ status: null, signal: 'SIGINT', stderr: '' })
    expect(temporary()).toEqual([])
  })
})

describe('colour', () => {
  it('is used only on request or on a terminal', () => {
    expect(smblens([GUEST]).stdout).not.toContain('\x1b')
    expect(smblens([GUEST], { env: { FORCE_COLOR: '1' } }).stdout).toContain('\x1b[')
    expect(smblens([GUEST], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).stdout).not.toContain('\x1b')
    const path = join(folder, 'plain.txt')
    smblens([GUEST, '-o', path], { env: { FORCE_COLOR: '1' } })
    expect(readFileSync(path, 'utf8')).not.toContain('\x1b')
  })

  const script = hasProgram('script')
  it.skipIf(!script)(`on a terminal${script ? '' : ' (skipped: no script program)'}`, () => {
    const inTerminal = (env: Record<string, string>) =>
      shell(`script -qec "$smblens scan ${GUEST}" /dev/null`, { env: { TERM: 'xterm', ...env } }).stdout
    expect(inTerminal({})).toContain('\x1b[31mAt risk.')
    expect(inTerminal({ NO_COLOR: '1' })).not.toContain('\x1b[31m')
    expect(inTerminal({ TERM: 'dumb' })).not.toContain('\x1b[')
  })
})
