/** Finds programs on this machine, and checks whether they may be started. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { trustedPath } from './trusted-path.ts'

/** Searched after PATH: folders for administrators, which are rarely in the PATH of other users. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

/** For programs that are queried: they respond at once, or never. */
export const PROBE_LIMIT = { timeout: 5000, killSignal: 'SIGKILL' } as const

export interface Found {
  path: string
  /**
   * Why it must not be started; null if it may be. `not-executable`: this user may not, as often only a group may start dumpcap. `replaceable`: this
   * is root, and others may change the program or replace it.
   */
  unusable: 'not-executable' | 'replaceable' | null
}

/**
 * Null if it is not installed. Relative folders in PATH are skipped, and root takes nothing from a folder in which others may write: the program
 * gets rights.
 *
 * @param name one of the program's own constants, never external input
 */
export function findProgram(name: string): Found | null {
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

/** The path of a program to start. If it must not be started, a path that does not exist: starting it fails, and the error names it. */
export function pathToStart(name: string): string {
  const found = findProgram(name)
  return found?.unusable === null ? found.path : `/nowhere/${name}`
}

/** Why root does not start a `replaceable` program, and what to do about it. */
export function replaceableText(path: string): string {
  return `root does not start ${path}, which others may change: only root may own and write to it and its folders`
}

/** Also false for a file that cannot be seen, such as one in another user's folder. */
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
