import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth, escapeText, pad, safeJson, truncate, wrap } from '../../src/base/safe-text.ts'

/** Everything that must not reach a terminal raw: written independently of the expression in the source, by code point. */
function harmful(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0xa0) ||
    code === 0xad ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    (code >= 0x180b && code <= 0x180f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202f) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x2800 ||
    code === 0x3164 ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0xfff0 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  )
}

function codePoints(text: string): number[] {
  return [...text].map((c) => c.codePointAt(0) ?? 0)
}

describe('escapeText', () => {
  it.each([
    ['plain text', 'alice', 'alice'],
    ['a UNC path keeps its backslashes', '\\\\server\\share$', '\\\\server\\share$'],
    ['an escape sequence', '\x1b[2J\x1b]0;owned\x07', '\\x1b[2J\\x1b]0;owned\\x07'],
    ['line breaks', 'a\r\nb\tc\0', 'a\\r\\nb\\tc\\0'],
    ['C1 controls', '\x9b31m\x85', '\\x9b31m\\x85'],
    ['right-to-left override', 'cod\u202efdp.exe', 'cod\\u202efdp.exe'],
    ['zero width', 'ad\u200bmin\ufeff', 'ad\\u200bmin\\ufeff'],
    ['tags beyond the BMP', 'a\u{e0041}', 'a\\u{e0041}'],
    ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
    ['blanks that are not the space', 'a\u00a0b\u3000c', 'a\\xa0b\\u3000c'],
    ['letters of other scripts stay', 'Łukasz Ελένη 田中 مريم', 'Łukasz Ελένη 田中 مريم'],
    ['a pile of marks is cut', `Z${'\u0335'.repeat(500)}!`, `Z${'\u0335'.repeat(4)}…!`],
  ])('%s', (_name, raw, shown) => {
    expect(escapeText(raw)).toBe(shown)
  })

  it('lets no harmful code point of any text through', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      if (!harmful(code)) continue
      const shown = escapeText(`a${String.fromCodePoint(code)}b`)
      if (codePoints(shown).some(harmful))
        throw new Error(`U+${code.toString(16)} came through as ${JSON.stringify(shown)}`)
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !codePoints(escapeText(text)).some(harmful)))
  })
})

describe('safeJson', () => {
  it('is the same value to a JSON parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(safeJson({ text }))).toEqual({ text })
      }),
    )
  })

  it('holds no raw control, bidirectional or invisible character', () => {
    expect(safeJson('\x1b\x9b\u202e\u200b\u{e0041}é田')).toBe('"\\u001b\\u009b\\u202e\\u200b\\udb40\\udc41é田"')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !codePoints(safeJson([text])).some(harmful)))
  })
})

describe('display width', () => {
  it.each([
    ['alice', 5],
    ['田中', 4],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['e\u0301', 1],
    ['😀', 2],
    ['Ελένη', 5],
  ])('%s takes %i cells', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('truncate cuts by cells and shows the cut', () => {
    expect(truncate('alice', 5)).toBe('alice')
    expect(truncate('alice', 4)).toBe('ali…')
    expect(truncate('田中太郎', 6)).toBe('田中…')
    expect(truncate('alice', 0)).toBe('')
  })

  it('pad fills by cells', () => {
    expect(pad('田中', 6)).toBe('田中  ')
    expect(pad('alice', 3)).toBe('al…')
  })
})

describe('wrap', () => {
  it('breaks at spaces', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four'])
  })

  it('breaks a word that is longer than a line', () => {
    expect(wrap('a bcdefghijkl m', 5)).toEqual(['a', 'bcdef', 'ghijk', 'l m'])
  })

  it('loses nothing and stays within the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 100 }), (raw, width) => {
        const text = escapeText(raw)
        const lines = wrap(text, width)
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})
