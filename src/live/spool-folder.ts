/**
 * A private folder for the packets of a live capture. Its name says which process made it, so that the next start can delete what a killed program
 * left behind, and nothing of a process that still runs.
 */
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasName } from '../base/error-name.ts'
import { errorCode } from '../capture/capture-error.ts'

/** The packets for the screen cannot be stored. The message is one line that says what to do. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError'

  static override [Symbol.hasInstance](value: unknown): value is SpoolError {
    return hasName(value, 'SpoolError')
  }

  /** @param cause an error of the system */
  constructor(folder: string, cause: unknown) {
    const remedy =
      errorCode(cause) === 'ENOSPC' || errorCode(cause) === 'EDQUOT'
        ? 'free some space, or set TMPDIR to another folder'
        : 'set TMPDIR to a folder that you may write to'
    super(`packets cannot be stored in ${folder} (${errorCode(cause) ?? 'unknown error'}): ${remedy}`, { cause })
  }
}

const NAME = /^smblens-spool-(\d+)-(\d+)-(\d+)-\w{6}$/

/** @throws SpoolError */
export function makeSpoolFolder(): string {
  const parent = tmpdir()
  sweepSpoolFolders(parent)
  const { pid } = process
  try {
    return mkdtempSync(join(parent, `smblens-spool-${namespaceOfIds()}-${pid}-${startOf(pid) ?? 0}-`))
  } catch (error) {
    if (errorCode(error) === null) throw error
    throw new SpoolError(parent, error)
  }
}

/**
 * Deletes the folders that this user's ended processes left there. No other user can have changed their contents, and a link in place of a folder is not
 * followed.
 */
export function sweepSpoolFolders(parent: string): void {
  for (const name of namesIn(parent)) {
    const match = NAME.exec(name)
    if (match === null) continue
    const [, namespace, pid, start] = match.map(Number)
    // In another container the same number means another process, and nothing here shows whether that one runs.
    if (namespace !== namespaceOfIds() || isRunning(pid!, start!)) continue
    const folder = join(parent, name)
    try {
      const stat = lstatSync(folder)
      if (stat.isDirectory() && stat.uid === process.getuid?.()) rmSync(folder, { recursive: true, force: true })
    } catch {
      // Another start may be deleting it, or it cannot be deleted. Nothing here depends on it.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The system reuses process ids: only with the same start time is it the same process. */
function isRunning(pid: number, start: number): boolean {
  const found = startOf(pid)
  if (found !== null) return found === start
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) !== 'ESRCH'
  }
}

/** The process's start in clock ticks since boot (proc(5), field 22); null if it is not known. */
function startOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the program is in parentheses, and may contain anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return null
  }
}

/** The number of the process id namespace; 0 if there are no namespaces. */
function namespaceOfIds(): number {
  try {
    return Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 0)
  } catch {
    return 0
  }
}
