/** @module-tag long */
/**
 * Variants compared with tshark, which must find the messages of the clean captures in them, and no wrong checksum. This shows that the variants of
 * test/golden/variants.test.ts are made correctly.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CAPTURES } from '../golden/records.ts'
import { sample } from '../support/captures.ts'
import { temporaryFolder } from '../support/frames.ts'

interface Variant {
  name: string
  base: string
  keeps: 'frames' | 'records' | 'some'
  extension: string
  bytes(): Uint8Array
}

const script = new URL('../../captures/make/variants.mjs', import.meta.url).href
const { BASES, VARIANTS } = (await import(script)) as { BASES: Record<string, string>; VARIANTS: Variant[] }

const noTshark = spawnSync('tshark', ['--version']).status !== 0

/**
 * What tshark 4.0 does not read: a first segment of less than four bytes, an IPv6 payload length of zero without the jumbo option, an AndX chain of SMB1
 * that answers what has not come yet.
 */
const UNREAD =
  /^(segments-[13]|windows-closed|(length-zero.*|over-64-kb)-ipv6$|(answers-first|reordered-across-.)-smb1$)/
/** Link types that it does not support, or supports with another number or form. */
const UNREAD_LINKS =
  /^link-(ppp-pppd|c-hdlc-with-dir|frelay-with-dir|ipoib|dsa-tag-(brcm|brcm-prepend|dsa|edsa)|mpls-link|netanalyzer)/
/** Encapsulations that it does not support, or only with options for ports, cookies and forms; and the nestings that contain one of them. */
const UNREAD_HEADERS = /^(vlan-8200|vlan-9300|edsa|l2tp3|gue|capwap-wireless|hp-mirror|aruba-mirror)/
const UNREAD_NESTINGS = /^nested-(2|3|5|11|17|20|25|29|32|34|36|39|44|47|48|51|55|60)$/
/** Segments that mislead it about a stream's position, and responses to AndX chains that come before their requests. */
const MISLED = /^(answered-(twice-behind|late)|bytes-before-.*-joined|stray-syn|(server|client)-early-.*-smb1$)/
const isRead = ({ name }: Variant) =>
  ![UNREAD, UNREAD_LINKS, UNREAD_HEADERS, UNREAD_NESTINGS, MISLED].some((names) => names.test(name))
const PREFERENCES = ['ip', 'tcp', 'udp'].flatMap((name) => ['-o', `${name}.check_checksum:TRUE`])
/** Routers agree on what labels carry, so tshark needs an option for it. */
const LABELS = ['-d', 'mpls.label==3000,pwethnocw', '-d', 'mpls.label==4000,pwethcw']
const MESSAGES = ['smb.cmd', 'smb.flags.response', 'smb2.cmd', 'smb2.flags.response']
const CHECKSUMS = ['ip.checksum.status', 'tcp.checksum.status', 'udp.checksum.status']
/** The value of such a status. */
const BAD = '0'

interface Seen {
  /** "frame command" of all requests, and of all responses. */
  requests: string[]
  answers: string[]
  /** Frames with a wrong checksum in any layer. */
  bad: string[]
}

function seen(path: string): Seen {
  const fields = ['frame.number', ...MESSAGES, ...CHECKSUMS].flatMap((name) => ['-e', name])
  const args = ['-n', '-r', path, '-o', 'tcp.reassemble_out_of_order:TRUE', ...PREFERENCES, ...LABELS, '-T', 'fields']
  const { stdout } = spawnSync('tshark', [...args, '-E', 'separator=|', ...fields], {
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  })
  const out: Seen = { requests: [], answers: [], bad: [] }
  for (const line of stdout.trimEnd().split('\n')) {
    const [frame = '', command1, response1, command2, response2, ...statuses] = line.split('|')
    if (statuses.some((status) => status.split(',').includes(BAD))) out.bad.push(frame)
    for (const [commands, responses] of [
      [command1, response1],
      [command2, response2],
    ]) {
      const flags = (responses ?? '').split(',')
      for (const [i, command] of (commands || '').split(',').entries()) {
        if (command !== '') (flags[i] === '1' ? out.answers : out.requests).push(`${frame} ${command}`)
      }
    }
  }
  return out
}

const withoutFrames = (messages: string[]) => messages.map((message) => message.split(' ')[1])

const told = noTshark ? ' (skipped: tshark is not installed)' : ''

describe.skipIf(noTshark)(`variants beside tshark${told}`, () => {
  const folder = temporaryFolder()
  afterAll(() => folder.remove())
  const clean = Object.fromEntries(
    Object.entries(BASES).map(([base, name]) => [base, noTshark ? null : seen(join(CAPTURES, `${name}.pcap`))]),
  )

  it.each(
    sample(
      VARIANTS.filter((v) => v.keeps !== 'some' && isRead(v)),
      48,
    ).map((v) => [v.name, v] as const),
  )('%s', (_name, variant) => {
    const expected = clean[variant.base]!
    const actual = seen(folder.write(`${variant.name}.${variant.extension}`, variant.bytes()))
    expect(actual.bad).toEqual([])
    if (variant.keeps === 'frames') expect(actual).toEqual(expected)
    expect(withoutFrames(actual.requests)).toEqual(withoutFrames(expected.requests))
    expect(withoutFrames(actual.answers)).toEqual(withoutFrames(expected.answers))
  })
})
