import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CONTROL_IDS } from '../../src/readiness/control.ts'
import { CONTROLS } from '../../src/readiness/controls/index.ts'
import { schemaErrors } from '../support/schema.ts'
import { records, shell, smblens } from '../support/smblens.ts'

const GUEST = 'captures/guest-silent-mapping.pcap'

const folder = mkdtempSync(join(tmpdir(), 'smblens-readiness-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('smblens readiness', () => {
  it('answers in the first lines who would break', () => {
    const { status, stdout, stderr } = smblens(['readiness', GUEST])
    expect(stdout).toMatch(/^What would break if these controls were enforced today\n/)
    expect(stdout.split('\n').slice(0, 10).join(' ')).toMatch(/Breaks clients +disable-guest \(1\)/)
    expect(stdout).toContain('made the user a guest')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('has the same numbers in the table and in the lists of hosts', () => {
    const { stdout } = smblens(['readiness', 'captures'])
    for (const { id, unobservable } of CONTROLS) {
      if (unobservable !== null) continue
      const line = stdout.split('\n').find((text) => new RegExp(`^${id} [█xo· ]`).test(text)) ?? ''
      const [, ready, breaks, notSeen] = / +([\d,]+) +([\d,]+) +([\d,]+)(?: {2}\S+)?$/.exec(line) ?? []
      const lengths = ['ready', 'breaks', 'not-observed'].map(
        (state) =>
          smblens(['readiness', 'captures', '--hosts', state, '--control', id]).stdout.split('\n').filter(Boolean)
            .length,
      )
      expect([id, ...lengths]).toEqual([id, Number(ready), Number(breaks), Number(notSeen)])
    }
  })

  it('lists hosts for a script, and nothing else', () => {
    const { status, stdout } = smblens(['readiness', GUEST, '--hosts', 'breaks', '--control', 'disable-guest'])
    expect({ status, stdout }).toEqual({ status: 0, stdout: '10.77.0.1\n' })
  })

  it('plans all controls, or those that are asked for', () => {
    const whole = smblens(['readiness', GUEST, '--plan']).stdout
    expect(whole.match(/^ {1,3}\d+\. /gm)).toHaveLength(CONTROLS.length)
    const one = smblens(['readiness', GUEST, '--plan', '--control', 'disable-guest']).stdout
    expect(one).toContain('PS> Set-SmbClientConfiguration -EnableInsecureGuestLogons $false -Force\n')
    expect(one.match(/^ {1,3}\d+\. /gm)).toHaveLength(1)
  })

  it('colours only for a terminal, or if told to', () => {
    const colourful = smblens(['readiness', GUEST], { env: { FORCE_COLOR: '1' } }).stdout
    expect(colourful).toContain('\u001b[31m')
    expect(smblens(['readiness', GUEST]).stdout).not.toContain('\u001b')
    expect(smblens(['readiness', GUEST], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).stdout).not.toContain('\u001b')
  })

  it('writes to a file, whole or not at all', () => {
    const file = join(folder, 'readiness.txt')
    expect(smblens(['readiness', GUEST, '-o', file])).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(readFileSync(file, 'utf8')).toBe(smblens(['readiness', GUEST]).stdout)
    const { status, stderr } = smblens(['readiness', 'package.json', '-o', file])
    expect(status).toBe(3)
    expect(stderr).toContain('not written, because nothing could be read')
    expect(readFileSync(file, 'utf8')).toMatch(/^What would break/)
  })

  it('reads standard input, and says that there is nothing to predict without SMB', () => {
    const { stdout } = shell(`cat ${GUEST} | $smblens readiness - --hosts breaks --control disable-guest`)
    expect(stdout).toBe('10.77.0.1\n')
  })

  it('gives the status 3 where a capture is cut', () => {
    expect(smblens(['readiness', 'captures/cut.pcap']).status).toBe(3)
  })
})

describe('the records of smblens readiness', () => {
  const lines = records(smblens(['readiness', 'captures', '-f', 'ndjson']).stdout)

  it('match the schema, and are the same in json and ndjson', () => {
    for (const record of lines) expect(schemaErrors(String(record['type']), record)).toEqual([])
    const document = JSON.parse(smblens(['readiness', 'captures', '-f', 'json']).stdout)
    expect(schemaErrors('document', document)).toEqual([])
    expect(document.records).toEqual(lines)
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['capture', 'control', 'readiness', 'host']))
  })

  it('are only those of the controls that are asked for', () => {
    const some = records(smblens(['readiness', 'captures', '-f', 'ndjson', '--control', 'remove-smb1']).stdout)
    const expected = lines.filter(
      ({ type, control }) => (type !== 'control' && type !== 'readiness') || control === 'remove-smb1',
    )
    expect(some).toEqual(expected)
  })

  it('have evidence for every state but not-observed', () => {
    for (const { type, state, evidence } of lines) {
      if (type === 'readiness' && state !== 'not-observed') expect(evidence).not.toEqual([])
    }
  })
})

describe('the errors of smblens readiness', () => {
  it.each([
    [['--control', 'require-sining'], 'did you mean require-signing?'],
    [['--hosts', 'brekas', '--control', 'remove-smb1'], 'did you mean breaks?'],
    [['--hosts', 'breaks'], '--hosts needs --control ID'],
    [['--hosts', 'breaks', '--control', 'remove-smb1', '--plan'], '--plan and --hosts are two reports'],
    [['--hosts', 'breaks', '--control', 'remove-smb1', '-f', 'table'], 'leave out --format'],
    [['--plan', '-f', 'json'], '--plan is text for people'],
    [['--plam'], 'Did you mean --plan?'],
    [['--internal', '300.1.1.0/8'], '--internal'],
  ])('%j say what to do instead', (options, text) => {
    const { status, stdout, stderr } = smblens(['readiness', GUEST, ...options])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(text)
  })

  it('name a command that was mistyped', () => {
    expect(smblens(['readines', GUEST]).stderr).toContain('did you mean readiness?')
  })
})

describe('the help of smblens readiness', () => {
  const { stdout } = smblens(['readiness', '--help'])

  it('lists the controls, and fits on 80 columns', () => {
    for (const { id, title } of CONTROLS) expect(stdout).toMatch(new RegExp(`^ {2}${id} +${title}$`, 'm'))
    expect(CONTROL_IDS).toEqual(expect.arrayContaining(CONTROLS.map(({ id }) => id)))
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
