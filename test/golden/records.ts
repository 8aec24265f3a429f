/** What `scan` reports about a sample capture, in the form of captures/NAME.json. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  audit,
  createNetworks,
  defaultPolicy,
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

/** captures/NAME.json; the extension of the capture stays if another sample has the same name. */
export function goldenPath(sample: string): string {
  const name = sample.replace(/\.(pcap|pcapng)(\.gz)?$/, '')
  const namesakes = SAMPLES.filter((other) => other.startsWith(`${name}.pcap`))
  return join(CAPTURES, `${namesakes.length > 1 && sample !== `${name}.pcap` ? sample : name}.json`)
}

export async function scanSample(sample: string): Promise<ScanRecord[]> {
  const tracker = new Tracker(`captures/${sample}`)
  return recordsOf(tracker.finish(await readCapture(join(CAPTURES, sample), tracker)))
}

/** What does not depend on the capture: the duration, the version, the list of rules and their texts, which have tests of their own. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'durationMs',
  'smblens',
  'rules',
  'remediation',
  'references',
  'identifiers',
])

/** The records, as a reader of the JSON output gets them, without `LEFT_OUT`. */
export function recordsOf(ledger: Ledger): ScanRecord[] {
  const policy = defaultPolicy(createNetworks())
  const findings = audit(ledger, { policy })
  const report = { ledger, policy, findings, findingsHidden: 0, inputsUnread: 0, rules: RULES, durationMs: 0 }
  const text = JSON.stringify([...scanRecords(report)], (key, value) => (LEFT_OUT.has(key) ? undefined : value))
  return JSON.parse(text)
}
