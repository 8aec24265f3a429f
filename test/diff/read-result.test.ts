import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differenceOf } from '../../src/diff/difference.ts'
import { ResultError } from '../../src/diff/result.ts'
import { cases } from '../support/cases.ts'
import { connection, ledger, session } from '../support/facts.ts'
import { ndjsonOf, predictionOf, resultOf } from '../support/results.ts'

const on = connection()
const NDJSON = ndjsonOf(ledger([on], [session({ on, auth: 'ntlmv2', user: 'alice' })]))
const LINES = NDJSON.trimEnd().split('\n')
const RECORDS = LINES.map((line) => JSON.parse(line))
const DOCUMENT = { schemaVersion: 1, records: RECORDS }
/** As src/report/formats/json.ts lays it out. */
const JSON_TEXT = `{"schemaVersion":1,"records":[\n${LINES.join(',\n')}\n]}\n`

/** The message of the error, without the name of the file. */
async function problemOf(text: string): Promise<string> {
  const error = await resultOf(text, 'new.ndjson').catch((caught: unknown) => caught)
  if (!(error instanceof ResultError)) throw new Error('it was read')
  return error.message.replace(/^new\.ndjson: /, '')
}

/** With one record changed. */
function changed(type: string, change: object): string {
  return RECORDS.map((record) => JSON.stringify(record.type === type ? { ...record, ...change } : record)).join('\n')
}

describe('reading a result', () => {
  it.each([
    ['json as smblens writes it', JSON_TEXT],
    ['json on one line', JSON.stringify(DOCUMENT)],
    ['json laid out by another program', JSON.stringify(DOCUMENT, null, 2)],
    ['ndjson with CR LF, empty lines and a byte order mark', `\ufeff${LINES.join('\r\n\r\n')}`],
  ])('gives the same for %s', async (_, text) => {
    const { findings, hosts } = differenceOf(await resultOf(NDJSON), await resultOf(text))
    expect(findings!.length).toBeGreaterThan(0)
    expect(findings!.every(({ change }) => change === 'unchanged')).toBe(true)
    expect(hosts).toEqual([])
  })

  it.each([1, 7, 1 << 20])('reads pieces of %i bytes', async (piece) => {
    const { scan, scope } = await resultOf(NDJSON, 'new.ndjson', piece)
    expect(scan!.findings.size).toBe(LINES.filter((line) => line.startsWith('{"type":"finding"')).length)
    expect(scope).toMatchObject({ captures: 1, sessions: 1 })
  })

  it('refuses a result that was cut, at any line', async () => {
    for (let kept = 1; kept < LINES.length; kept++) {
      expect(await problemOf(LINES.slice(0, kept).join('\n'))).toMatch(/cut|no result of smblens scan/)
      const cut = JSON_TEXT.split('\n')
        .slice(0, kept + 1)
        .join('\n')
      expect(await problemOf(cut)).toBe(`line ${kept + 1}: the document ends early: it was cut. Make the result again`)
    }
  })

  it('names the line that was cut inside', async () => {
    expect(await problemOf(NDJSON.slice(0, NDJSON.lastIndexOf(',')))).toBe(
      `line ${LINES.length}: this is not JSON: the file was cut or damaged, or it is no result of smblens (-f json or ndjson)`,
    )
  })

  it.each([
    [
      'a field of another type',
      changed('finding', { severity: 'terrible' }),
      /the "severity" of a finding record is not as smblens/,
    ],
    ['a field that is missing', changed('connection', { gaps: undefined }), /a connection record has no "gaps"/],
    ['a session without its connection', changed('session', { connection: 'x' }), /a session whose connection is not/],
    ['an address with blanks', changed('host', { ip: '10.0.0.5 10.0.0.6' }), /the "ip" of a host record/],
    ['a finding of an older version', changed('finding', { subject: undefined }), /an older smblens made it/],
    ['another form of records', changed('summary', { schemaVersion: 2 }), /schemaVersion 2, this smblens reads 1/],
    ['another form of the document', JSON_TEXT.replace(':1,', ':2,'), /schemaVersion 2, this smblens reads 1/],
    ['two results in a row', NDJSON + NDJSON, /a connection record after the summary/],
    ['a live capture', '{"type":"heartbeat"}', /a result of smblens live/],
    ['messages', '{"type":"message"}', /a list of messages/],
    ['a list', '[1]', /a record is no object/],
    ['other JSON', '{"name":"x"}', /a record has no "type"/],
    ['other text', 'hello', /this is not JSON/],
    ['nothing', '', /the file is empty/],
    ['something behind the end', `${JSON_TEXT}{}`, /something follows the end/],
  ])('refuses %s', async (_, text, problem) => {
    expect(await problemOf(text)).toMatch(problem)
  })

  it.each([
    ['a capture', [0xd4, 0xc3, 0xb2, 0xa1], /this is a capture: compare results/],
    ['gzip', [0x1f, 0x8b, 8, 0], /unpack it first/],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0], /let smblens write the file, with -o/],
  ])('says what to do with %s', async (_, bytes, problem) => {
    const { readResult } = await import('../../src/diff/read-result.ts')
    await expect(readResult('x', [Uint8Array.from(bytes)])).rejects.toThrow(problem)
  })

  it('refuses a line without an end, before memory is full', async () => {
    const { readResult } = await import('../../src/diff/read-result.ts')
    const chunk = new Uint8Array(1 << 20).fill(0x20)
    let chunks = 0
    const endless = (function* () {
      for (;;) {
        chunks++
        yield chunk
      }
    })()
    await expect(readResult('x', endless)).rejects.toThrow('x: line 1: the line is too long')
    expect(chunks).toBeLessThan(64)
  })

  it('reads or refuses what was damaged, and never fails in another way', async () => {
    const texts = [NDJSON, JSON_TEXT, predictionOf(ledger([on], [session({ on })]))]
    const values = ['null', '[]', '{}', '-1', '1e999', '"', '\\u0000', '}', '\n', '', 'true', '"x"']
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), fc.constantFrom(...values)), {
          minLength: 1,
          maxLength: 4,
        }),
        async (text, changes) => {
          let damaged = text
          for (const [share, length, value] of changes) {
            const at = Math.floor(share * damaged.length)
            damaged = damaged.slice(0, at) + value + damaged.slice(at + length)
          }
          const outcome = await resultOf(damaged).catch((error: unknown) => error)
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ResultError)
          else expect(outcome).toMatchObject({ path: 'new.ndjson' })
        },
      ),
      { numRuns: cases(1000) },
    )
  })

  it('ignores records of types that it does not know', async () => {
    const { scan } = await resultOf(`{"type":"weather","sky":"blue"}\n${NDJSON}`)
    expect(scan!.findings.size).toBeGreaterThan(0)
  })
})
