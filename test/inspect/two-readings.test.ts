/**
 * The dissectors and the inspector each read the bodies of messages, and must read them alike: every field that a dissector reads is shown, under the
 * same name, at the same place, of the same length and with the same value. Over every kind of message in the samples, whole, cut at every byte and
 * changed. Both readings are watched at the Cursor, through which all of it goes.
 */
import { createReadStream, readdirSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseNtlmAuthenticate, parseNtlmChallenge, parseNtlmNegotiate } from '../../dissectors/auth/ntlmssp.ts'
import { innerToken, parseSecurityBlob } from '../../dissectors/auth/spnego.ts'
import { Cursor, readable } from '../../dissectors/cursor.ts'
import { andxChain } from '../../dissectors/smb1/andx.ts'
import { SMB1_COMMAND, SMB1_HEADER_LENGTH } from '../../dissectors/smb1/header.ts'
import * as smb1Logoff from '../../dissectors/smb1/logoff-andx.ts'
import * as smb1Negotiate from '../../dissectors/smb1/negotiate.ts'
import * as smb1Setup from '../../dissectors/smb1/session-setup-andx.ts'
import * as smb1CoreTree from '../../dissectors/smb1/tree-connect.ts'
import * as smb1Tree from '../../dissectors/smb1/tree-connect-andx.ts'
import { SMB2_COMMAND, SMB2_HEADER_LENGTH, SMB2_OFFSET } from '../../dissectors/smb2/header.ts'
import { parseIoctlRequest, parseIoctlResponse } from '../../dissectors/smb2/ioctl.ts'
import { parseLogoffRequest, parseLogoffResponse } from '../../dissectors/smb2/logoff.ts'
import { parseNegotiateRequest, parseNegotiateResponse } from '../../dissectors/smb2/negotiate.ts'
import { parseSessionSetupRequest, parseSessionSetupResponse } from '../../dissectors/smb2/session-setup.ts'
import { parseTransformHeader } from '../../dissectors/smb2/transform.ts'
import { parseTreeConnectRequest, parseTreeConnectResponse } from '../../dissectors/smb2/tree-connect.ts'
import { parseTreeDisconnectRequest, parseTreeDisconnectResponse } from '../../dissectors/smb2/tree-disconnect.ts'
import { readCaptureStream } from '../../src/capture/read/read-capture.ts'
import { describeMessage } from '../../src/inspect/describe.ts'
import { allFields, type Field } from '../../src/inspect/field/field.ts'
import { Tracker } from '../../src/track/tracker.ts'

/** One read of a cursor: numbers have a value. */
interface Read {
  field: string
  start: number
  end: number
  value: number | bigint | null
  /** Nothing was made of the bytes. */
  skipped: boolean
}

const NUMBERS = { u8: 1, u16: 2, u32: 4, u16be: 2, u32be: 4, u64: 8 } as const
type NumberMethod = keyof typeof NUMBERS

let reads: Read[] | null = null
const originals = new Map<string, unknown>()

/** Notes every read, with its place in the buffer that holds the whole message. */
beforeAll(() => {
  const watched = Cursor.prototype
  for (const name of [...Object.keys(NUMBERS), 'view', 'skip', 'viewAt', 'capturedAt'] as const) {
    originals.set(name, Object.getOwnPropertyDescriptor(watched, name)?.value)
  }
  for (const [name, length] of Object.entries(NUMBERS) as [NumberMethod, number][]) {
    const read = originals.get(name) as (this: Cursor, field: string) => number | bigint
    Object.assign(watched, {
      [name](this: Cursor, field: string) {
        const start = this.bytes.byteOffset + this.offset
        const value = read.call(this, field)
        reads?.push({ field, start, end: start + length, value, skipped: false })
        return value
      },
    })
  }
  for (const name of ['view', 'skip'] as const) {
    const read = originals.get(name) as (this: Cursor, length: number, field: string) => unknown
    Object.assign(watched, {
      [name](this: Cursor, length: number, field: string) {
        const start = this.bytes.byteOffset + this.offset
        const value = read.call(this, length, field)
        reads?.push({ field, start, end: start + length, value: null, skipped: name === 'skip' })
        return value
      },
    })
  }
  for (const name of ['viewAt', 'capturedAt'] as const) {
    const read = originals.get(name) as (this: Cursor, offset: number, length: number, field: string) => Uint8Array
    Object.assign(watched, {
      [name](this: Cursor, offset: number, length: number, field: string) {
        const value = read.call(this, offset, length, field)
        const start = this.bytes.byteOffset + offset
        reads?.push({ field, start, end: start + value.length, value: null, skipped: false })
        return value
      },
    })
  }
})

afterAll(() => {
  for (const [name, read] of originals) Object.assign(Cursor.prototype, { [name]: read })
})

function readsOf(run: () => void): Read[] {
  reads = []
  run()
  const noted = reads
  reads = null
  return noted
}

/** A message from its protocol id on, in a separate buffer. */
interface Message {
  kind: string
  bytes: Uint8Array
  wireLength: number
  response: boolean
}

type Parse = (message: Uint8Array, wireLength: number) => unknown

/** Request and response of each SMB2 command. */
const SMB2: Readonly<Record<number, readonly [Parse, Parse]>> = {
  [SMB2_COMMAND.NEGOTIATE]: [withBlob(parseNegotiateRequest), withBlob(parseNegotiateResponse)],
  [SMB2_COMMAND.SESSION_SETUP]: [withBlob(parseSessionSetupRequest), withBlob(parseSessionSetupResponse)],
  [SMB2_COMMAND.LOGOFF]: [parseLogoffRequest, parseLogoffResponse],
  [SMB2_COMMAND.TREE_CONNECT]: [parseTreeConnectRequest, parseTreeConnectResponse],
  [SMB2_COMMAND.TREE_DISCONNECT]: [parseTreeDisconnectRequest, parseTreeDisconnectResponse],
  [SMB2_COMMAND.IOCTL]: [parseIoctlRequest, parseIoctlResponse],
}

type ParseAt = (message: Uint8Array, offset: number, wireLength: number) => unknown

const SMB1: Readonly<Record<number, readonly [ParseAt, ParseAt]>> = {
  [SMB1_COMMAND.NEGOTIATE]: [smb1Negotiate.parseNegotiateRequest, smb1Negotiate.parseNegotiateResponse],
  [SMB1_COMMAND.SESSION_SETUP_ANDX]: [smb1Setup.parseSessionSetupAndxRequest, smb1Setup.parseSessionSetupAndxResponse],
  [SMB1_COMMAND.TREE_CONNECT]: [smb1CoreTree.parseTreeConnectRequest, smb1CoreTree.parseTreeConnectResponse],
  [SMB1_COMMAND.TREE_CONNECT_ANDX]: [smb1Tree.parseTreeConnectAndxRequest, smb1Tree.parseTreeConnectAndxResponse],
  [SMB1_COMMAND.LOGOFF_ANDX]: [smb1Logoff.parseLogoffAndxRequest, smb1Logoff.parseLogoffAndxResponse],
}

/** The security buffer as well, down to the NTLM message in it. */
function withBlob(parse: Parse): Parse {
  return (message, wireLength) => {
    const body = readable(
      parse(message, wireLength) as Parameters<
        typeof readable<{ securityBuffer: Uint8Array; securityBufferLength: number }>
      >[0],
    )
    if (body.securityBuffer === undefined) return
    const held = reads
    reads = null
    const token = innerToken(readable(parseSecurityBlob(body.securityBuffer, body.securityBufferLength)))
    reads = held
    if (token.kind !== 'ntlmssp' || token.bytes === null) return
    for (const each of [parseNtlmNegotiate, parseNtlmChallenge, parseNtlmAuthenticate]) {
      const noted = readsOf(() => each(token.bytes!, token.wireLength))
      // Of the three, the one whose type it is reads on.
      if (noted.length > 3) held?.push(...noted)
    }
    reads = held
  }
}

function dissect({ bytes, wireLength, response }: Message): void {
  const side = response ? 1 : 0
  if (bytes[0] === 0xfe)
    SMB2[(bytes[SMB2_OFFSET.command] ?? 0) + 256 * (bytes[SMB2_OFFSET.command + 1] ?? 0)]?.[side](bytes, wireLength)
  else if (bytes[0] === 0xfd) parseTransformHeader(bytes, wireLength)
  else if (bytes[0] === 0xff) {
    for (const { command, offset } of andxChain(bytes, wireLength).steps)
      SMB1[command]?.[side](bytes, offset, wireLength)
  }
}

/** Names that the inspector has for single entries of a list, or for bytes that mean another thing in this message. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  Dialects: ['Dialect'],
  HashAlgorithms: ['HashAlgorithm'],
  Ciphers: ['Cipher'],
  SigningAlgorithms: ['SigningAlgorithm'],
  CompressionAlgorithms: ['CompressionAlgorithm'],
  // Without dialect 3.1.1 they are another field, which the dissector reads and does not use.
  NegotiateContextOffset: ['ClientStartTime', 'Reserved2'],
  NegotiateContextCount: ['ClientStartTime', 'Reserved'],
  Reserved2: ['ClientStartTime'],
  Response: ['NTProofStr'],
}

/** The reads of the dissector that the inspector does not show, or shows otherwise. */
function differences(message: Message): string[] {
  const { bytes, wireLength, response } = message
  const dissected = withTerminators(readsOf(() => dissect(message)))
  let fields: Field[] = []
  const inspected = readsOf(() => {
    fields = [...allFields(describeMessage(bytes, wireLength, response))]
  })
  return dissected.filter((read) => !isUndecided(read, message) && !isShown(read, inspected, fields)).map(text)
}

/** In a NEGOTIATE request that ends before its dialects, it is unknown whether these fields are the times of older dialects. */
function isUndecided({ field, end }: Read, { bytes, kind }: Message): boolean {
  const dialects = SMB2_HEADER_LENGTH + 36
  return (
    kind === 'smb2 0 request' && end <= dialects && bytes.length < dialects + 2 && field.startsWith('NegotiateContext')
  )
}

/** The NUL of a string is skipped after the string was read: both are its field. */
function withTerminators(list: readonly Read[]): Read[] {
  const merged: Read[] = []
  for (const read of list) {
    const last = merged.at(-1)
    if (read.skipped && last !== undefined && last.field === read.field && last.end === read.start) last.end = read.end
    else merged.push({ ...read })
  }
  return merged
}

function text({ field, start, end, value }: Read): string {
  return `${field} at ${start} to ${end}${value === null ? '' : ` is ${value}`}`
}

function isShown(read: Read, inspected: readonly Read[], fields: readonly Field[]): boolean {
  const { field, start, end, value, skipped } = read
  if (start === end) return true
  const names = [field, ...(ALSO[field] ?? [])]
  const around = fields.filter((each) => each.start <= start && each.end >= end && names.includes(each.name))
  if (value !== null) {
    return (
      inspected.some((r) => r.start === start && r.end === end && r.value === value && names.includes(r.field)) ||
      around.some(({ name }) => name !== field)
    )
  }
  // The rest of a structure, of which the list is a part that ends itself.
  if (field === 'AvPairs') return fields.some((each) => each.name === field && each.start === start)
  if (!skipped) return around.some((each) => each.start === start && each.end === end)
  // Bytes that nothing is made of: the end of a string, or one or more whole fields.
  return around.length > 0 || (fields.some((each) => each.start === start) && fields.some((each) => each.end === end))
}

const FOLDER = 'captures'
/** Messages of a kind that are cut and changed, each of another length, and how far into them. */
const FEW = 3
const MAX_CUT = 700

const samples = readdirSync(FOLDER).filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))

async function messagesOf(sample: string): Promise<Message[]> {
  const found: Message[] = []
  const tracker = new Tracker(sample, {
    messages: {
      message: () => {},
      content(row, bytes, start, captured, wireLength, response) {
        const copy = new Uint8Array(bytes.subarray(start, start + captured))
        const kind = `${row.family} ${row.command} ${response ? 'response' : 'request'}`
        found.push({ kind, bytes: copy, wireLength, response: response === true })
      },
    },
  })
  await readCaptureStream(createReadStream(`${FOLDER}/${sample}`), sample, tracker)
  return found
}

describe('both readings', () => {
  const messages: Message[] = []
  /** A few of each kind. */
  let few: Message[] = []

  beforeAll(async () => {
    for (const sample of samples) messages.push(...(await messagesOf(sample)))
    const byKind = new Map<string, Message[]>()
    for (const message of messages) {
      const list = byKind.get(message.kind) ?? []
      byKind.set(message.kind, list)
      if (list.length < FEW && list.every(({ bytes }) => bytes.length !== message.bytes.length)) list.push(message)
    }
    few = [...byKind.values()].flat()
  })

  it('see every body that the dissectors know, and most of it', () => {
    const kinds = new Set(
      messages.filter((message) => readsOf(() => dissect(message)).length > 2).map(({ kind }) => kind),
    )
    expect(kinds.size).toBeGreaterThanOrEqual(18)
  })

  it('agree on all messages of all samples', () => {
    for (const message of messages) expect(differences(message), message.kind).toEqual([])
  })

  it('agree on messages that were cut, at whichever byte', () => {
    for (const message of few) {
      for (let length = 4; length < Math.min(message.bytes.length, MAX_CUT); length++) {
        const cut = { ...message, bytes: message.bytes.slice(0, length) }
        expect(differences(cut), `${message.kind} of ${length} bytes`).toEqual([])
      }
    }
  })

  it('agree on messages with other bytes in them', () => {
    const changes = fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.nat(few.length - 1), changes, (index, list) => {
        const message = few[index]!
        const bytes = message.bytes.slice()
        // What makes it a message of its kind stays.
        const fixed = bytes[0] === 0xff ? SMB1_HEADER_LENGTH : SMB2_HEADER_LENGTH
        const room = Math.min(bytes.length, MAX_CUT) - fixed
        if (room <= 0) return
        for (const { at, byte } of list) bytes[fixed + Math.floor(at * (room - 1))] = byte
        expect(differences({ ...message, bytes }), message.kind).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })

  it('are compared: a field at another place, of another value or under another name is a difference', () => {
    const fields: Field[] = [{ name: 'Flags', value: '1', start: 4, end: 6, children: [] }]
    const read: Read = { field: 'Flags', start: 4, end: 6, value: 1, skipped: false }
    expect(isShown(read, [read], fields)).toBe(true)
    for (const other of [{ field: 'Mode' }, { start: 5, end: 7 }, { end: 8 }, { value: 2 }]) {
      expect(isShown({ ...read, ...other }, [read], fields), JSON.stringify(other)).toBe(false)
    }
    expect(isShown({ ...read, value: null }, [], fields)).toBe(true)
    expect(isShown({ ...read, value: null, end: 7 }, [], fields)).toBe(false)
    expect(isShown({ ...read, value: null, end: 5, skipped: true, field: 'Reserved' }, [], fields)).toBe(false)
  })
})
