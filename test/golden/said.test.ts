/** What is reported about samples whose bytes were changed: signed, encrypted, unnamed. Nothing verifies their checksums. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type FindingRecord, readCaptureStream, Tracker } from '../../src/index.ts'
import { CAPTURES, recordsOf } from './records.ts'

interface Smb2Message {
  command: number
  /** Counts the messages of the session after its setup, from 0. */
  index: number
  bytes: Buffer
}

/** The findings of a sample after `change` was applied to each SMB2 message, or `changeAll` to all bytes. */
async function said(
  sample: string,
  change: (message: Smb2Message) => void,
  changeAll: (bytes: Buffer) => void = () => {},
): Promise<FindingRecord[]> {
  const bytes = Buffer.from(readFileSync(join(CAPTURES, sample)))
  const magic = Buffer.from([0xfe, 0x53, 0x4d, 0x42, 64, 0])
  let index = 0
  const places: number[] = []
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) places.push(at)
  for (const at of places) {
    const command = bytes.readUInt16LE(at + 12)
    change({ command, index: command > TREE_CONNECT ? index++ : -1, bytes: bytes.subarray(at, at + 64) })
  }
  changeAll(bytes)
  const tracker = new Tracker(sample)
  const ledger = tracker.finish(await readCaptureStream(Readable.from([bytes]), sample, tracker))
  return recordsOf(ledger).filter((record) => record.type === 'finding')
}

const TREE_CONNECT = 3

/** Sets SMB2_FLAGS_SIGNED and a Signature that is not zero. */
function sign({ bytes }: Smb2Message): void {
  bytes.writeUInt32LE(bytes.readUInt32LE(16) | 8, 16)
  bytes.fill(0xa5, 48, 64)
}

/** Writes a transform header over the message's own, [MS-SMB2] 2.2.41: what follows is unreadable. */
function encrypt({ bytes }: Smb2Message): void {
  const session = Buffer.from(bytes.subarray(40, 48))
  bytes[0] = 0xfd
  bytes.writeUInt32LE(64, 36)
  bytes.writeUInt32LE(1 << 16, 40)
  session.copy(bytes, 44)
}

/** UserNameFields of each AUTHENTICATE, [MS-NLMP] 2.2.1.3. */
function takeName(bytes: Buffer): void {
  const magic = Buffer.from('NTLMSSP\0\x03\0\0\0', 'latin1')
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) bytes.writeUInt32LE(0, at + 36)
}

const text = (findings: FindingRecord[], rule?: string) =>
  findings
    .filter((finding) => rule === undefined || finding.rule === rule)
    .map(({ message }) => message)
    .join('\n')

describe('a guest session', () => {
  it.each(['guest-explicit.pcap', 'guest-silent-mapping.pcap', 'impacket-server.pcap'])(
    '%s: what is marked as signed is not called unsigned',
    async (sample) => {
      expect(text(await said(sample, () => {}), 'guest-session')).toContain(': unsigned and unencrypted.')
      const signed = await said(sample, (message) => message.index >= 0 && sign(message))
      expect(text(signed)).not.toMatch(/unsigned|unencrypted/)
      expect(text(signed, 'guest-session')).toMatch(/; of its messages \d+ are marked as signed\.$/)
    },
  )

  it('with one marked message says so', async () => {
    const one = await said('guest-explicit.pcap', (message) => message.index === 0 && sign(message))
    expect(text(one, 'guest-session')).toMatch(
      /; of its messages 1 is marked as signed and \d+ are in clear text without/,
    )
  })
})

describe('a null session', () => {
  it.each(['anonymous-ipc.pcap', 'anonymous-flagged.pcap'])(
    '%s: encrypted, is not called unencrypted',
    async (sample) => {
      const findings = await said(sample, (message) => message.index >= 0 && encrypt(message))
      expect(text(findings, 'anonymous-session')).toContain('without credentials')
      expect(text(findings)).not.toMatch(/unsigned|unencrypted|clear text/)
    },
  )
})

describe('a user session', () => {
  const sample = 'smb311-unsigned-data.pcap'

  it('with one encrypted direction says so about both', async () => {
    const findings = await said(sample, (message) => message.index >= 20 && encrypt(message))
    expect(text(findings, 'unencrypted-session')).toMatch(
      /is partly encrypted \(26 messages\); the rest is in clear text \(20 /,
    )
    expect(text(findings, 'unsigned-session')).toMatch(
      /is partly encrypted \(26 messages\); 10 requests and 10 responses are not;/,
    )
  })

  it('with one signed message is partly signed', async () => {
    const findings = await said(sample, (message) => message.index === 1 && sign(message))
    expect(text(findings, 'unsigned-session')).toContain(
      'is partly signed (1 message); 23 requests and 22 responses are not; ',
    )
  })

  it.each([sample, 'ntlmv1.pcap', 'logon-failed.pcap', 'outbound.pcap'])(
    '%s: whose name is empty is not one whose name was not seen',
    async (each) => {
      const findings = await said(each, () => {}, takeName)
      expect(text(findings)).not.toContain('was not seen')
      if (each !== 'logon-failed.pcap') expect(text(findings)).toMatch(/a user with an empty name/i)
      for (const { user } of findings) expect(user).toBeNull()
    },
  )
})
