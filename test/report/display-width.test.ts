/** How wide a line is: by our own measure, by Ink's, and in a real terminal. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { displayWidth, escapeText, pad, truncate, wrap } from '../../src/base/safe-text.ts'
import { cases } from '../support/cases.ts'
import { temporaryFolder } from '../support/frames.ts'
import { hasProgram, ROOT } from '../support/smblens.ts'

/** How Ink measures lines. */
const { default: inkWidth }: { default: (text: string) => number } = await import(
  join(ROOT, 'node_modules/string-width/index.js')
)
const TMUX = 'tmux'
const folder = temporaryFolder()
afterAll(folder.remove)

/** Spacing and other marks, Hangul in parts, flags, skin colours, joiners, controls, wide and narrow letters, signs that became wide. */
const ODD =
  'aé中ｆ한ह\u093e\u0903\u0bcb\u1031\u0301\u0335\u20e3\u0e33\u0e34ก\u1100\u1161\u11a8\ud7b0\u302e\u{1f1e9}\u{1f3fd}\u{1f468}\u200d\ufe0f\u202e\t\x1b' +
  '\u2630\u4dc0\u3248\u{1d300}\u{18d00}\u{10330}\u{1f600}\u{1fae0}\u231a★ﷺ\u{20000}\u{e0041}\u2800…—█'
const odd = fc.string({ unit: fc.constantFrom(...ODD), maxLength: 30 })
const text = fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 30 }))

/** Every code point that is not escaped, behind a letter, but only a few ideographs and syllables. */
function* allLines(): Generator<string> {
  for (let code = 0x20; code < 0x32000; code++) {
    if (code > 0x3500 && code < 0xd7a4 && code % 64 !== 0 && (code < 0xa000 || code > 0xabff)) continue
    if (code > 0x20010 && code % 512 !== 0) continue
    const character = String.fromCodePoint(code)
    if (escapeText(character) === character) yield `a${character}`
  }
}

describe('the width of a line', () => {
  it('is the same in Ink, so that Ink wraps nothing', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 60 }), (raw, width) => {
        const escaped = escapeText(raw)
        // Ink counts the Thai and Lao AM as no cell.
        const less = escaped.match(/[\u0e33\u0eb3]/g)?.length ?? 0
        expect(inkWidth(escaped)).toBeLessThanOrEqual(displayWidth(escaped))
        if (less === 0) expect(inkWidth(escaped)).toBe(displayWidth(escaped))
        expect(displayWidth(pad(escaped, width))).toBe(width)
        expect(inkWidth(truncate(escaped, width))).toBeLessThanOrEqual(width)
        for (const line of wrap(escaped, width)) expect(inkWidth(line)).toBeLessThanOrEqual(width)
      }),
      { numRuns: cases(3000) },
    )
  })

  it('is the same in Ink, for every character', () => {
    const wrong = [...allLines()].filter((line) => inkWidth(line) > displayWidth(line))
    expect(wrong).toEqual([])
  })

  it.skipIf(!hasProgram(TMUX))('is what a terminal shows (needs tmux)', async () => {
    const lines = [...allLines(), ...fc.sample(odd, 2000).map(escapeText)]
    const shown = await cursorColumns(lines)
    expect(shown).toHaveLength(lines.length)
    // The terminal leaves out characters that its Unicode version does not have yet: a line may become narrower, but never wider.
    const wider = lines.filter((line, i) => shown[i]! > displayWidth(line))
    const narrower = lines.filter((line, i) => shown[i]! < displayWidth(line))
    expect(wider).toEqual([])
    expect(narrower.length).toBeLessThan(lines.length / 50)
  })
})

/** The terminal's cursor column after each line. */
async function cursorColumns(lines: readonly string[]): Promise<number[]> {
  const script = folder.write('probe.cjs', PROBE)
  const [input, output] = [folder.write('lines.json', JSON.stringify(lines)), join(folder.path, 'columns.json')]
  const server = ['-L', `smblens-width-${process.pid}`, '-f', '/dev/null']
  const command = `'${process.execPath}' '${script}' '${input}' '${output}'`
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  spawnSync(TMUX, [...server, 'new-session', '-d', '-x', '400', '-y', '24', command], { env })
  while (!existsSync(output)) await sleep(50)
  spawnSync(TMUX, [...server, 'kill-server'], { env })
  return JSON.parse(readFileSync(output, 'utf8'))
}

/** Writes each line and asks the terminal for the cursor position. */
const PROBE = `
const { readFileSync, renameSync, writeFileSync } = require('node:fs')
const [input, output] = process.argv.slice(2)
const lines = JSON.parse(readFileSync(input, 'utf8'))
const columns = []
let answer = ''
let asked = 0
const ask = () => {
  const some = lines.slice(asked, asked + 50)
  asked += some.length
  process.stdout.write(some.map((line) => '\\r\\x1b[K' + line + '\\x1b[6n').join(''))
}
process.stdin.setRawMode(true).setEncoding('latin1').on('data', (text) => {
  answer = (answer + text).replace(/\\x1b\\[\\d+;(\\d+)R/g, (_, column) => { columns.push(Number(column) - 1); return '' })
  if (columns.length < asked) return
  if (asked < lines.length) return ask()
  writeFileSync(output + '.new', JSON.stringify(columns))
  renameSync(output + '.new', output)
  process.exit()
})
ask()
`
