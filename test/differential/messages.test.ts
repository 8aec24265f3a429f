/** @module-tag long */
/**
 * Every SMB message of the sample captures, and of outside captures if there are any, compared with tshark: frame, family, command, direction, signed flag,
 * status, session id. Differences are listed here by name; docs/differences-from-tshark.md explains them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { captureFiles, capturesFolder } from '../support/captures.ts'

const TSHARK = 'tshark'
const noTshark = spawnSync(TSHARK, ['--version']).status !== 0
const folder = capturesFolder()
const noCaptures = folder === null || !existsSync(join(folder, 'smb'))

/** Names with line breaks, which tshark writes to its PDML unescaped. This test reads PDML by lines, so they would be misread. */
const BREAKS_LINES = new Set(['hostile-names.pcapng'])

const SAMPLES = fileURLToPath(new URL('../../captures/', import.meta.url))
const samples = readdirSync(SAMPLES)
  .filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))
  .filter((name) => !BREAKS_LINES.has(name))
  .map((name) => join(SAMPLES, name))

/** Captures in which tshark shows other messages. */
const EXPLAINED = new Set([
  'gap.pcap',
  'one-byte-segments.pcap.gz',
  'port-4455.pcap',
  'snap-length.pcap',
  '20-fids-no-close.pcap',
  'smb2_krb.pcap',
  'smb1-OSS-fuzz-54883.pcap',
])

interface Message {
  frame: string
  family: string
  fields: Map<string, string>
}

/** tshark's messages, one text each, sorted; read from its PDML line by line, one field a line. */
function theirs(path: string): string[] {
  const args = ['-n', '-o', 'tcp.reassemble_out_of_order:TRUE', '-r', path, '-Y', 'tcp && (smb || smb2)', '-T', 'pdml']
  const { stdout } = spawnSync(TSHARK, args, { maxBuffer: 2 ** 30, encoding: 'utf8' })
  const messages: Message[] = []
  let frame = ''
  let current: Message | null = null
  for (const line of stdout.split('\n')) {
    const name = /<(?:field|proto) name="([^"]*)"/.exec(line)?.[1]
    if (name === undefined) continue
    const show = / show="([^"]*)"/.exec(line)?.[1] ?? ''
    if (name === 'num') frame = show
    else if (line.includes('<proto')) current = null
    if (name === 'smb.server_component') current = add(messages, frame, 'smb1')
    else if (name === 'smb2.protocol_id') current = add(messages, frame, family(line))
    else if (current !== null && !current.fields.has(name)) current.fields.set(name, show)
  }
  return messages.map(text).sort()
}

function add(messages: Message[], frame: string, family: string): Message {
  const message = { frame, family, fields: new Map<string, string>() }
  messages.push(message)
  return message
}

function family(line: string): string {
  const id = / value="(..)/.exec(line)?.[1]
  return id === 'fd' ? 'transform' : id === 'fc' ? 'compressed' : 'smb2'
}

function text({ frame, family, fields }: Message): string {
  if (family === 'transform' || family === 'compressed') return `${frame} ${family}`
  const [command, response, signed, status, session] =
    family === 'smb2'
      ? ['smb2.cmd', 'smb2.flags.response', 'smb2.flags.signature', 'smb2.nt_status', 'smb2.sesid']
      : ['smb.cmd', 'smb.flags.response', 'smb.flags2.sec_sig', 'smb.nt_status', 'smb.uid']
  const flag = (name: string) => ['1', 'True'].includes(fields.get(name) ?? '')
  const number = (name: string) => BigInt(fields.get(name) || 0)
  const answer = flag(response) ? `response ${number(status)}` : 'request'
  return `${frame} ${family} ${number(command)} ${answer} ${flag(signed) ? 'signed' : 'unsigned'} ${number(session)}`
}

async function ours(path: string): Promise<string[]> {
  const rows: string[] = []
  const tracker = new Tracker(path, {
    messages: {
      message(r) {
        if (r.command === null) rows.push(`${r.frame} ${r.family}`)
        else {
          const session = (BigInt(r.sessionIdHigh ?? 0) << 32n) | BigInt(r.sessionIdLow ?? 0)
          const answer = r.response ? `response ${r.status ?? 0}` : 'request'
          rows.push(`${r.frame} ${r.family} ${r.command} ${answer} ${r.signed ? 'signed' : 'unsigned'} ${session}`)
        }
      },
    },
  })
  // A response that waits for its request is released at the end.
  tracker.finish(await readCapture(path, tracker))
  return rows.sort()
}

const withoutTshark = noTshark ? ' (skipped: tshark is not installed)' : ''

describe.skipIf(noTshark)(`messages beside tshark${withoutTshark}`, () => {
  it.each(samples.filter((path) => !EXPLAINED.has(basename(path))).map((path) => [basename(path), path]))(
    '%s',
    async (_name, path) => {
      expect(await ours(path)).toEqual(theirs(path))
    },
  )

  it.each(samples.filter((path) => EXPLAINED.has(basename(path))).map((path) => [basename(path), path]))(
    '%s differs, as documented',
    async (_name, path) => {
      expect(await ours(path)).not.toEqual(theirs(path))
    },
  )
})

const withoutCaptures = noCaptures ? ' (skipped: no outside captures, see SMBLENS_CAPTURES)' : withoutTshark

describe.skipIf(noTshark || noCaptures)(`messages of outside captures beside tshark${withoutCaptures}`, () => {
  const files = noCaptures ? [] : captureFiles('smb')
  it.each(files.filter((path) => !EXPLAINED.has(basename(path))).map((path) => [basename(path), path]))(
    '%s',
    async (_name, path) => {
      expect(await ours(path)).toEqual(theirs(path))
    },
  )
})
