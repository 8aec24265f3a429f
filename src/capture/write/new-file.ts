/**
 * Opens a new file to write: no file is overwritten unless the caller asks for that, and an input never is. A program that ends early should call
 * `discard`.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { hasName } from '../../base/error-name.ts'
import { errorCode } from '../capture-error.ts'
import { recognise } from '../format/detect.ts'
import { FOREIGN_BYTES } from '../format/foreign.ts'
import { detectCompression } from '../unpack/compressions.ts'

export type NewFileErrorCode =
  | 'exists'
  | 'is-folder'
  | 'is-input'
  | 'is-capture'
  | 'not-a-file'
  | 'no-folder'
  | 'no-permission'
  | 'no-space'
  | 'unwritable'

/** For packets: passwords can be guessed from what they contain. */
export const PACKETS_MODE = 0o600

/** The file cannot or must not be written. The message is one line that names it and says what to do; names in it are not escaped. */
export class NewFileError extends Error {
  override readonly name = 'NewFileError'

  static override [Symbol.hasInstance](value: unknown): value is NewFileError {
    return hasName(value, 'NewFileError')
  }
  readonly code: NewFileErrorCode
  readonly path: string

  constructor(code: NewFileErrorCode, path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.path = path
  }
}

export interface NewFileOptions {
  /**
   * What may be replaced. true: any file of this name. 'reports': any file but those that contain packets or may, so no capture of any format, plain or
   * packed. The new file keeps the mode and the owner of the one that it replaces, and a link stays a link.
   */
  overwrite?: boolean | 'reports'
  /** Paths of files that are being read: none of them is replaced, even with `overwrite`. */
  inputs?: readonly string[]
  /**
   * beside (the default): the file is written under another name and gets its own when it is complete. direct: it has its own name from the start, for
   * what is written as it arrives.
   */
  place?: 'beside' | 'direct'
  /** Permission bits; default 0o666. The user's umask removes some. */
  mode?: number
}

export interface NewFile {
  /** Writes all of `bytes`, or throws NewFileError and writes none of them. */
  write(bytes: Uint8Array): void
  /** Everything was written: the file gets its name. Where that fails, it throws NewFileError and leaves nothing behind. */
  finish(): void
  /** Leaves nothing behind, except what was written under the file's own name; does nothing after `finish`. */
  discard(): void
}

/** @throws NewFileError */
export function openNewFile(path: string, options: NewFileOptions = {}): NewFile {
  const { overwrite = false, inputs = [], place = 'beside', mode = 0o666 } = options
  try {
    const existing = statSync(path, { throwIfNoEntry: false })
    if (existing !== undefined) refuse(path, existing, overwrite, inputs)
    else if (overwrite === false && lstatSync(path, { throwIfNoEntry: false })) throw exists(path)
    if (place === 'direct') return direct(path, overwrite !== false, mode)
    return beside(path, linkEnd(path), existing, overwrite !== false, mode)
  } catch (error) {
    throw asNewFileError(path, error)
  }
}

function refuse(
  path: string,
  existing: Stats,
  overwrite: NewFileOptions['overwrite'],
  inputs: readonly string[],
): void {
  if (existing.isDirectory()) throw new NewFileError('is-folder', path, 'is a folder: name a file in it')
  if (!existing.isFile()) throw new NewFileError('not-a-file', path, 'is a device or a pipe: name a file')
  for (const input of inputs) {
    const stats = input === '-' ? undefined : statSync(input, { throwIfNoEntry: false })
    if (stats?.dev === existing.dev && stats.ino === existing.ino) {
      throw new NewFileError('is-input', path, 'is one of the captures that are read: name another file')
    }
  }
  if (!overwrite) throw exists(path)
  // Renaming needs the right to write to the folder only, but a write-protected file must not be replaced.
  accessSync(path, constants.W_OK)
  if (overwrite === 'reports' && mayHoldPackets(path))
    throw new NewFileError('is-capture', path, 'is a capture itself: name another file')
}

/** Is this regular file a capture of any format, or may it be? Packed files may. @throws an error of the system if it cannot be read */
export function mayHoldPackets(path: string): boolean {
  const descriptor = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(FOREIGN_BYTES)
    const head = bytes.subarray(0, readSync(descriptor, bytes, 0, FOREIGN_BYTES, 0))
    if (detectCompression(head, 0, head.length)) return true
    const { kind } = recognise(head, path)
    return kind === 'capture' || kind === 'foreign'
  } finally {
    closeSync(descriptor)
  }
}

const MAX_LINKS = 40

/** The path that the links lead to. There may be no file at that path yet. */
function linkEnd(path: string): string {
  let end = resolve(path)
  for (let links = 0; links < MAX_LINKS; links++) {
    end = join(realpathSync(dirname(end)), basename(end))
    if (!lstatSync(end, { throwIfNoEntry: false })?.isSymbolicLink()) return end
    end = resolve(dirname(end), readlinkSync(end))
  }
  throw new NewFileError('unwritable', path, 'is a circular link: name another file')
}

function direct(path: string, overwrite: boolean, mode: number): NewFile {
  const descriptor = openSync(path, overwrite ? 'w' : 'wx', mode)
  let open = true
  let length = 0
  const end = () => {
    if (open) closeSync(descriptor)
    open = false
  }
  return {
    write(bytes) {
      try {
        writeAll(path, descriptor, bytes)
      } catch (error) {
        takeBack(descriptor, length)
        throw error
      }
      length += bytes.length
    },
    finish: end,
    discard: end,
  }
}

/** A full disk takes only part of a write: that part is removed, so that readers find complete pieces only. */
function takeBack(descriptor: number, length: number): void {
  try {
    ftruncateSync(descriptor, length)
  } catch {
    // The error before this one is the one that is reported.
  }
}

let made = 0

/** @param replaced the file that is at `target` now: the new one gets its permissions instead of `mode` */
function beside(path: string, target: string, replaced: Stats | undefined, overwrite: boolean, mode: number): NewFile {
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.${++made}.tmp`)
  const descriptor = openSync(temporary, 'wx', replaced ? 0o600 : mode)
  if (replaced) keepRights(descriptor, replaced)
  let open = true
  const close = () => {
    open = false
    closeSync(descriptor)
  }
  return {
    write: (bytes) => writeAll(path, descriptor, bytes),
    finish() {
      if (!open) return
      close()
      try {
        if (overwrite) renameSync(temporary, target)
        else takeName(temporary, target)
      } catch (error) {
        unlinkSync(temporary)
        throw asNewFileError(path, error)
      }
    },
    discard() {
      if (!open) return
      close()
      unlinkSync(temporary)
    },
  }
}

/** Mode and owner as the replaced file had them. Where the group cannot be kept, the other group gets no more rights than everybody. */
function keepRights(descriptor: number, { mode, uid, gid }: Stats): void {
  let kept = mode & 0o777
  const made = fstatSync(descriptor)
  if (made.uid !== uid || made.gid !== gid) {
    try {
      fchownSync(descriptor, uid, gid)
    } catch {
      if (made.gid !== gid) kept = (kept & 0o707) | ((kept & 0o007) << 3)
    }
  }
  fchmodSync(descriptor, kept)
}

/** A link is made only if the name is free, which renaming does not guarantee; some file systems have no links. */
function takeName(temporary: string, target: string): void {
  try {
    linkSync(temporary, target)
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || existsSync(target)) throw exists(target)
    renameSync(temporary, target)
    return
  }
  unlinkSync(temporary)
}

function writeAll(path: string, descriptor: number, bytes: Uint8Array): void {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written)
  } catch (error) {
    throw asNewFileError(path, error)
  }
}

function exists(path: string): NewFileError {
  return new NewFileError('exists', path, 'exists already: name another file')
}

function asNewFileError(path: string, error: unknown): unknown {
  if (error instanceof NewFileError) return error
  const code = errorCode(error)
  switch (code) {
    case null:
      return error
    case 'EEXIST':
      return exists(path)
    case 'ENOENT':
    case 'ENOTDIR':
      return new NewFileError('no-folder', path, 'its folder does not exist: create it first', error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new NewFileError(
        'no-permission',
        path,
        'permission denied: name a file in a folder that you may write to',
        error,
      )
    case 'ENOSPC':
    case 'EDQUOT':
      return new NewFileError('no-space', path, 'the disk is full: make room, or name another place', error)
    default:
      return new NewFileError('unwritable', path, `cannot be written (${code}): name another file`, error)
  }
}
