/** A line of text that is being typed, with the most common keys of readline. */

export interface LineInput {
  text: string
  /** An index into `text`, in code units; never inside a surrogate pair. */
  cursor: number
}

/** Longer than any filter or file name. */
const MAX_TEXT = 1000

export function lineInput(text: string): LineInput {
  return { text, cursor: text.length }
}

/** The line after a key press; the same object if the key does not change it. */
export function typed(line: LineInput, key: string): LineInput {
  const { text, cursor } = line
  switch (key) {
    case 'left':
      return { text, cursor: before(text, cursor) }
    case 'right':
      return { text, cursor: after(text, cursor) }
    case 'home':
    case 'ctrl-a':
      return { text, cursor: 0 }
    case 'end':
    case 'ctrl-e':
      return { text, cursor: text.length }
    case 'backspace':
      return replaced(line, before(text, cursor), cursor, '')
    case 'ctrl-d':
      return replaced(line, cursor, after(text, cursor), '')
    case 'ctrl-u':
      return replaced(line, 0, cursor, '')
    case 'ctrl-k':
      return replaced(line, cursor, text.length, '')
    case 'ctrl-w':
      return replaced(line, wordStart(text, cursor), cursor, '')
    case 'space':
      return replaced(line, cursor, cursor, ' ')
    default:
      return KEY_NAMES.test(key) || /\p{C}/u.test(key) ? line : inserted(line, key)
  }
}

/** Inserts `text` at the cursor. A paste may contain anything: control characters are left out. */
export function inserted(line: LineInput, text: string): LineInput {
  const kept = text.replace(/\p{C}/gu, '')
  return kept === '' ? line : replaced(line, line.cursor, line.cursor, kept)
}

export function replaced({ text }: LineInput, from: number, to: number, by: string): LineInput {
  const room = Math.max(0, MAX_TEXT - (text.length - (to - from)))
  let put = by.slice(0, room)
  // Half of a surrogate pair is not a character.
  if (/[\ud800-\udbff]$/.test(put)) put = put.slice(0, -1)
  return { text: text.slice(0, from) + put + text.slice(to), cursor: from + put.length }
}

const KEY_NAMES = /^(?:up|down|page-up|page-down|enter|escape|tab|shift-tab|ctrl-.*)$/su

function before(text: string, cursor: number): number {
  const last = [...text.slice(0, cursor)].at(-1)
  return cursor - (last?.length ?? 0)
}

function after(text: string, cursor: number): number {
  const [next] = text.slice(cursor)
  return cursor + (next?.length ?? 0)
}

function wordStart(text: string, cursor: number): number {
  let at = cursor
  while (at > 0 && text[at - 1] === ' ') at--
  while (at > 0 && text[at - 1] !== ' ') at--
  return at
}
