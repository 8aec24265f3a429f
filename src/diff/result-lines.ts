/** The bytes of a result -> its records, one at a time: ndjson, and the document of `-f json`, as smblens writes it or laid out again. */
import { ResultError } from './result.ts'

/** Bytes of a line. A record of smblens has a few thousand. */
const LONGEST_LINE = 32 * 1024 * 1024
/** Bytes of a document that is not laid out as smblens does it: it must be read as a whole. */
const LARGEST_DOCUMENT = 64 * 1024 * 1024

const LF = 0x0a

/** As src/report/formats/json.ts writes the first line and the last. */
const HEAD = /^\{"schemaVersion":\d+,"records":\[$/
const TAIL = ']}'

type Layout = 'unknown' | 'lines' | 'document' | 'ended' | 'whole'

export class ResultLines {
  private readonly path: string
  private readonly take: (record: unknown, line: number | null) => void
  private readonly decoder = new TextDecoder()
  private layout: Layout = 'unknown'
  private number = 0
  /** The beginning of a line whose end has not come. */
  private held: Uint8Array[] = []
  private heldBytes = 0
  private whole: string[] = []
  private wholeBytes = 0
  /** Of the document, where it says so. */
  schemaVersion: unknown = null

  /** @param take called with each record, and its line where it has one of its own */
  constructor(path: string, take: (record: unknown, line: number | null) => void) {
    this.path = path
    this.take = take
  }

  push(chunk: Uint8Array): void {
    if (this.number === 0 && this.heldBytes === 0) this.refuseOtherFiles(chunk)
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      this.line(chunk.subarray(start, end))
      start = end + 1
    }
    if (start === chunk.length) return
    this.heldBytes += chunk.length - start
    if (this.heldBytes > LONGEST_LINE) throw this.tooLong()
    this.held.push(chunk.slice(start))
  }

  finish(): void {
    if (this.heldBytes > 0) this.line(new Uint8Array(0))
    if (this.layout === 'unknown') throw new ResultError(this.path, null, 'the file is empty')
    if (this.layout === 'document') throw this.error('the document ends early: it was cut. Make the result again')
    if (this.layout === 'whole') this.document(this.parse(this.whole.join('\n')), null)
  }

  private line(end: Uint8Array): void {
    this.number++
    if (this.heldBytes + end.length > LONGEST_LINE) throw this.tooLong()
    const bytes = this.heldBytes === 0 ? end : joined([...this.held, end])
    this.held = []
    this.heldBytes = 0
    const text = this.decoder.decode(bytes).trim()
    if (text !== '') this.text(text, bytes.length)
  }

  private text(text: string, bytes: number): void {
    switch (this.layout) {
      case 'unknown':
        this.first(text, bytes)
        break
      case 'lines':
        this.take(this.parse(text), this.number)
        break
      case 'document':
        if (text === TAIL) this.layout = 'ended'
        else this.take(this.parse(text.endsWith(',') ? text.slice(0, -1) : text), this.number)
        return
      case 'ended':
        throw this.error('something follows the end of the document')
      case 'whole':
        this.gather(text, bytes)
        break
    }
  }

  /** The first line that is not empty shows the layout. */
  private first(text: string, bytes: number): void {
    if (HEAD.test(text)) {
      this.layout = 'document'
      this.schemaVersion = (this.parse(`${text}]}`) as { schemaVersion: unknown }).schemaVersion
      return
    }
    // The beginning of a document that jq or an editor laid out again.
    if (text.startsWith('{') && !text.includes('}')) {
      this.layout = 'whole'
      this.gather(text, bytes)
      return
    }
    this.layout = 'lines'
    const value = this.parse(text)
    if (isDocument(value)) {
      this.document(value, this.number)
      this.layout = 'ended'
    } else this.take(value, this.number)
  }

  private gather(text: string, bytes: number): void {
    this.wholeBytes += bytes
    if (this.wholeBytes > LARGEST_DOCUMENT) {
      const most = LARGEST_DOCUMENT / 1024 / 1024
      throw this.error(
        `a document of more than ${most} MB can be read only as smblens writes it: use -f ndjson, or do not lay it out again`,
      )
    }
    this.whole.push(text)
  }

  private document(value: unknown, line: number | null): void {
    if (!isDocument(value)) throw new ResultError(this.path, line, 'this is JSON, but no result of smblens')
    this.schemaVersion = value.schemaVersion
    for (const record of value.records) this.take(record, line)
  }

  private parse(text: string): unknown {
    try {
      return JSON.parse(text)
    } catch {
      throw this.layout === 'whole'
        ? new ResultError(
            this.path,
            null,
            'this is not JSON, or it was cut: use a result of smblens, -f json or ndjson',
          )
        : this.error('this is not JSON: the file was cut or damaged, or it is no result of smblens (-f json or ndjson)')
    }
  }

  /** What people name by mistake, by its first bytes. */
  private refuseOtherFiles(bytes: Uint8Array): void {
    const problem = OTHER_FILES.find(([starts]) => starts.some((start) => start.every((byte, i) => bytes[i] === byte)))
    if (problem !== undefined) throw new ResultError(this.path, null, problem[1])
  }

  private tooLong(): ResultError {
    return new ResultError(
      this.path,
      this.number + 1,
      'the line is too long: this is no result of smblens as it writes it',
    )
  }

  private error(problem: string): ResultError {
    return new ResultError(this.path, this.number, problem)
  }
}

const CAPTURE_STARTS = [
  [0xd4, 0xc3, 0xb2, 0xa1],
  [0xa1, 0xb2, 0xc3, 0xd4],
  [0x4d, 0x3c, 0xb2, 0xa1],
  [0xa1, 0xb2, 0x3c, 0x4d],
  [0x0a, 0x0d, 0x0d, 0x0a],
]

const OTHER_FILES: readonly (readonly [starts: readonly (readonly number[])[], problem: string])[] = [
  [CAPTURE_STARTS, 'this is a capture: compare results, made with smblens scan -f ndjson -o FILE'],
  [[[0x1f, 0x8b]], 'the file is compressed: unpack it first'],
  [
    [
      [0xff, 0xfe],
      [0xfe, 0xff],
    ],
    'the text is UTF-16, as PowerShell writes it with >: let smblens write the file, with -o',
  ],
]

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function isDocument(value: unknown): value is { schemaVersion: unknown; records: unknown[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'records' in value &&
    Array.isArray(value.records) &&
    'schemaVersion' in value
  )
}
