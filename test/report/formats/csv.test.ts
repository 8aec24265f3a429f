import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeCsv } from '../../../src/report/formats/csv.ts'
import { findingRecord } from '../../../src/report/records/finding.ts'
import { finding, rule, textOf } from '../../support/findings.ts'

/** Reads RFC 4180 by its grammar: rows of cells. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quoted) {
      if (c !== '"') cell += c
      else if (text[i + 1] === '"') cell += text[++i]
      else quoted = false
    } else if (c === '"') quoted = true
    else if (c === ',') {
      row.push(cell)
      cell = ''
    } else if (c === '\r' && text[i + 1] === '\n') {
      rows.push([...row, cell])
      row = []
      cell = ''
      i++
    } else cell += c
  }
  if (quoted || row.length > 0 || cell !== '') throw new Error('the text ends inside a row')
  return rows
}

function rowOf(overrides: Parameters<typeof finding>[0]): Record<string, string> {
  const [header = [], row = [], ...rest] = parseCsv(
    textOf((sink) => writeCsv([findingRecord(finding(overrides), rule())], sink)),
  )
  expect(rest).toEqual([])
  expect(row).toHaveLength(header.length)
  return Object.fromEntries(header.map((name, i) => [name, row[i] ?? '']))
}

describe('csv', () => {
  it('is one header and one row per finding', () => {
    const records = [finding(), finding({ severity: 'low' })].map((f) => findingRecord(f, rule()))
    const rows = parseCsv(textOf((sink) => writeCsv(records, sink)))
    expect(rows.map(([severity]) => severity)).toEqual(['severity', 'high', 'low'])
  })

  it('is only the header if nothing was found', () => {
    expect(parseCsv(textOf((sink) => writeCsv([], sink)))).toHaveLength(1)
  })

  it('leaves absent cells empty', () => {
    expect(rowOf({ client: null, user: null, server: { ip: '10.0.0.10', port: null } })).toMatchObject({
      clientIp: '',
      clientPort: '',
      serverIp: '10.0.0.10',
      serverPort: '',
      user: '',
    })
  })

  it('keeps quotes, commas and line breaks inside their cell', () => {
    expect(rowOf({ user: 'a"b,c\r\nd' })['user']).toBe('a"b,c\\r\\nd')
  })

  it.each(['=cmd|"/c calc"!A1', '+1', '-2+3', '@SUM(A1)', ' =1', '＝1', '\t=1', '\r=1', '\u00a0=1'])(
    'lets no spreadsheet run %j',
    (user) => {
      expect(rowOf({ user })['user']).not.toMatch(/^\s*[=+\-@＝＋－＠\t\r]/)
    },
  )

  it('is one row for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const row = rowOf({ user: `x${text}`, message: text })
        expect(row['message']).not.toMatch(/^\s*[=+\-@]/)
      }),
    )
  })
})
