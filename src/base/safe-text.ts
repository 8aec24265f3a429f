/**
 * Text from the wire, made safe for where it is shown. A sender chooses the names, paths and users in a capture: an escape sequence
 * in a share name must not drive the analyst's terminal, and a right-to-left override must not reorder a line of a log.
 */

/**
 * What a terminal or an editor acts on, hides, or shows as nothing: controls (C0, DEL, C1), format characters (bidirectional controls, joiners,
 * tags), lone surrogates, private use and unassigned code points, line and paragraph separators, the default-ignorable (fillers, variation
 * selectors), blanks that are not the plain space, and the braille pattern without dots.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/gu

/**
 * Characters whose width terminals disagree on, which would move the rest of the line, or push the top of the screen away: Hangul vowels and finals on
 * their own, enclosing marks, tone marks of Hangul and Chinese, flags and skin colours (one sign or two), signs that became wide in Unicode 16,
 * circled numbers on black squares, and above the first plane all but mathematical letters, pictographs and ideographs.
 */
const UNCERTAIN =
  /[\p{Me}\p{Emoji_Modifier}\u1160-\u11ff\u2630-\u2637\u268a-\u268f\u302e\u302f\u3248-\u324f\ud7b0-\ud7ff\u{10000}-\u{1d3ff}\u{1d800}-\u{1f2ff}\u{1f650}-\u{1f67f}\u{1f6d8}-\u{1f8ff}\u{1fa00}-\u{1ffff}]/gu

/** What JSON leaves as it is although a terminal or a log viewer would act on it. C0 is escaped by JSON itself. */
const INVISIBLE_IN_JSON = new RegExp(INVISIBLE.source.replace('\\p{Cc}', '\\u007f-\\u009f'), 'gu')

/** More marks than a script needs on one letter: they would grow over the lines above and below. */
const MARK_PILE = /(\p{M}{4})\p{M}+/gu

/** Tested by search: finding one character needs no backtracking. */
const NOT_PLAIN_ASCII = /[^\x20-\x7e]/

const NAMED: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\\0' }

/**
 * `text` in one line of visible characters whose width is known. A backslash stays single, because every UNC path is full of them: the result is for
 * people, and the machine formats carry the exact value.
 */
export function escapeText(text: string): string {
  if (!NOT_PLAIN_ASCII.test(text)) return text
  return text.replace(INVISIBLE, visibleEscape).replace(UNCERTAIN, visibleEscape).replace(MARK_PILE, '$1…')
}

function visibleEscape(character: string): string {
  const named = NAMED[character]
  if (named !== undefined) return named
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/** JSON of `value` in one line: the same value to every parser, without a character in it that a terminal obeys or hides. */
export function safeJson(value: unknown): string {
  const json = JSON.stringify(value)
  return NOT_PLAIN_ASCII.test(json) ? json.replace(INVISIBLE_IN_JSON, jsonEscape) : json
}

function jsonEscape(character: string): string {
  let escaped = ''
  for (let i = 0; i < character.length; i++) escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  return escaped
}

/**
 * Characters that are two cells wide in a terminal: Unicode's East_Asian_Width W and F by block (UAX #11), and what is shown as an emoji by default. Blocks are taken
 * whole: an unassigned code point never gets here, escapeText has replaced it.
 */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u

/** They go over the letter before them. Spacing marks, as vowels of Indic scripts are, have their own cell. */
const MARK = /\p{Mn}/u

/** Cells that one code point of escaped text takes. */
function cells(character: string): number {
  if (character >= ' ' && character <= '~') return 1
  if (MARK.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** Cells that `text`, already escaped, takes in a terminal. */
export function displayWidth(text: string): number {
  if (!NOT_PLAIN_ASCII.test(text)) return text.length
  let width = 0
  for (const character of text) width += cells(character)
  return width
}

/** `text` in at most `width` cells; what does not fit is cut, and the cut is shown. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width < 1) return ''
  let used = 0
  let kept = ''
  for (const character of text) {
    const next = used + cells(character)
    if (next > width - 1) break
    kept += character
    used = next
  }
  return `${kept}…`
}

/** `text` in exactly `width` cells, filled with spaces on the right. */
export function pad(text: string, width: number): string {
  const fitted = truncate(text, width)
  return fitted + ' '.repeat(Math.max(0, width - displayWidth(fitted)))
}

/** `text` in lines of at most `width` cells, broken at spaces; a word that is longer than a line is broken where the line ends. */
export function wrap(text: string, width: number): string[] {
  const limit = Math.max(2, width)
  const lines: string[] = []
  let line = ''
  let filled = 0
  for (const word of text.split(' ')) {
    if (line !== '') {
      if (filled + 1 + displayWidth(word) <= limit) {
        line += ' '
        filled++
      } else {
        lines.push(line)
        line = ''
        filled = 0
      }
    }
    for (const character of word) {
      const size = cells(character)
      if (filled + size > limit) {
        lines.push(line)
        line = ''
        filled = 0
      }
      line += character
      filled += size
    }
  }
  lines.push(line)
  return lines
}
