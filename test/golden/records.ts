/** What `scan` says of a sample capture, in the form that captures/NAME.json keeps. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  audit,
  createNetworks,
  type Ledger,
  RULES,
  readCapture,
  type ScanRecord,
  scanRecords,
  Tracker,
} from '../../src/index.ts'

export const CAPTURES = fileURLToPath(new URL('../../captures', import.meta.url))

/** Every sample capture, by file name. */
export const SAMPLES = readdirSync(CAPTURES)
  .filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))
  .sort()

/** captures/NAME.json; the extension stays where another sample has the same name. */
export function goldenPath(sample: string): string {
  const name = sample.replace(/\.(pcap|pcapng)(\.gz)?$/, '')
  const namesakes = SAMPLES.filter((other) => other.startsWith(`${name}.pcap`))
  return join(CAPTURES, `${namesakes.length > 1 && sample !== `${name}.pcap` ? sample : name}.json`)
}

export async function scanSample(sample: string): Promise<ScanRecord[]> {
  const tracker = new Tracker(`captures/${sample}`)
  return recordsOf(tracker.finish(await readCapture(join(CAPTURES, sample), tracker)))
}

/**
 * The records, as a reader of the JSON output gets them. Left out is what is not the capture's: how long the run took, and the text of the
 * rules, which their own tests hold.
 */
export function recordsOf(ledger: Ledger): ScanRecord[] {
  const networks = createNetworks()
  const findings = audit(ledger, { networks })
  const report = { ledger, networks, findings, findingsHidden: 0, inputsUnread: 0, rules: RULES, durationMs: 0 }
  const text = JSON.stringify([...scanRecords(report)], (key, value) =>
    key === 'durationMs' || key === 'remediation' || key === 'references' ? undefined : value,
  )
  return JSON.parse(text)
}
