/** Splits characters that arrive at once, because they were pasted or typed fast, into keys. */

const CONTROL = /[\p{Cc}]/u
const NAMED: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\t': 'tab',
  '\r': 'enter',
  '\n': 'enter',
  '\b': 'backspace',
  '\x7f': 'backspace',
}

/** The part of `text` from `at` up to the next control character. */
export function plainRun(text: string, at: number): string {
  const end = text.slice(at).search(CONTROL)
  return end < 0 ? text.slice(at) : text.slice(at, at + end)
}

/** The name of the key that types one character, as keyOfCharacter gives it. */
export function keyOfCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return NAMED[character] ?? (code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : character)
}
