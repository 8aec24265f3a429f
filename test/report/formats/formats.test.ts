/** The list of report formats: nothing is forgotten in it, and everything that offers formats is made from it. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Option } from 'commander'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ReportFormat } from '../../../src/report/formats/report-format.ts'

/** A format that is nowhere but in the list. */
const tallyFormat: ReportFormat = {
  name: 'tally',
  extension: '.tally',
  help: 'how many findings there are',
  write: (report, sink) => sink.write(`${report.findings.length} findings\n`),
  writeRows: ({ rows }, sink) => sink.write(`${[...rows].length} rows\n`),
}

// All modules once more, of which this file alone has the longer list: what is made from it is made when they are loaded.
vi.resetModules()
afterAll(() => void vi.resetModules())
const formats = await import('../../../src/report/formats/formats.ts')
const { REPORT_FORMATS, exportExtensions, exportFormatFor, formatFor } = formats
const own = [...REPORT_FORMATS]
;(REPORT_FORMATS as ReportFormat[]).push(tallyFormat)
const { createProgram } = await import('../../../src/cli/program.ts')
const { bindingsOf } = await import('../../../src/tui/input/keys.ts')

const ROOT = new URL('../../../', import.meta.url)
/** What the formats are made with. */
const HELPERS = ['formats.ts', 'report-format.ts']

describe('the list of report formats', () => {
  it('has every file of the folder, and the folder has a file for each', () => {
    const files = readdirSync(new URL('src/report/formats', ROOT)).filter((file) => !HELPERS.includes(file))
    expect(files.sort()).toEqual(own.map(({ name }) => `${name}.ts`).sort())
  })

  it.each(own.map(({ name }) => [name]))('%s has a test and a section in docs/records.md', (name) => {
    expect(existsSync(new URL(`test/report/formats/${name}.test.ts`, ROOT))).toBe(true)
    expect(readFileSync(new URL('docs/records.md', ROOT), 'utf8')).toContain(`\n| \`${name}\` | `)
  })

  it('has no name and no extension twice', () => {
    expect(new Set(own.map(({ name }) => name)).size).toBe(own.length)
    expect(new Set(own.map(({ extension }) => extension)).size).toBe(own.length)
  })

  it('finds a format by its name, and for an exported file by its extension', () => {
    expect(formatFor('csv')?.name).toBe('csv')
    expect(formatFor('CSV')).toBeUndefined()
    expect(exportFormatFor('/tmp/Hosts.CSV')?.name).toBe('csv')
    expect(exportFormatFor('hosts.txt')).toBeUndefined()
  })
})

describe('a format that is added to the list', () => {
  let folder: string
  let output: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smblens-formats-'))
    output = join(folder, 'report')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is a choice of scan', async () => {
    const status: number[] = []
    const program = createProgram((code) => status.push(code))
    const capture = new URL('captures/guest-explicit.pcap', ROOT).pathname
    await program.parseAsync(['scan', capture, '-f', 'tally', '-o', output], { from: 'user' })
    expect(status).toEqual([0])
    expect(readFileSync(output, 'utf8')).toMatch(/^[1-9]\d* findings\n$/)
  })

  it('is in the help, and in the error for a format that there is not', async () => {
    const program = createProgram(() => {})
    const scan = program.commands.find((command) => command.name() === 'scan')!
    let help = ''
    scan.configureOutput({ writeOut: (text) => (help += text), writeErr: () => {} }).outputHelp()
    expect(help).toContain('table (the default), json, ndjson, csv or tally')
    expect(help).toMatch(/^ {2}tally +how many findings there are$/m)
    const { parseArg } = scan.options.find((option: Option) => option.long === '--format')!
    expect(() => parseArg!('xml', undefined)).toThrow('Use one of table, json, ndjson, csv, tally.')
  })

  it('is a format of the terminal UI’s export, where it has rows', () => {
    expect(exportFormatFor('findings.tally')).toBe(tallyFormat)
    expect(exportExtensions()).toEqual(['.csv', '.json', '.ndjson', '.tally'])
    const key = bindingsOf([]).find((bound) => 'command' in bound && bound.command === 'export')
    expect(key?.help).toContain('.csv, .json, .ndjson or .tally')
  })
})
