/** @module-tag long */
/**
 * Rows of packets that were cut (editcap -s), compared with what tshark still shows of them. tshark loses the message boundaries in a stream with cut
 * segments, so its reassembly is turned off. Messages that span segments are left out.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import type { SmbMessage } from '../../src/ledger/smb-message.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { capturesFolder } from '../support/captures.ts'
import { temporaryFolder } from '../support/frames.ts'

const missing = ['tshark', 'editcap'].filter((tool) => spawnSync(tool, ['--version']).status !== 0)
const without = missing.length > 0 ? ` (skipped: ${missing.join(' and ')} not installed)` : ''

const SAMPLES = fileURLToPath(new URL('../../captures', import.meta.url))
const OUTSIDE = join(capturesFolder() ?? SAMPLES, 'smb')
const CAPTURES = [
  join(SAMPLES, 'smb302.pcap'),
  join(SAMPLES, 'smb311-signed.pcap'),
  join(SAMPLES, 'smb1-signed.pcap'),
  join(SAMPLES, 'port-139.pcap'),
  join(SAMPLES, 'ipv6.pcap'),
  join(OUTSIDE, 'zeek/krb/smb2_krb.pcap'),
  join(OUTSIDE, 'zeek/smb/smb3.pcap'),
  join(OUTSIDE, 'arkime/smb-smbclient.pcap'),
].filter((path) => existsSync(path))
const CASES = CAPTURES.flatMap((path) => [96, 128, 200].map((length) => [basename(path), length, path] as const))

const FIELDS = {
  smb2: ['smb2.cmd', 'smb2.flags.response', 'smb2.flags.signature', 'smb2.nt_status', 'smb2.sesid'],
  smb1: ['smb.cmd', 'smb.flags.response', 'smb.flags2.sec_sig', 'smb.nt_status', 'smb.uid'],
}
type Row = [family: string, ...values: (string | null)[]]

const folder = temporaryFolder()
afterAll(() => folder.remove())

function cut(path: string, length: number): string {
  const file = join(folder.path, `${basename(path)}-${length}.pcap`)
  expect(spawnSync('editcap', ['-F', 'pcap', '-s', String(length), path, file]).status).toBe(0)
  return file
}

/** By frame, as far as tshark read the header; only frames with a single message. */
function theirs(path: string): Map<number, Row> {
  const names = ['frame.number', ...FIELDS.smb2, ...FIELDS.smb1]
  const columns = names.flatMap((name) => ['-e', name])
  const options = ['-o', 'tcp.desegment_tcp_streams:FALSE', '-T', 'fields', '-E', 'separator=|']
  const { stdout } = spawnSync('tshark', ['-n', '-r', path, '-Y', 'tcp && (smb || smb2)', ...options, ...columns], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const rows = new Map<number, Row>()
  for (const line of stdout.split('\n')) {
    const [frame, ...values] = line.split('|')
    const family = values[0] !== '' ? 'smb2' : 'smb1'
    const own = family === 'smb2' ? values.slice(0, 5) : values.slice(5)
    if (own.length < 5 || own[0] === '' || values.some((value) => value.includes(','))) continue
    const [command, response, signed, status, session] = own.map((value) => (value === '' ? null : value))
    rows.set(Number(frame), [
      family,
      number(command),
      flag(response),
      flag(signed),
      // A request has no status, even if the field is not zero.
      flag(response) === 'true' ? number(status) : null,
      number(session),
    ])
  }
  return rows
}

function number(text: string | null | undefined): string | null {
  return text == null ? null : String(BigInt(text))
}

function flag(text: string | null | undefined): string | null {
  return text == null ? null : String(['1', 'True'].includes(text))
}

async function ours(path: string): Promise<Map<number, SmbMessage[]>> {
  const rows = new Map<number, SmbMessage[]>()
  const tracker = new Tracker(path, {
    messages: { message: (row) => rows.set(row.frame, [...(rows.get(row.frame) ?? []), row]) },
  })
  tracker.finish(await readCapture(path, tracker))
  return rows
}

function text({ family, command, response, signed, status, sessionIdLow: low, sessionIdHigh: high }: SmbMessage): Row {
  const session = low === null || high === null ? null : String((BigInt(high) << 32n) | BigInt(low))
  const values = [command, response, signed, status].map((value) => (value === null ? null : String(value)))
  return [family, ...values, session]
}

describe.skipIf(missing.length > 0)(`cut messages beside tshark${without}`, () => {
  let compared = 0

  it.each(CASES)('%s at %i bytes a packet', async (_name, length, path) => {
    const file = cut(path, length)
    const rows = await ours(file)
    for (const [frame, row] of theirs(file)) {
      const [own, ...others] = rows.get(frame) ?? []
      if (own === undefined || others.length > 0) continue
      expect(text(own), `frame ${frame}`).toEqual(row)
      compared++
    }
  })

  it('had enough to compare', () => {
    // tshark shows nothing of an SMB1 message with an incomplete header.
    expect(compared).toBeGreaterThan(10 * CASES.length)
  })
})
