/** The capture formats that are read. A new one is a file beside this one and a line here; docs/inputs.md and the record schema name it. */
import type { CaptureFormat, FileStarts } from './format.ts'
import { PCAP } from './pcap.ts'
import { PCAPNG } from './pcapng.ts'

/** In the order in which they are tried. */
export const CAPTURE_FORMATS: readonly CaptureFormat[] = [PCAP, PCAPNG]

/** With this many bytes of an input at hand, its format is certain. */
export function startBytesOf(formats: readonly CaptureFormat[]): number {
  return Math.max(...formats.map(({ startBytes }) => startBytes))
}

/** Whether a file of one of these formats begins somewhere: what walkers ask where a record should stand. */
export function fileStartsOf(formats: readonly CaptureFormat[]): FileStarts {
  const most = startBytesOf(formats)
  return {
    bytes: most,
    isAt: (bytes, at, end) => end - at >= most && formats.some((format) => format.isJoinedAt(bytes, at)),
  }
}

/** Their names in a sentence: "pcap or pcapng". */
export function namesOf(formats: readonly CaptureFormat[]): string {
  const names = formats.map(({ name }) => name)
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} or ${last}`
}
