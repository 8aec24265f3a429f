/**
 * What a live capture writes down: pcapng files of whole blocks, one or a ring of numbered ones. Nothing that was there before is written over or
 * deleted, whatever was flushed can be read, however the program ends, and nobody else may read it.
 */
import { statSync, unlinkSync } from 'node:fs'
import { format, parse } from 'node:path'
import { errorCode } from '../capture-error.ts'
import { type NewFile, NewFileError, openNewFile, PACKETS_MODE } from './new-file.ts'
import { PcapngWriter } from './pcapng-writer.ts'

export interface CaptureFilesOptions {
  path: string
  /**
   * No file grows beyond this, but where a single packet does: then `path` is numbered, capture-00001.pcapng and so on. null: one file of exactly
   * this name.
   */
  maxBytes: number | null
  /** Of numbered files, the one that is written included: beyond it the oldest is deleted. null: all are kept. */
  maxFiles: number | null
  /** Of the writing program, such as "smblens 0.1.0". */
  application: string
  /** For the head of each file, before its first frame number. */
  comment?: string
}

/**
 * Each of its functions throws NewFileError where a file cannot be made, written or deleted. It does so once: the file then holds what had been
 * written whole, and what follows is not written.
 */
export interface CaptureFiles {
  /** The file that is written now. */
  readonly current: string
  /**
   * @param bytes borrowed: the captured bytes are [start, start + captured)
   * @param original length on the wire
   * @param time microseconds since 1970 UTC
   * @param interfaceName of the interface block; packets of other interfaces or link types have their own
   */
  packet(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    linkType: number,
    time: number,
    interfaceName: string,
  ): void
  /** Hands all packets so far to the system. Until then the newest are in memory only. */
  flush(): void
  /** Flushes, and ends the file. */
  close(): void
}

/** Opens the first file. @throws NewFileError */
export function openCaptureFiles(options: CaptureFilesOptions): CaptureFiles {
  const { path, maxBytes, maxFiles } = options
  let number = 1
  let file = begin(maxBytes === null ? path : numbered(path, number), 1, options)
  const made = [file]
  let packets = 0
  let over = false

  const turn = () => {
    end(file)
    let next: OpenFile | null
    do next = beginUnlessTaken(numbered(path, ++number), packets + 1, options)
    while (next === null)
    file = next
    if (maxFiles === null) return
    made.push(file)
    while (made.length > maxFiles) remove(made.shift()!)
  }

  const untilAnError = (work: () => void) => {
    if (over) return
    try {
      work()
    } catch (error) {
      over = true
      file.output.discard()
      throw error
    }
  }

  return {
    get current() {
      return file.path
    },
    packet: (bytes, start, captured, original, linkType, time, interfaceName) =>
      untilAnError(() => {
        const room = maxBytes ?? Number.POSITIVE_INFINITY
        if (file.writer.packets > 0 && bytesWith(file, captured, linkType, interfaceName) > room) turn()
        const id = interfaceIn(file, linkType, interfaceName)
        file.writer.packet({ interface: id, bytes, start, captured, original, time })
        packets++
      }),
    flush: () => untilAnError(() => file.writer.flush()),
    close: () =>
      untilAnError(() => {
        end(file)
        over = true
      }),
  }
}

interface OpenFile {
  path: string
  /** What the system knows it by, whoever gives its name to something else. */
  device: bigint
  inode: bigint
  output: NewFile
  writer: PcapngWriter
  /** Numbers of interface blocks, by name and link type. */
  interfaces: Map<string, Map<number, number>>
}

function begin(path: string, firstFrame: number, { application, comment }: CaptureFilesOptions): OpenFile {
  const output = openNewFile(path, { place: 'direct', mode: PACKETS_MODE })
  try {
    const { dev: device, ino: inode } = statSync(path, { bigint: true })
    const frames = `frames from ${firstFrame} on`
    const writer = new PcapngWriter(output, {
      application,
      comment: comment === undefined ? frames : `${comment}, ${frames}`,
    })
    // A full disk is told now, and a file without packets is a capture too.
    writer.flush()
    return { path, device, inode, output, writer, interfaces: new Map() }
  } catch (error) {
    output.discard()
    unlinkSync(path)
    throw error
  }
}

/** Null where the name is somebody's. */
function beginUnlessTaken(path: string, firstFrame: number, options: CaptureFilesOptions): OpenFile | null {
  try {
    return begin(path, firstFrame, options)
  } catch (error) {
    if (error instanceof NewFileError && TAKEN.has(error.code)) return null
    throw error
  }
}

const TAKEN: ReadonlySet<string> = new Set(['exists', 'is-folder', 'not-a-file'])

function end({ writer, output }: OpenFile): void {
  writer.flush()
  output.finish()
}

/** Deletes a file of ours, unless somebody did so, or put another in its place. */
function remove({ path, device, inode }: OpenFile): void {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (found?.dev === device && found.ino === inode) unlinkSync(path)
  } catch (error) {
    const code = errorCode(error)
    if (code === null) throw error
    if (code === 'ENOENT') return
    const problem = `cannot be deleted to make room (${code}): name a folder where you may delete files`
    throw new NewFileError('no-permission', path, problem, error)
  }
}

function interfaceIn({ writer, interfaces }: OpenFile, linkType: number, name: string): number {
  const ofName = interfaces.get(name) ?? new Map<number, number>()
  const known = ofName.get(linkType)
  if (known !== undefined) return known
  const id = writer.addInterface({ linkType, name })
  interfaces.set(name, ofName.set(linkType, id))
  return id
}

/** What the file would have with this packet, at most: its block, and that of its interface where there is none yet. */
function bytesWith({ writer, interfaces }: OpenFile, captured: number, linkType: number, name: string): number {
  const described = interfaces.get(name)?.has(linkType) === true
  return writer.bytes + 32 + captured + (-captured & 3) + (described ? 0 : 40 + 3 * name.length)
}

/** capture.pcapng, 1: capture-00001.pcapng. */
function numbered(path: string, number: number): string {
  const { dir, name, ext } = parse(path)
  return format({ dir, name: `${name}-${String(number).padStart(5, '0')}`, ext })
}
