/** Names from the wire, as the ledger stores them: of limited length, and null if there is no name. */

/** Longer than any path, user or host name that a client can use; the wire allows 32,767 characters. */
const LIMIT = 1024

export function cappedText(text: string | null | undefined, limit = LIMIT): string | null {
  if (!text) return null
  // Joined again: a slice would keep the whole string alive.
  return text.length <= limit ? text : `${text.slice(0, limit).split('').join('')}…`
}
