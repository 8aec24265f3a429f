/** What a line on a capture program's standard error tells us. */
import type { CaptureProgram } from '../request/live-capture.ts'
import type { CaptureStartErrorCode } from '../request/start-error.ts'

/** Counts of one run, from its start. */
export interface Figures {
  received: number
  /** Of these, the ones that the program has read; only tcpdump tells. */
  taken?: number
  droppedByKernel: number | null
  droppedByInterface: number | null
}

export type Said =
  /** The interface is open, packets come. */
  | { kind: 'ready' }
  | { kind: 'figures'; figures: Figures }
  /** Some of the figures, on a line of their own. */
  | { kind: 'part'; figures: Partial<Figures> }
  | { kind: 'error'; code: CaptureStartErrorCode; text: string }

/** Null for what tells nothing. */
export function readWords(program: CaptureProgram, line: string): Said | null {
  return READERS[program](line)
}

const READERS: Record<CaptureProgram, (line: string) => Said | null> = { tcpdump, dumpcap, cap }

const PACKETS = '(\\d+) packets?'

/**
 * tcpdump 4.99.3 (and 4.9): counts in one line when it is asked (SIGUSR1), one a line at its end. Drops of the interface are only said where there
 * are some.
 */
const TCPDUMP_ASKED = new RegExp(
  `^tcpdump: ${PACKETS} captured, ${PACKETS} received by filter, ${PACKETS} dropped by kernel(?:, ${PACKETS} dropped by interface)?$`,
)
const TCPDUMP_AT_END = new RegExp(`^${PACKETS} (captured|received by filter|dropped by kernel|dropped by interface)$`)

function tcpdump(line: string): Said | null {
  if (/^tcpdump: listening on .*, link-type /.test(line)) return { kind: 'ready' }
  const asked = TCPDUMP_ASKED.exec(line)
  if (asked !== null) {
    const [, taken, received, dropped, byInterface = '0'] = asked
    return {
      kind: 'figures',
      figures: {
        received: Number(received),
        taken: Number(taken),
        droppedByKernel: Number(dropped),
        droppedByInterface: Number(byInterface),
      },
    }
  }
  const atEnd = TCPDUMP_AT_END.exec(line)
  if (atEnd !== null) return tcpdumpPart(Number(atEnd[1]), atEnd[2]!)
  const error = /^tcpdump: (?!verbose output suppressed|WARNING: )(.+)$/.exec(line)
  if (error === null) return null
  const text = error[1]!
  if (/permission|not permitted/i.test(text)) return { kind: 'error', code: 'no-rights', text }
  if (/no such device|doesn't exist/i.test(text)) return { kind: 'error', code: 'no-interface', text }
  if (/filter expression|^syntax error/.test(text)) return { kind: 'error', code: 'bad-filter', text }
  return { kind: 'error', code: 'failed', text }
}

function tcpdumpPart(count: number, what: string): Said | null {
  if (what === 'received by filter') return { kind: 'part', figures: { received: count } }
  if (what === 'dropped by kernel') return { kind: 'part', figures: { droppedByKernel: count } }
  return what === 'dropped by interface' ? { kind: 'part', figures: { droppedByInterface: count } } : null
}

/** dumpcap 4.0, which names the interface before it opens it ("Capturing on") and its output after ("File: -"). Counts only at its end. */
const DUMPCAP_AT_END =
  /^Packets received\/dropped on interface '.*': (\d+)\/(\d+) \(pcap:\d+\/dumpcap:\d+\/flushed:\d+\/ps_ifdrop:(\d+)\)/

function dumpcap(line: string): Said | null {
  if (line.startsWith('File: ')) return { kind: 'ready' }
  const atEnd = DUMPCAP_AT_END.exec(line)
  if (atEnd !== null) {
    const [, taken, dropped, byInterface] = atEnd
    // What it took does not have the dropped ones in it; these are libpcap's and what dumpcap itself had no room or no time for.
    const figures = { droppedByKernel: Number(dropped), droppedByInterface: Number(byInterface) }
    return { kind: 'figures', figures: { received: Number(taken) + Number(dropped), ...figures } }
  }
  if (/^Invalid capture filter |^dumpcap: Invalid capture filter /.test(line))
    return { kind: 'error', code: 'bad-filter', text: withoutName(line) }
  const cause = /\((can't parse filter expression.*|.*syntax error.*)\)\.?$/.exec(line)
  if (cause !== null) return { kind: 'error', code: 'bad-filter', text: cause[1]! }
  if (/^dumpcap: .*(have permission to capture|not permitted)/.test(line))
    return { kind: 'error', code: 'no-rights', text: withoutName(line) }
  if (/^dumpcap: There is no device named|\(No such device exists\)/.test(line))
    return { kind: 'error', code: 'no-interface', text: withoutName(line) }
  return line.startsWith('dumpcap: ') ? { kind: 'error', code: 'failed', text: withoutName(line) } : null
}

function withoutName(line: string): string {
  return line.replace(/^dumpcap: /, '')
}

/** Our own helper: `smblens ready`, `smblens received N`, `smblens CODE: TEXT`. What the library prints by itself tells nothing. */
function cap(line: string): Said | null {
  if (line === 'smblens ready') return { kind: 'ready' }
  const received = /^smblens received (\d+)$/.exec(line)
  if (received !== null)
    return {
      kind: 'figures',
      figures: { received: Number(received[1]), droppedByKernel: null, droppedByInterface: null },
    }
  const error = /^smblens (no-program|no-rights|no-interface|bad-filter|failed): (.+)$/.exec(line)
  if (error !== null) return { kind: 'error', code: error[1] as CaptureStartErrorCode, text: error[2]! }
  return null
}
