/** Runs one capture through the engine, from its bytes to every kind of report. */
import { Readable } from 'node:stream'
import type { CaptureSummary, Finding, Limits, PlainLedger, Report, ScanRecord, SmbMessage } from './engine.ts'

export type Engine = typeof import('./engine.ts')

/** The same in every run: nothing about the machine gets into records. */
export const CAPTURE_NAME = 'fuzz.pcap'

export interface Reading {
  limits: Partial<Limits>
  /** Where the bytes of a stream are cut; without it they come in one piece. */
  cuts: readonly number[]
  /** Read from this file, and not from a stream. */
  file: string | null
  /** Frames are passed on in separate memory, which is overwritten after the call. */
  borrowed: boolean
  /** Every format, not only ndjson. */
  everyFormat: boolean
}

export interface Outcome {
  /** The code of a CaptureError, and then everything else is empty. Any other error is thrown. */
  error: { code: string; message: string } | null
  summary: CaptureSummary | null
  ledger: PlainLedger
  findings: Finding[]
  records: ScanRecord[]
  rows: SmbMessage[]
  frames: Frames
  texts: Texts
  report: Report | null
  /** Time for reading, tracking, auditing and writing. */
  milliseconds: number
}

/** What the tracker was given. */
export interface Frames {
  count: number
  bytes: number
  /** By frame number. */
  times: number[]
  /** What was wrong with the delivery of a frame. */
  wrong: string | null
}

export interface Texts {
  ndjson: string
  rows: string
  json: string
  csv: string
  table: string
  colored: string
  rowTable: string
}

const NO_TEXTS: Texts = { ndjson: '', rows: '', json: '', csv: '', table: '', colored: '', rowTable: '' }

export const TABLE_WIDTH = 80
export const NARROW_WIDTH = 43

export async function run(engine: Engine, bytes: Uint8Array, reading: Reading): Promise<Outcome> {
  const started = performance.now()
  const rowText = textSink()
  const rowTable = textSink()
  const rows: SmbMessage[] = []
  const asNdjson = engine.messagesAsNdjson(rowText)
  const asTable = reading.everyFormat ? engine.messagesAsTable(rowTable) : null
  const messages = {
    message(row: SmbMessage): void {
      asNdjson.message(row)
      asTable?.message(row)
      rows.push(row)
    },
  }
  const tracker = new engine.Tracker(CAPTURE_NAME, { limits: reading.limits, messages })
  const frames: Frames = { count: 0, bytes: 0, times: [], wrong: null }
  const sink = watched(tracker, frames, reading.borrowed)
  let summary: CaptureSummary
  try {
    summary =
      reading.file === null
        ? await engine.readCaptureStream(Readable.from(piecesAt(bytes, reading.cuts)), CAPTURE_NAME, sink)
        : await engine.readCapture(reading.file, sink)
  } catch (error) {
    if (!(error instanceof engine.CaptureError)) throw error
    return {
      error: { code: error.code, message: error.message.replace(reading.file ?? CAPTURE_NAME, CAPTURE_NAME) },
      summary: null,
      ledger: engine.emptyLedger(),
      findings: [],
      records: [],
      rows,
      frames,
      texts: NO_TEXTS,
      report: null,
      milliseconds: performance.now() - started,
    }
  }
  const ledger = engine.plainLedger(engine.mergeLedgers(tracker.finish(summary)))
  const policy = engine.defaultPolicy(engine.createNetworks())
  const findings = engine.audit(ledger, { policy })
  const rest = { findingsHidden: 0, inputsUnread: 0, rules: engine.RULES, durationMs: 0 }
  const report: Report = { ledger, policy, findings, ...rest }
  const records = [...engine.scanRecords(report)]
  const texts = {
    ...NO_TEXTS,
    ndjson: textOf((to) => engine.writeNdjson(records, to)),
    rows: rowText.text(),
    rowTable: rowTable.text(),
    ...(reading.everyFormat ? otherTexts(engine, report, records) : {}),
  }
  const milliseconds = performance.now() - started
  return { error: null, summary, ledger, findings, records, rows, frames, texts, report, milliseconds }
}

function otherTexts(engine: Engine, report: Report, records: ScanRecord[]): Partial<Texts> {
  return {
    json: textOf((to) => engine.writeJson(records, to)),
    csv: textOf((to) => engine.writeCsv(engine.findingRecords(report), to)),
    table: textOf((to) => engine.writeTable(report, to, { width: TABLE_WIDTH, color: false })),
    colored: textOf((to) => engine.writeTable(report, to, { width: NARROW_WIDTH, color: true })),
  }
}

type FrameSink = InstanceType<Engine['Tracker']>

/** Checks every frame before it is passed on. */
function watched(tracker: FrameSink, frames: Frames, borrowed: boolean): Pick<FrameSink, 'frame'> {
  let memory = new Uint8Array(0)
  let last = 0
  const wrong = (what: string): void => {
    frames.wrong ??= what
  }
  return {
    frame(bytes, start, captured, original, linkType, time, number) {
      if (start < 0 || captured < 0 || start + captured > bytes.length) wrong('a frame is outside of its memory')
      if (original < captured) wrong('a frame has more bytes than were on the wire')
      if (number <= last) wrong('frame numbers do not rise')
      if (!Number.isSafeInteger(time)) wrong('a time is no whole number')
      last = number
      frames.count++
      frames.bytes += captured
      frames.times[number] = time
      if (!borrowed) {
        tracker.frame(bytes, start, captured, original, linkType, time, number)
        return
      }
      if (memory.length < captured + 128) memory = new Uint8Array(captured * 2 + 128)
      memory.set(bytes.subarray(start, start + captured), 61)
      tracker.frame(memory, 61, captured, original, linkType, time, number)
      memory.fill(0xee, 61, 61 + captured)
    },
  }
}

function* piecesAt(bytes: Uint8Array, cuts: readonly number[]): Generator<Uint8Array> {
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    const to = Math.min(cut, bytes.length)
    if (to > from) yield bytes.subarray(from, to)
    from = Math.max(from, to)
  }
}

function textSink(): { write(text: string): void; text(): string } {
  const parts: string[] = []
  return { write: (text) => parts.push(text), text: () => parts.join('') }
}

function textOf(write: (sink: { write(text: string): void }) => void): string {
  const sink = textSink()
  write(sink)
  return sink.text()
}
