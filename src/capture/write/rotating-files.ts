/**
 * The files to which a live capture writes its packets: one pcapng file, or a ring of numbered ones. Files that it did not make are never overwritten or deleted. What
 * was flushed can be read, however the program ends, but only by the user who captured.
 */
import { statSync, unlinkSync } from 'node:fs'
import { format, parse } from 'node:path'
import { errorCode } from '../capture-error.ts'
import { type NewFile, NewFileError, openNewFile, PACKETS_MODE } from './new-file.ts'
import { PcapngWriter } from './pcapng-writer.ts'

export interface CaptureFilesOptions {
  path: string
  /**
   * No file grows beyond this, unless a single packet is larger; the files are then numbered, capture-00001.pcapng and so on. null: one file of exactly
   * the name `path`.
   */
  maxBytes: number | null
  /** How many numbered files are kept, including the current one: the oldest is deleted when there are more. null: all are kept. */
  maxFiles: number | null
  /** The writing program, such as "smblens 0.1.0". */
  application: string
  /** For the section header of each file; the number of its first frame is added. */
  comment?: string
}

/**
 * Each function throws NewFileError if a file cannot be created, written or deleted, but only once: the file then contains the complete blocks
 * before that, and later packets are not written.
 */
export interface CaptureFiles {
  /** Path of the file that is being written. */
  readonly current: string
  /**
   * @param bytes borrowed: the captured bytes are [start, start + captured)
   * @param original length on the wire
   * @param time microseconds since 1970 UTC
   * @param interfaceName for the interface block; each interface and link type has its own block
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
  /** Hands all packets so far to the operating system. Until then the newest are only in memory. */
  flush(): void
  /** Flushes and closes the file. */
  close(): void
}

/** Opens the first file. @throws NewFileError */
export function openCaptureFiles(options: CaptureFilesOptions): CaptureFiles {
  const { path, maxBytes, maxFiles } = options
  let number = 1
  let file = begin(maxBytes === null ? path : numbered(path, number), 1, options)
  const made = [file]
  let packets = 0
  let ended = false

  const nextFile = () => {
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
    if (ended) return
    try {
      work()
    } catch (error) {
      ended = true
      file.output.discard()
      throw error
    }
  }

  return {
    get current() {
      return file.path
    },
    // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
    packet: (bytes, start, captured, original, linkType, time, interfaceName) =>
      untilAnError(() => {
        const room = maxBytes ?? Number.POSITIVE_INFINITY
        if (file.writer.packets > 0 && bytesWith(file, captured, linkType, interfaceName) > room) nextFile()
        const id = interfaceIn(file, linkType, interfaceName)
        file.writer.packet({ interface: id, bytes, start, captured, original, time })
        packets++
      }),
    flush: () => untilAnError(() => file.writer.flush()),
    close: () =>
      untilAnError(() => {
        end(file)
        ended = true
      }),
  }
}

interface OpenFile {
  path: string
  /** Identify the file even when its name is given to another one. */
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
    // A full disk is reported now, and a file without packets is a valid capture.
    writer.flush()
    return { path, device, inode, output, writer, interfaces: new Map() }
  } catch (error) {
    output.discard()
    unlinkSync(path)
    throw error
  }
}

/** Null if the name is taken. */
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

/** Deletes a file of this capture, unless it is gone already or another one is in its place. */
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

/** The most bytes that the file can have with this packet: its block, and an interface block if there is none yet. */
function bytesWith({ writer, interfaces }: OpenFile, captured: number, linkType: number, name: string): number {
  const described = interfaces.get(name)?.has(linkType) === true
  return writer.bytes + 32 + captured + (-captured & 3) + (described ? 0 : 40 + 3 * name.length)
}

/** capture.pcapng, 1: capture-00001.pcapng. */
function numbered(path: string, number: number): string {
  const { dir, name, ext } = parse(path)
  return format({ dir, name: `${name}-${String(number).padStart(5, '0')}`, ext })
}
