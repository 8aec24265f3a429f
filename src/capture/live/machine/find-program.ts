/** Where programs of this machine are, and whether they may be started. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { trustedPath } from './trusted-path.ts'

/** Beside PATH: administrators' folders, which others than root rarely have in it. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

/** For programs that are asked something: they answer at once, or never. */
export const PROBE_LIMIT = { timeout: 5000, killSignal: 'SIGKILL' } as const

export interface Found {
  path: string
  /**
   * Why it must not be started, null where it may: it is not for this user to start, as dumpcap is often its group's alone; or this is root, and
   * others may change it or put another in its place.
   */
  unusable: 'not-executable' | 'replaceable' | null
}

/**
 * Null where it is not installed. Folders that are relative to where we happen to be are left out, and for root all in which others may write: what is
 * started holds rights.
 */
export function findProgram(name: 'tcpdump' | 'dumpcap' | 'id'): Found | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute), ...MORE_FOLDERS]
  const asRoot = process.getuid?.() === 0
  let found: Found | null = null
  for (const folder of folders) {
    const path = join(folder, name)
    if (!isFile(path)) continue
    const usable = asRoot ? trustedPath(path) : path
    if (usable !== null && mayExecute(usable)) return { path: usable, unusable: null }
    found ??= { path, unusable: usable === null ? 'replaceable' : 'not-executable' }
  }
  return found
}

/** Not to be seen, as in another user's folder, is not there. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
