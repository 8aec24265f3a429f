/** Which programs root may start: those that no other user can have put there or can replace. */
import { realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Mode bits: writable by the group, and by everybody. */
const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002
/** In such a folder only its owner and the owner of a file can remove that file. */
const STICKY = 0o1000

/** The program itself, with all links resolved, if only root can write to it and to all folders above it; null otherwise. */
export function trustedPath(path: string): string | null {
  try {
    const real = realpathSync(path)
    for (let at = real; ; at = dirname(at)) {
      if (!isRootsAlone(statSync(at))) return null
      if (at === dirname(at)) return real
    }
  } catch {
    return null
  }
}

function isRootsAlone(stat: Stats): boolean {
  if (stat.uid !== 0) return false
  const written = (stat.mode & OTHERS_WRITE) !== 0 || ((stat.mode & GROUP_WRITES) !== 0 && stat.gid !== 0)
  return !written || (stat.isDirectory() && (stat.mode & STICKY) !== 0)
}
