/** What root may start: programs that nobody else can have put there, or can put another in the place of. */
import { realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writable by the group, and by everybody. */
const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002
/** In such a folder only its owner and a file's own owner can take a file away. */
const STICKY = 0o1000

/** The program itself, behind all links, where it and all folders above it are root's alone; null where they are not. */
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
