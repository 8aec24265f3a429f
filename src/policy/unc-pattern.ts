/** Patterns of UNC paths, as the group policy "Hardened UNC Paths" has them: \\server\share, \\*\share, \\server\*. */
import { type Aliases, namesHost, withAliases } from './host-names.ts'

/** The parts of \\server\share, in lower case; "*" in a pattern stands for any. */
export interface UncPath {
  server: string
  share: string
}

const ANY = '*'

/**
 * Reads the path of a TREE_CONNECT ([MS-SMB2] 2.2.9) or a pattern. What follows the share is ignored, a missing share is "".
 *
 * @returns null where it does not begin with \\server
 */
export function uncPathOf(text: string): UncPath | null {
  const lower = text.toLowerCase()
  if (!lower.startsWith('\\\\')) return null
  const end = lower.indexOf('\\', 2)
  const server = end < 0 ? lower.slice(2) : lower.slice(2, end)
  if (server === '') return null
  if (end < 0) return { server, share: '' }
  const next = lower.indexOf('\\', end + 1)
  return { server, share: next < 0 ? lower.slice(end + 1) : lower.slice(end + 1, next) }
}

/** Does a path match a pattern? A server matches by each of its names, as in host-names.ts. */
export function uncMatcher(pattern: UncPath, aliases: Aliases = new Map()): (path: string) => boolean {
  const names = withAliases(pattern.server, aliases)
  return (path) => {
    const found = uncPathOf(path)
    if (found === null || (pattern.share !== ANY && pattern.share !== found.share)) return false
    return pattern.server === ANY || names.some((name) => namesHost(name, found.server))
  }
}
