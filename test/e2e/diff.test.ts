/** Two results compared by the built program: captures of a permissive Samba server, and of one where settings were enforced. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { records, shell, smblens } from '../support/smblens.ts'

const folder = mkdtempSync(join(tmpdir(), 'smblens-diff-'))
afterAll(() => rmSync(folder, { recursive: true }))

function result(name: string, captures: readonly string[], ...options: string[]): string {
  const path = join(folder, name)
  const format = name.endsWith('.json') ? 'json' : 'ndjson'
  const files = captures.map((capture) => `captures/${capture}.pcap`)
  const { status, stderr } = smblens(['scan', ...files, '-f', format, '-o', path, ...options])
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return path
}

const before = result('before.ndjson', ['smb311-unsigned-data', 'smb1-unsigned', 'guest-silent-mapping', 'ntlmv1'])
const after = result('after.json', ['smb311-encrypted-session', 'logon-failed', 'smb1-refused'])

/** Rule, what became of it, and why, of the findings that are not as before. */
function changes(...args: string[]): string[] {
  return records(smblens(['diff', ...args, '-f', 'ndjson']).stdout)
    .filter(({ type, change }) => type === 'finding-change' && change !== 'unchanged')
    .map(({ rule, change, reason }) => `${rule} ${change}${reason === null ? '' : ` ${reason}`}`)
}

describe('smblens diff', () => {
  it('says what enforcing has fixed, and what was not seen', () => {
    expect(changes(before, after)).toMatchInlineSnapshot(`
      [
        "smb1-offered new still-shown",
        "guest-session not-seen user-not-seen",
        "ntlmv1-auth fixed",
        "smb1-negotiated fixed",
        "unsigned-session fixed",
        "unencrypted-session fixed",
      ]
    `)
  })

  it('begins with the numbers, and fails a script for what it names', () => {
    const { status, stdout } = smblens(['diff', before, after, '--fail-on', 'new:high'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Findings: \d+ new/)
    const back = smblens(['diff', after, before, '--fail-on', 'regressed:high'])
    expect(back.status).toBe(1)
    expect(back.stdout).toContain('well before')
  })

  it('reads one result from a pipe', () => {
    const { status, stdout } = shell(
      `"$smblens" scan captures/smb311-signed.pcap -f ndjson | "$smblens" diff ${before} - -f ndjson | tail -1`,
    )
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ type: 'diff', new: { path: '-', captures: 1 } })
  })

  it('writes a file, and never over a result', () => {
    const output = join(folder, 'diff.json')
    expect(smblens(['diff', before, after, '-f', 'json', '-o', output]).status).toBe(0)
    expect(JSON.parse(readFileSync(output, 'utf8')).records.at(-1)).toMatchObject({ type: 'diff' })
    expect(smblens(['diff', before, after, '-o', before]).status).toBe(2)
  })

  it('proves nothing by rules that were not applied', () => {
    const narrow = result('narrow.ndjson', ['smb311-signed'], '--rule', 'smb1-negotiated')
    expect(changes(before, narrow)).toContain('unsigned-session not-seen rule-not-applied')
  })

  it.each([
    ['a file that is missing', 'nothing.ndjson', 3, 'nothing.ndjson: cannot be read (ENOENT)'],
    ['a capture', 'captures/smb311-signed.pcap', 3, 'this is a capture: compare results'],
    ['a folder', 'captures', 3, 'captures: cannot be read (EISDIR)'],
  ])('refuses %s', (_, path, expected, message) => {
    const { status, stdout, stderr } = smblens(['diff', before, path])
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('names the line at which a result was cut, and leaves the old output', () => {
    const cut = join(folder, 'cut.ndjson')
    const output = join(folder, 'kept.json')
    const text = readFileSync(before, 'utf8')
    writeFileSync(cut, text.slice(0, text.length / 2))
    writeFileSync(output, 'kept\n')
    const { status, stderr } = smblens(['diff', cut, after, '-o', output])
    expect(status).toBe(3)
    expect(stderr).toMatch(/cut\.ndjson: line \d+: this is not JSON: the file was cut or damaged/)
    expect(readFileSync(output, 'utf8')).toBe('kept\n')
  })

  it.each([
    [['--fail-on', 'nwe:high'], 'did you mean new?'],
    [['-f', 'csv'], 'Use one of table, json, ndjson'],
  ])('refuses %s', (options, message) => {
    const { status, stderr } = smblens(['diff', before, after, ...options])
    expect(status).toBe(2)
    expect(stderr).toContain(message)
  })

  it('takes standard input once', () => {
    const { status, stderr } = smblens(['diff', '-', '-'])
    expect(status).toBe(2)
    expect(stderr).toContain('only one of the two results can come from standard input')
  })
})

describe('smblens diff of predictions', () => {
  const prediction = (name: string, captures: readonly string[]) => {
    const path = join(folder, name)
    const files = captures.map((capture) => `captures/${capture}.pcap`)
    const { status } = smblens(['readiness', ...files, '-f', name.endsWith('.json') ? 'json' : 'ndjson', '-o', path])
    expect(status).toBe(0)
    return path
  }

  it('says what became ready, and what would break now', () => {
    const old = prediction('old.ndjson', ['smb1-unsigned', 'ntlmv1'])
    const now = prediction('now.json', ['smb311-signed'])
    const there = records(smblens(['diff', old, now, '-f', 'ndjson']).stdout)
    const fixed = there.filter(({ type, change }) => type === 'readiness-change' && change === 'fixed')
    expect(new Set(fixed.map(({ control }) => control))).toEqual(
      new Set(['remove-smb1', 'require-encryption', 'minimum-dialect-311', 'block-ntlmv1']),
    )
    expect(smblens(['diff', old, now, '--fail-on', 'breaks']).status).toBe(0)
    expect(smblens(['diff', now, old, '--fail-on', 'breaks']).status).toBe(1)
  })

  it('has nothing to compare with a scan', () => {
    const { status, stderr } = smblens(['diff', before, prediction('one.ndjson', ['smb311-signed'])])
    expect(status).toBe(2)
    expect(stderr).toContain('compare two results of the same command')
  })
})
