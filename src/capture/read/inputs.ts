/** Expands what was named on the command line into a list of captures to read. */
import type { Dirent } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { CaptureError, errorCode, systemError } from '../capture-error.ts'
import { type OtherKind, recognise } from '../format/detect.ts'
import { FOREIGN_BYTES } from '../format/foreign.ts'
import { CAPTURE_FORMATS, namesOf } from '../format/formats.ts'
import { unpackHead } from '../unpack/compression.ts'
import { COMPRESSIONS, detectCompression } from '../unpack/compressions.ts'
import type { ReadableKinds } from './readable-kinds.ts'

export interface Inputs {
  /** Paths for readCapture in the order in which they were named, those of a folder sorted by name; no file twice. */
  files: string[]
  /** Names that are not inputs, and files in folders that contain packets, or may, and cannot be read. */
  errors: CaptureError[]
  /** Files in folders that contain no packets, such as notes and pictures. */
  leftOut: LeftOut[]
}

export interface LeftOut {
  /** As the user named it. */
  folder: string
  /** How many of each kind there are in it and below. */
  kinds: Map<OtherKind, number>
}

/** Enough for the header of a packed file and the first of what is in it. */
const HEAD_BYTES = FOREIGN_BYTES
/** Files of a folder that are opened at the same time. */
const BATCH = 32

/**
 * Turns what a user names into captures: files, folders with all below them, patterns that the shell did not expand, and '-' for standard input.
 *
 * A file that is named is always an input: readCapture reports if it is not a capture. In folders, hidden files and symbolic links included, the
 * bytes decide: files without packets are left out and counted; captures in a format that is not read, and files that may contain captures, are
 * errors; a folder without any capture is an error.
 */
export async function expandInputs(paths: readonly string[], kinds: ReadableKinds = {}): Promise<Inputs> {
  const expansion = new Expansion(kinds)
  for (const path of paths) await expansion.add(path)
  const { files, errors, leftOut } = expansion
  return { files, errors, leftOut }
}

type Kind = 'capture' | 'folder' | 'no-file' | OtherKind | CaptureError

class Expansion {
  readonly files: string[] = []
  readonly errors: CaptureError[] = []
  readonly leftOut: LeftOut[] = []
  /** Of the folder that is being searched. */
  private kinds = new Map<OtherKind, number>()
  /** Real paths of the inputs so far: a link and its target, or a file and its folder, are read once. */
  private readonly seen = new Set<string>()
  /** Captures found in and below each folder, by its real path. */
  private readonly folders = new Map<string, number>()
  private readonly readable: Required<ReadableKinds>

  constructor({ formats = CAPTURE_FORMATS, compressions = COMPRESSIONS }: ReadableKinds) {
    this.readable = { formats, compressions }
  }

  async add(path: string): Promise<void> {
    if (path === '-') {
      if (this.isNew('-')) this.files.push('-')
      else this.errors.push(new CaptureError('repeated-stdin', '-', 'can be read only once: give - once'))
      return
    }
    try {
      if ((await stat(path)).isDirectory()) await this.addNamedFolder(path)
      else if (this.isNew(await identity(path))) this.files.push(path)
    } catch (error) {
      if (errorCode(error) === 'ENOENT' && isPattern(path)) await this.addPattern(path)
      else this.errors.push(systemError(path, error))
    }
  }

  private async addPattern(pattern: string): Promise<void> {
    const { glob } = await import('tinyglobby')
    const slashed = sep === '\\' ? pattern.replaceAll('\\', '/') : pattern
    const found = await glob(slashed, { absolute: true, dot: true, expandDirectories: false, onlyFiles: false })
    if (found.length === 0)
      this.errors.push(new CaptureError('no-match', pattern, 'matches no file: check the pattern'))
    for (const path of found.sort()) await this.add(path)
  }

  private async addNamedFolder(folder: string): Promise<void> {
    const errorsBefore = this.errors.length
    this.kinds = new Map()
    const captures = await this.addFolder(folder)
    if (this.kinds.size > 0) this.leftOut.push({ folder, kinds: this.kinds })
    if (captures > 0 || this.errors.length > errorsBefore) return
    const problem = `contains no capture: give a folder with ${namesOf(this.readable.formats)} files`
    this.errors.push(new CaptureError('no-captures', folder, problem))
  }

  /** How many captures are in and below it, including those that are inputs already. */
  private async addFolder(folder: string): Promise<number> {
    const id = await identity(folder)
    const known = this.folders.get(id)
    if (known !== undefined) return known
    this.folders.set(id, 0)
    let entries: Dirent[]
    try {
      entries = await readdir(folder, { withFileTypes: true })
    } catch (error) {
      this.errors.push(systemError(folder, error))
      return 0
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    let captures = 0
    for (let i = 0; i < entries.length; i += BATCH) {
      const batch = entries.slice(i, i + BATCH)
      const kinds = await Promise.all(batch.map((entry) => this.kindOf(join(folder, entry.name), entry)))
      for (const [j, kind] of kinds.entries()) {
        const path = join(folder, batch[j]!.name)
        if (kind === 'folder') captures += await this.addFolder(path)
        else if (kind === 'capture') {
          captures++
          if (this.isNew(await identity(path))) this.files.push(path)
        } else if (kind instanceof CaptureError) this.errors.push(kind)
        else if (kind !== 'no-file') this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1)
      }
    }
    this.folders.set(id, captures)
    return captures
  }

  private async kindOf(path: string, entry: Dirent): Promise<Kind> {
    try {
      const what = entry.isSymbolicLink() ? await stat(path) : entry
      if (what.isDirectory()) return 'folder'
      // Pipes and devices are not opened: opening them may wait forever.
      return what.isFile() ? await this.kindOfFile(path) : 'no-file'
    } catch (error) {
      const gone = errorCode(error) === 'ENOENT' || errorCode(error) === 'ELOOP'
      return gone ? 'no-file' : systemError(path, error)
    }
  }

  private async kindOfFile(path: string): Promise<Kind> {
    const { formats, compressions } = this.readable
    const head = await readHead(path)
    const compression = detectCompression(head, 0, head.length, compressions)
    const inside = compression ? await unpackHead(compression, head, FOREIGN_BYTES) : head
    // A packed file that is damaged from its start may be a capture: reading it reports what is wrong.
    if (inside === null) return 'capture'
    const found = recognise(inside, path, formats)
    return found.kind === 'foreign' ? new CaptureError(found.code, path, found.problem) : found.kind
  }

  private isNew(id: string): boolean {
    if (this.seen.has(id)) return false
    this.seen.add(id)
    return true
  }
}

function isPattern(path: string): boolean {
  return /[*?[{]/.test(path)
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const head = new Uint8Array(HEAD_BYTES)
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0)
    return head.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The path with all links resolved; pipes of the shell (/dev/fd/63) have no such path. */
async function identity(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    return resolve(path)
  }
}
