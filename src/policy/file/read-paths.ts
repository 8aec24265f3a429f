/** UNC patterns in a policy file, and the section `unc-paths`: what access to each must have. */
import { isHostName } from '../host-names.ts'
import { parseAddress } from '../networks.ts'
import { uncPathOf } from '../unc-pattern.ts'
import { type PolicyField, type PolicyText, readBoolean, readEntries, readKeys } from './fields.ts'
import type { HardenedPathDocument } from './policy-document.ts'
import type { Problems } from './problems.ts'

const KEYS = ['mutual-authentication', 'integrity', 'privacy'] as const

/** The patterns of the file, beside those that Windows hardens by itself: an entry for one of these replaces it. */
export function readHardenedPaths(
  field: PolicyField | undefined,
  defaults: readonly HardenedPathDocument[],
  problems: Problems,
): HardenedPathDocument[] {
  const paths = new Map(defaults.map((path) => [path.pattern.toLowerCase(), path]))
  if (field === undefined) return [...paths.values()]
  const given = new Set<string>()
  for (const entry of readEntries(field, 'paths', problems)) {
    const keys = readKeys(entry, KEYS, problems)
    const path = {
      mutualAuthentication: readBoolean(keys['mutual-authentication'], problems) ?? false,
      integrity: readBoolean(keys.integrity, problems) ?? false,
      privacy: readBoolean(keys.privacy, problems) ?? false,
    }
    const pattern = readPattern({ path: entry.path, text: entry.key, at: entry.at }, problems)
    if (pattern === null) continue
    const name = pattern.toLowerCase()
    if (given.has(name)) problems.add(entry.at, entry.path, 'this path is here twice, and case makes no difference')
    given.add(name)
    if (Object.keys(keys).length === 0) {
      problems.add(entry.at, entry.path, `say what it needs: ${KEYS.join(', ')}`)
    }
    paths.set(name, { pattern, ...path })
  }
  return [...paths.values()]
}

/** @returns \\server\share as it was written, either of which may be "*"; null where it is no such pattern */
export function readPattern({ text, path, at }: PolicyText, problems: Problems): string | null {
  const parts = uncPathOf(text)
  if (parts === null) {
    const advice = /^\\[^\\]/.test(text)
      ? 'two backslashes must be in front; in double quotes each is written twice'
      : ''
    problems.add(at, path, `"${text}" is no UNC path: ${advice || 'write it as \\\\server\\share'}`)
    return null
  }
  const { server, share } = parts
  if (text.length > 2 + server.length + 1 + share.length) {
    problems.add(at, path, `write the share without what follows it: \\\\${server}\\${share}`)
    return null
  }
  if (share === '' || (share.includes('*') && share !== '*')) {
    problems.add(at, path, `the share must be a name or *: \\\\${server}\\share`)
    return null
  }
  if (server !== '*' && !isHostName(server) && parseAddress(server) === null) {
    problems.add(at, path, `"${server}" is no server: write a name, *.domain, an address or *`)
    return null
  }
  return text
}
