/**
 * Stores equal values once: nearly all connections share the dialects and algorithms of an operating system, and the names of a server. That halves the
 * memory of a capture of many connections.
 */

/** Entries; beyond this the map starts again, so that a flood of made-up lists cannot fill it. */
const LIMIT = 4096

export class Interned {
  private readonly lists = new Map<string, number[]>()
  private readonly words = new Map<string, string>()
  private readonly wordLists = new Map<string, string[]>()

  /** A list with these numbers, for reading only. */
  list(numbers: readonly number[]): number[] {
    return kept(this.lists, numbers.join(), () => numbers.slice())
  }

  /** An equal text. */
  text(text: string): string {
    return kept(this.words, text, () => text)
  }

  /** A list with these texts, for reading only. */
  texts(texts: readonly string[]): string[] {
    return kept(this.wordLists, texts.join('\0'), () => texts.slice())
  }
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  if (map.size >= LIMIT) map.clear()
  const made = make()
  map.set(key, made)
  return made
}
