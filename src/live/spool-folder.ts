/**
 * A folder of our own for the packets of a live capture. Its name says whose it is, so that what a killed program left behind goes when the next one
 * begins: folders of processes that still run are theirs.
 */
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasName } from '../base/error-name.ts'
import { errorCode } from '../capture/capture-error.ts'

/** There is no room for the packets that the screen shows. One line that says what to do. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError'

  static override [Symbol.hasInstance](value: unknown): value is SpoolError {
    return hasName(value, 'SpoolError')
  }

  /** @param cause an error of the system */
  constructor(folder: string, cause: unknown) {
    const remedy =
      errorCode(cause) === 'ENOSPC' || errorCode(cause) === 'EDQUOT'
        ? 'make room, or name another folder in TMPDIR'
        : 'name a folder in TMPDIR where you may write'
    super(`packets cannot be kept in ${folder} (${errorCode(cause) ?? 'unknown error'}): ${remedy}`, { cause })
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
 * Deletes what processes of this user left there that run no more. Nobody else can have changed what is in them, and a link in place of one is not
 * followed.
 */
export function sweepSpoolFolders(parent: string): void {
  for (const name of namesIn(parent)) {
    const match = NAME.exec(name)
    if (match === null) continue
    const [, namespace, pid, start] = match.map(Number)
    // In another container the same number is another process: whether that one runs is not known here.
    if (namespace !== namespaceOfIds() || isRunning(pid!, start!)) continue
    const folder = join(parent, name)
    try {
      const stat = lstatSync(folder)
      if (stat.isDirectory() && stat.uid === process.getuid?.()) rmSync(folder, { recursive: true, force: true })
    } catch {
      // Another start deletes it at the same moment, or it may not be deleted: this one does not need it gone.
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

/** The system gives process ids again: with its start it is the same one. */
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

/** In clock ticks since the system's start (proc(5), field 22); null where it is not told. */
function startOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the program stands in parentheses, and may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return null
  }
}

/** The number of the namespace that process ids are of; 0 where there are none. */
function namespaceOfIds(): number {
  try {
    return Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 0)
  } catch {
    return 0
  }
}
