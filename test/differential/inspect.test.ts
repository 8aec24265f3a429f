/** @module-tag long */
/** Fields of the sample captures compared with tshark: every frame has the same ones, with the same bytes. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { hex } from '../../dissectors/bytes.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { describeMessage } from '../../src/inspect/describe.ts'
import { allFields } from '../../src/inspect/field/field.ts'
import { Tracker } from '../../src/track/tracker.ts'

const TSHARK = 'tshark'
const noTshark = spawnSync(TSHARK, ['--version']).status !== 0

const SAMPLES = fileURLToPath(new URL('../../captures/', import.meta.url))

/** Captures in which tshark shows other messages (test/differential/messages.test.ts). Those cut inside a message show other fields. */
const EXPLAINED = new Set(['gap.pcap', 'one-byte-segments.pcap.gz', 'port-4455.pcap', 'snap-length.pcap'])

const samples = readdirSync(SAMPLES)
  .filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name) && !EXPLAINED.has(name))
  .map((name) => join(SAMPLES, name))

/** Our name for tshark's field, with its heading. tshark does not show a field without bytes. */
const NAMES: ReadonlyMap<string, readonly [heading: RegExp, name: string]> = new Map<string, readonly [RegExp, string]>(
  [
    ['smb2.nt_status', [/^SMB2 header$/, 'Status']],
    ['smb2.signature', [/^SMB2 header$/, 'Signature']],
    ['smb2.cmd', [/^SMB2 header$/, 'Command']],
    ['smb2.dialect', [/^(NEGOTIATE (request|response)|Input|Output)$/, 'Dialect|DialectRevision']],
    ['smb2.client_guid', [/^(NEGOTIATE request|Input)$/, 'ClientGuid|Guid']],
    ['smb2.negotiate_context.cipher_id', [/^NegotiateContext$/, 'Cipher']],
    ['smb2.session_flags', [/^SESSION_SETUP response$/, 'SessionFlags']],
    ['smb2.previous_sesid', [/^SESSION_SETUP request$/, 'PreviousSessionId']],
    ['smb2.share_type', [/^TREE_CONNECT response$/, 'ShareType']],
    ['smb2.share_flags', [/^TREE_CONNECT response$/, 'ShareFlags']],
    ['ntlmssp.messagetype', [/^NTLMSSP/, 'MessageType']],
    ['ntlmssp.negotiateflags', [/^NTLMSSP/, 'NegotiateFlags']],
    ['ntlmssp.ntlmserverchallenge', [/^NTLMSSP CHALLENGE$/, 'ServerChallenge']],
    ['ntlmssp.auth.ntresponse', [/^NTLMSSP AUTHENTICATE$/, 'NtChallengeResponse']],
    ['ntlmssp.ntlmv2_response.ntproofstr', [/^NTLMSSP AUTHENTICATE$/, 'NTProofStr']],
    ['ntlmssp.ntlmv2_response.chal', [/^NTLMSSP AUTHENTICATE$/, 'ChallengeFromClient']],
    ['ntlmssp.auth.domain', [/^NTLMSSP AUTHENTICATE$/, 'DomainName']],
    ['ntlmssp.auth.username', [/^NTLMSSP AUTHENTICATE$/, 'UserName']],
    ['ntlmssp.auth.hostname', [/^NTLMSSP AUTHENTICATE$/, 'Workstation']],
    ['smb.flags2', [/^SMB header$/, 'Flags2']],
    ['smb.signature', [/^SMB header$/, 'SecurityFeatures']],
    ['smb.dialect.index', [/^NEGOTIATE response$/, 'DialectIndex']],
    ['smb.dialect.name', [/^NEGOTIATE request$/, 'DialectString']],
    ['smb.sm', [/^NEGOTIATE response$/, 'SecurityMode']],
    ['smb.challenge', [/^NEGOTIATE response$/, 'Challenge|EncryptionKey']],
    ['smb.setup.action', [/^SESSION_SETUP_ANDX response$/, 'Action']],
    ['smb.pwlen', [/^(SESSION_SETUP|TREE_CONNECT)_ANDX request$/, 'PasswordLength']],
    ['smb.password', [/^(SESSION_SETUP|TREE_CONNECT)_ANDX request$/, 'AccountPassword|Password']],
    ['smb.ansi_password', [/^SESSION_SETUP_ANDX request$/, 'OEMPassword']],
    ['smb.unicode_password', [/^SESSION_SETUP_ANDX request$/, 'UnicodePassword']],
  ],
)

/** Only in SMB messages themselves: tshark also reads NTLMSSP inside DCE/RPC, and names of SMB1 fields occur in SMB2 too. */
const LAYERS = new Set(['smb_raw', 'smb2_raw', 'nbss_raw', 'gss-api_raw', 'spnego_raw', 'ntlmssp_raw'])

/** What only tshark shows: it takes a password in clear text for an NTLMv2 response because of its length. */
const THEIRS_ALONE: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'smb1-plaintext-password-unicode.pcap',
    [
      '8 ntlmssp.ntlmv2_response.chal 0069006300650000',
      '8 ntlmssp.ntlmv2_response.ntproofstr 006f00700065006e002d005300650073',
    ],
  ],
])

/** For an empty buffer tshark shows the eight bytes that describe it. */
const EMPTY_BUFFER = /^ntlmssp\.auth\.\w+ 0000[0-9a-f]{12}$/

type Json = string | number | Json[] | { [key: string]: Json }

/** "frame field bytes", sorted. */
function theirs(path: string): string[] {
  const args = ['-n', '-r', path, '-Y', 'tcp && (smb || smb2)', '-T', 'json', '-x', '--no-duplicate-keys']
  const preferences = ['-o', 'tcp.reassemble_out_of_order:TRUE']
  const { stdout } = spawnSync(TSHARK, [...preferences, ...args], { maxBuffer: 2 ** 30, encoding: 'utf8' })
  const rows: string[] = []
  for (const { _source } of JSON.parse(stdout || '[]') as { _source: { layers: { [key: string]: Json } } }[]) {
    const { frame } = _source.layers as { frame: { 'frame.number': string } }
    collect(_source.layers, frame['frame.number'], rows)
  }
  return withoutErrorFlags(rows).sort()
}

/** Status of a SESSION_SETUP response that has SessionFlags: SUCCESS and MORE_PROCESSING_REQUIRED. */
const WITH_FLAGS = ['00000000', '160000c0']

/** tshark reads SessionFlags in responses that refuse a logon, too: these are ERROR responses, and the bytes have another meaning there. */
function withoutErrorFlags(rows: readonly string[]): string[] {
  const refusals = new Set<string>()
  for (const row of rows) {
    const [frame, field, bytes] = row.split(' ')
    if (field === 'smb2.nt_status' && !WITH_FLAGS.includes(bytes!)) refusals.add(frame!)
  }
  return rows.filter((row) => !(row.includes(' smb2.session_flags ') && refusals.has(row.split(' ', 1)[0]!)))
}

function collect(json: Json, frame: string, rows: string[]): void {
  if (typeof json !== 'object' || json === null) return
  for (const [key, value] of Object.entries(json)) {
    const name = key.slice(0, -'_raw'.length)
    if (key.endsWith('_raw') && Array.isArray(value)) {
      if (!NAMES.has(name) || LAYERS.has(key)) continue
      // [bytes, place, length, ...], or a list of those.
      const all = (typeof value[0] === 'string' ? [value] : value) as [string, number, number][]
      for (const [bytes, , length] of all) {
        const row = `${name} ${bytes}`
        if (length > 0 && !EMPTY_BUFFER.test(row)) rows.push(`${frame} ${row}`)
      }
    } else if (key !== 'dcerpc') collect(value, frame, rows)
  }
}

async function ours(path: string): Promise<string[]> {
  const rows: string[] = []
  const tracker = new Tracker(path, {
    messages: {
      message: () => {},
      content({ frame }, bytes, start, captured, length) {
        const message = bytes.slice(start, start + captured)
        const headings = [...allFields(describeMessage(message, length))]
        for (const [theirName, [heading, name]] of NAMES) {
          const names = name.split('|')
          const under = headings.filter((each) => heading.test(each.name))
          // An SMB1 command and an SMB2 command may have the same name.
          if (theirName.startsWith('smb.') !== (message[0] === 0xff) && !theirName.startsWith('ntlmssp')) continue
          for (const field of allFields(under.flatMap(({ children }) => children))) {
            if (!names.includes(field.name) || field.start === field.end) continue
            rows.push(`${frame} ${theirName} ${hex(message, field.start, field.end)}`)
          }
        }
      },
    },
  })
  tracker.finish(await readCapture(path, tracker))
  return rows.sort()
}

const withoutTshark = noTshark ? ' (skipped: tshark is not installed)' : ''

describe.skipIf(noTshark)(`fields beside tshark${withoutTshark}`, () => {
  it.each(samples.map((path) => [basename(path), path]))('%s', async (_name, path) => {
    const rows = [...(await ours(path)), ...(THEIRS_ALONE.get(basename(path)) ?? [])]
    expect(rows.sort()).toEqual(theirs(path))
  })
})
