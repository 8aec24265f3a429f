/** Characters that came at once, because they were typed faster than they were read or were pasted: taken apart into keys. */

const CONTROL = /[\p{Cc}]/u
const NAMED: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\t': 'tab',
  '\r': 'enter',
  '\n': 'enter',
  '\b': 'backspace',
  '\x7f': 'backspace',
}

/** What of `text` from `at` on has no key among it that does something to a line: empty where it begins with one. */
export function plainRun(text: string, at: number): string {
  const end = text.slice(at).search(CONTROL)
  return end < 0 ? text.slice(at) : text.slice(at, at + end)
}

/** The key that types one character, by the name that keyName gives it. */
export function keyOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return NAMED[character] ?? (code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : character)
}
