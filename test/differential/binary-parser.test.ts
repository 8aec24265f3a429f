/**
 * The fixed parts of SMB messages compared with binary-parser: the same layouts, written a second time and read by independent code. Also how
 * binary-parser handles wrong lengths, which is why only tests use it (docs/binary-parser.md).
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Parser } from 'binary-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readable } from '../../dissectors/cursor.ts'
import * as smb1Negotiate from '../../dissectors/smb1/negotiate.ts'
import { parseSessionSetupAndxRequest } from '../../dissectors/smb1/session-setup-andx.ts'
import { parseIoctlRequest, parseIoctlResponse } from '../../dissectors/smb2/ioctl.ts'
import { parseNegotiateRequest, parseNegotiateResponse } from '../../dissectors/smb2/negotiate.ts'
import { readNegotiateContexts } from '../../dissectors/smb2/negotiate-contexts.ts'
import { parseSessionSetupRequest } from '../../dissectors/smb2/session-setup.ts'
import { parseTransformHeader } from '../../dissectors/smb2/transform.ts'
import { parseTreeConnectResponse } from '../../dissectors/smb2/tree-connect.ts'
import { parseValidateNegotiateInfoResponse } from '../../dissectors/smb2/validate-negotiate-info.ts'
import * as smb1 from '../dissectors/smb1/fixtures.ts'
import * as smb2 from '../dissectors/smb2/fixtures.ts'
import { bytes } from '../support/messages.ts'

const SMB2_HEADER = 64
const WORD_COUNT = 32

/** The same bytes for the library, which needs a Buffer. */
function theirs(parser: Parser, message: Uint8Array): Record<string, unknown> {
  return parser.parse(Buffer.from(message))
}

function little(): Parser {
  return new Parser().endianness('little')
}

function body(): Parser {
  return little().seek(SMB2_HEADER)
}

/** Plain bytes, without the Buffer in which the library returns them. */
function plain(value: unknown): Uint8Array {
  return new Uint8Array(value as Buffer)
}

const guid = little().uint32('a').uint16('b').uint16('c').buffer('d', { length: 2 }).buffer('e', { length: 6 })

function guidText(value: unknown): string {
  const { a, b, c, d, e } = value as { a: number; b: number; c: number; d: Buffer; e: Buffer }
  const digits = (n: number, length: number) => n.toString(16).padStart(length, '0')
  return `${digits(a, 8)}-${digits(b, 4)}-${digits(c, 4)}-${d.toString('hex')}-${e.toString('hex')}`
}

/** A message whose fixed part is random except for `start` at `offset`. */
function withFixedPart(length: number, offset: number, start: string): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((message) => {
    message.set(bytes(start), offset)
    return message
  })
}

/** Compares `fields` of both readers, for each message of the property and of the fixtures. */
function same(
  parser: Parser,
  ours: (message: Uint8Array) => Record<string, unknown>,
  read: (fields: Record<string, unknown>) => Record<string, unknown>,
  fixtures: readonly Uint8Array[],
  random: fc.Arbitrary<Uint8Array>,
): void {
  const expectSame = (message: Uint8Array) => {
    expect(ours(message)).toMatchObject(read(theirs(parser, message)))
  }
  for (const fixture of fixtures) expectSame(fixture)
  fc.assert(fc.property(random, expectSame))
}

describe('beside binary-parser', () => {
  it('SMB2 NEGOTIATE request', () => {
    const layout = () =>
      body()
        .uint16('structureSize', { assert: 36 })
        .uint16('dialectCount')
        .uint16('securityMode')
        .skip(2)
        .uint32('capabilities')
        .nest('clientGuid', { type: guid })
        .skip(8)
    same(
      layout(),
      (message) => readable(parseNegotiateRequest(message)),
      ({ securityMode, capabilities, clientGuid }) => ({
        securityMode,
        capabilities,
        clientGuid: guidText(clientGuid),
      }),
      [smb2.negotiateRequest202, smb2.negotiateRequest311, smb2.negotiateRequestGmac],
      withFixedPart(SMB2_HEADER + 36, SMB2_HEADER, '2400'),
    )
    const withDialects = layout().array('dialects', { type: 'uint16le', length: 'dialectCount' })
    for (const message of [smb2.negotiateRequest202, smb2.negotiateRequest311]) {
      expect(readable(parseNegotiateRequest(message)).dialects).toEqual(theirs(withDialects, message)['dialects'])
    }
  })

  it('SMB2 NEGOTIATE response', () => {
    const layout = body()
      .uint16('structureSize', { assert: 65 })
      .uint16('securityMode')
      .uint16('dialectRevision')
      .uint16('negotiateContextCount')
      .nest('serverGuid', { type: guid })
      .uint32('capabilities')
      .uint32('maxTransactSize')
      .uint32('maxReadSize')
      .uint32('maxWriteSize')
      .uint64('systemTime')
      .uint64('serverStartTime')
      .uint16('securityBufferOffset')
      .uint16('securityBufferLength')
      .uint32('negotiateContextOffset')
    same(
      layout,
      (message) => readable(parseNegotiateResponse(message)),
      ({
        structureSize,
        negotiateContextCount,
        negotiateContextOffset,
        securityBufferOffset,
        securityBufferLength,
        serverGuid,
        ...fields
      }) => ({ ...fields, serverGuid: guidText(serverGuid) }),
      [smb2.negotiateResponse302, smb2.negotiateResponse311, smb2.negotiateResponseWildcard],
      withFixedPart(SMB2_HEADER + 64, SMB2_HEADER, '4100'),
    )
  })

  it('SMB2 NEGOTIATE response: its buffer, by a pointer', () => {
    const layout = body()
      .seek(56)
      .uint16('offset')
      .uint16('length')
      .pointer('securityBuffer', { offset: 'offset', type: new Parser().buffer('bytes', { readUntil: 'eof' }) })
    for (const message of [smb2.negotiateResponse302, smb2.negotiateResponse311]) {
      const { securityBuffer, length } = theirs(layout, message) as {
        securityBuffer: { bytes: Buffer }
        length: number
      }
      const expected = plain(securityBuffer.bytes).subarray(0, length)
      expect(readable(parseNegotiateResponse(message)).securityBuffer).toEqual(expected)
    }
  })

  it('SMB2 negotiate contexts, aligned to 8', () => {
    const context = little()
      .uint16('type')
      .uint16('dataLength')
      .skip(4)
      .buffer('data', { length: 'dataLength' })
      .seek(function () {
        return (8 - (this['dataLength']! % 8)) % 8
      })
    const list = fc.array(fc.tuple(fc.integer({ min: 0x4000, max: 0xffff }), fc.uint8Array({ maxLength: 20 })), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(list, (contexts) => {
        const unique = contexts.filter(([type], i) => contexts.findIndex(([other]) => other === type) === i)
        const message = Buffer.concat(
          unique.map(([type, data]) => {
            const padded = Buffer.alloc(8 + data.length + ((8 - (data.length % 8)) % 8))
            padded.writeUInt16LE(type, 0)
            padded.writeUInt16LE(data.length, 2)
            padded.set(data, 8)
            return padded
          }),
        )
        const layout = little().array('contexts', { type: context, length: unique.length })
        const { contexts: expected } = theirs(layout, message) as {
          contexts: { type: number; dataLength: number }[]
        }
        expect(readNegotiateContexts(message, message.length, 0, unique.length).unknown).toEqual(
          expected.map(({ type, dataLength }) => ({ type, length: dataLength })),
        )
      }),
    )
  })

  it('SMB2 SESSION_SETUP request', () => {
    same(
      body()
        .uint16('structureSize', { assert: 25 })
        .uint8('flags')
        .uint8('securityMode')
        .uint32('capabilities')
        .skip(8)
        .uint64('previousSessionId'),
      (message) => readable(parseSessionSetupRequest(message)),
      ({ structureSize, ...fields }) => fields,
      [smb2.sessionSetupRequestBinding, smb2.sessionSetupRequestReconnect],
      withFixedPart(SMB2_HEADER + 24, SMB2_HEADER, '1900'),
    )
  })

  it('SMB2 TREE_CONNECT response', () => {
    same(
      body()
        .uint16('structureSize', { assert: 16 })
        .uint8('shareType')
        .skip(1)
        .uint32('shareFlags')
        .uint32('capabilities')
        .uint32('maximalAccess'),
      (message) => readable(parseTreeConnectResponse(message)),
      ({ structureSize, ...fields }) => fields,
      [smb2.treeConnectResponseEncrypt],
      withFixedPart(SMB2_HEADER + 16, SMB2_HEADER, '1000'),
    )
  })

  it('SMB2 IOCTL request and response', () => {
    const start = () => body().uint16('structureSize').skip(2).uint32('ctlCode').buffer('fileId', { length: 16 })
    same(
      start().skip(8).uint32('maxInputResponse').skip(8).uint32('maxOutputResponse').uint32('flags').skip(4),
      (message) => readable(parseIoctlRequest(message)),
      ({ structureSize, fileId, ...fields }) => ({ ...fields, fileId: plain(fileId) }),
      [smb2.ioctlRequestValidate],
      withFixedPart(SMB2_HEADER + 56, SMB2_HEADER, '3900'),
    )
    same(
      start().skip(16).uint32('flags').skip(4),
      (message) => readable(parseIoctlResponse(message)),
      ({ structureSize, fileId, ...fields }) => ({ ...fields, fileId: plain(fileId) }),
      [smb2.ioctlResponseValidate],
      withFixedPart(SMB2_HEADER + 48, SMB2_HEADER, '3100'),
    )
  })

  it('VALIDATE_NEGOTIATE_INFO response', () => {
    same(
      little().uint32('capabilities').nest('guid', { type: guid }).uint16('securityMode').uint16('dialect'),
      (output) => readable(parseValidateNegotiateInfoResponse(output)),
      ({ guid: value, ...fields }) => ({ ...fields, guid: guidText(value) }),
      [smb2.ioctlResponseValidate.subarray(112)],
      withFixedPart(24, 0, ''),
    )
  })

  it('SMB2 transform header', () => {
    same(
      little()
        .uint32('protocolId', { assert: 0x424d53fd })
        .buffer('signature', { length: 16 })
        .buffer('nonce', { length: 16 })
        .uint32('originalMessageSize')
        .skip(2)
        .uint16('flags')
        .uint64('sessionId'),
      (message) => readable(parseTransformHeader(message)),
      ({ protocolId, signature, nonce, ...fields }) => ({
        ...fields,
        signature: plain(signature),
        nonce: plain(nonce),
      }),
      [smb2.transform],
      withFixedPart(52, 0, 'fd534d42'),
    )
  })

  it('SMB1 NEGOTIATE request: its strings', () => {
    const dialect = new Parser().uint8('bufferFormat', { assert: 2 }).string('name', { zeroTerminated: true })
    const layout = little()
      .seek(WORD_COUNT + 1)
      .uint16('byteCount')
      .array('dialects', { type: dialect, lengthInBytes: 'byteCount' })
    const { dialects } = theirs(layout, smb1.negotiateRequest) as { dialects: { name: string }[] }
    expect(readable(smb1Negotiate.parseNegotiateRequest(smb1.negotiateRequest, WORD_COUNT)).dialects).toEqual(
      dialects.map(({ name }) => name),
    )
  })

  it('SMB1 NEGOTIATE response, 17 words', () => {
    same(
      little()
        .seek(WORD_COUNT)
        .uint8('wordCount', { assert: 17 })
        .uint16('dialectIndex')
        .uint8('securityMode')
        .skip(16)
        .uint32('capabilities')
        .skip(13),
      (message) => readable(smb1Negotiate.parseNegotiateResponse(message, WORD_COUNT)),
      ({ wordCount, ...fields }) => fields,
      [smb1.negotiateResponseNt, smb1.negotiateResponseExtended],
      withFixedPart(WORD_COUNT + 37, WORD_COUNT, '11'),
    )
  })

  it('SMB1 SESSION_SETUP_ANDX request, 13 words and both passwords', () => {
    const layout = () =>
      little()
        .seek(WORD_COUNT)
        .uint8('wordCount', { assert: 13 })
        .skip(4)
        .uint16('maxBufferSize')
        .uint16('maxMpxCount')
        .uint16('vcNumber')
        .uint32('sessionKey')
        .uint16('oemPasswordLen')
        .uint16('unicodePasswordLen')
        .skip(4)
        .uint32('capabilities')
    same(
      layout(),
      (message) => readable(parseSessionSetupAndxRequest(message, WORD_COUNT)),
      ({ wordCount, ...fields }) => fields,
      [smb1.sessionSetupRequestNt],
      withFixedPart(WORD_COUNT + 29, WORD_COUNT, '0d'),
    )
    const passwords = layout()
      .skip(2)
      .buffer('oemPassword', { length: 'oemPasswordLen' })
      .buffer('unicodePassword', { length: 'unicodePasswordLen' })
    const { oemPassword, unicodePassword } = theirs(passwords, smb1.sessionSetupRequestNt)
    expect(readable(parseSessionSetupAndxRequest(smb1.sessionSetupRequestNt, WORD_COUNT))).toMatchObject({
      oemPassword: plain(oemPassword),
      unicodePassword: plain(unicodePassword),
    })
  })
})

describe('why the program does not use binary-parser', () => {
  it('returns a buffer shorter than its length without an error, if the input ends', () => {
    const layout = little().uint16('length').buffer('bytes', { length: 'length' })
    expect(theirs(layout, bytes('ffff aabbcc'))).toMatchObject({ length: 0xffff, bytes: Buffer.from('aabbcc', 'hex') })
  })

  it('skips past the end without an error', () => {
    expect(theirs(little().uint8('a').skip(1000), bytes('01'))).toEqual({ a: 1 })
  })

  it('follows a pointer with a negative offset to the end of its input', () => {
    const layout = little()
      .int8('offset')
      .pointer('at', { offset: 'offset', type: new Parser().buffer('bytes', { length: 2 }) })
    expect(theirs(layout, bytes('fc 11223344'))).toEqual({ offset: -4, at: { bytes: Buffer.from('1122', 'hex') } })
  })

  it('discards what it has read if a number is cut', () => {
    const layout = little().uint16('securityMode').uint32('capabilities')
    expect(() => theirs(layout, bytes('0100 7f00'))).toThrow(RangeError)
  })

  it('makes as many elements as a count says, without any bytes', () => {
    const layout = little().uint16('count').array('elements', { type: new Parser(), length: 'count' })
    expect((theirs(layout, bytes('ffff')) as { elements: unknown[] }).elements).toHaveLength(0xffff)
  })

  it('does not support UTF-16', () => {
    expect(() => new Parser().string('path', { length: 4, encoding: 'utf16le' })).toThrow('Invalid encoding: utf16le')
  })

  it('ignores a field that is added after its first use, without an error', () => {
    const layout = little().uint8('a')
    theirs(layout, bytes('0102'))
    expect(theirs(layout.uint8('b'), bytes('0102'))).toEqual({ a: 1 })
  })

  it('needs code generation, which hardened processes forbid', () => {
    const script = "require('binary-parser').Parser.start().uint8('a').parse(Buffer.from([1]))"
    const run = (...flags: string[]) =>
      spawnSync(process.execPath, [...flags, '-e', script], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        encoding: 'utf8',
      })
    expect(run().status).toBe(0)
    const hardened = run('--disallow-code-generation-from-strings')
    expect(hardened.status).not.toBe(0)
    expect(hardened.stderr).toContain('Code generation from strings disallowed')
  })
})
