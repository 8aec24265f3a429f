/** What holds for every SMB and NetBIOS dissector and each fixture: the right fault for each prefix, and an end for any bytes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault, Parsed } from '../../dissectors/cursor.ts'
import {
  parseNegativeSessionResponse,
  parseRetargetSessionResponse,
  parseSessionRequest,
} from '../../dissectors/netbios/session-service.ts'
import { andxChain } from '../../dissectors/smb1/andx.ts'
import { parseLogoffAndxRequest, parseLogoffAndxResponse } from '../../dissectors/smb1/logoff-andx.ts'
import * as smb1Negotiate from '../../dissectors/smb1/negotiate.ts'
import {
  parseSessionSetupAndxRequest,
  parseSessionSetupAndxResponse,
} from '../../dissectors/smb1/session-setup-andx.ts'
import {
  parseTreeConnectRequest as parseCoreTreeConnectRequest,
  parseTreeConnectResponse as parseCoreTreeConnectResponse,
} from '../../dissectors/smb1/tree-connect.ts'
import { parseTreeConnectAndxRequest, parseTreeConnectAndxResponse } from '../../dissectors/smb1/tree-connect-andx.ts'
import {
  CLEAR_START,
  clearLength,
  parseCompressionTransform,
  uncompressedLength,
} from '../../dissectors/smb2/compression-transform.ts'
import { parseErrorResponse } from '../../dissectors/smb2/error.ts'
import { parseIoctlRequest, parseIoctlResponse } from '../../dissectors/smb2/ioctl.ts'
import { parseLogoffRequest, parseLogoffResponse } from '../../dissectors/smb2/logoff.ts'
import {
  type NegotiateRequest,
  type NegotiateResponse,
  parseNegotiateRequest,
  parseNegotiateResponse,
} from '../../dissectors/smb2/negotiate.ts'
import { parseSessionSetupRequest, parseSessionSetupResponse } from '../../dissectors/smb2/session-setup.ts'
import { parseTransformHeader, TRANSFORM_HEADER_LENGTH } from '../../dissectors/smb2/transform.ts'
import { parseTreeConnectRequest, parseTreeConnectResponse } from '../../dissectors/smb2/tree-connect.ts'
import { parseTreeDisconnectRequest, parseTreeDisconnectResponse } from '../../dissectors/smb2/tree-disconnect.ts'
import {
  parseValidateNegotiateInfoRequest,
  parseValidateNegotiateInfoResponse,
} from '../../dissectors/smb2/validate-negotiate-info.ts'
import { sessionRequest } from '../dissectors/netbios/fixtures.ts'
import * as smb1 from '../dissectors/smb1/fixtures.ts'
import * as smb2 from '../dissectors/smb2/fixtures.ts'
import { cases } from '../support/cases.ts'
import { ascii } from '../support/der-builder.ts'
import { bytes, expectPlaceNoMatter, expectPrefixFaults, mutations, type Sample } from '../support/messages.ts'
import { smb1 as smb1Message, treeConnectBytes } from '../support/smb1.ts'

type Smb1Parser = (message: Uint8Array, offset: number, wireLength?: number) => Parsed<object>

const WORD_COUNT = 32

/** A fault in a negotiate context stays in that context. */
function contextFault(record: object): Fault | null {
  return (record as NegotiateRequest | NegotiateResponse).negotiateContexts?.fault ?? null
}

function negotiate(name: string, message: Uint8Array, parse: Sample['parse']): Sample {
  return { name, message, parse, innerFault: contextFault, growing: ['negotiateContexts'] }
}

function first(parse: Smb1Parser): Sample['parse'] {
  return (message, wireLength) => parse(message, WORD_COUNT, wireLength)
}

const SMB2: Sample[] = [
  negotiate('NEGOTIATE request, 2.0.2', smb2.negotiateRequest202, parseNegotiateRequest),
  negotiate('NEGOTIATE request, 3.1.1', smb2.negotiateRequest311, parseNegotiateRequest),
  negotiate('NEGOTIATE request, signing context', smb2.negotiateRequestGmac, parseNegotiateRequest),
  negotiate('NEGOTIATE response, wildcard', smb2.negotiateResponseWildcard, parseNegotiateResponse),
  negotiate('NEGOTIATE response, 3.0.2', smb2.negotiateResponse302, parseNegotiateResponse),
  negotiate('NEGOTIATE response, 3.1.1', smb2.negotiateResponse311, parseNegotiateResponse),
  { name: 'SESSION_SETUP, binding', message: smb2.sessionSetupRequestBinding, parse: parseSessionSetupRequest },
  { name: 'SESSION_SETUP, reconnect', message: smb2.sessionSetupRequestReconnect, parse: parseSessionSetupRequest },
  { name: 'SESSION_SETUP, more', message: smb2.sessionSetupResponseMore, parse: parseSessionSetupResponse },
  { name: 'SESSION_SETUP, guest', message: smb2.sessionSetupResponseGuest, parse: parseSessionSetupResponse },
  {
    name: 'SESSION_SETUP, failure',
    message: smb2.sessionSetupResponseFailure,
    parse: parseSessionSetupResponse,
    needed: 72,
  },
  { name: 'TREE_CONNECT request', message: smb2.treeConnectRequest, parse: parseTreeConnectRequest },
  { name: 'TREE_CONNECT response', message: smb2.treeConnectResponseEncrypt, parse: parseTreeConnectResponse },
  { name: 'IOCTL request', message: smb2.ioctlRequestValidate, parse: parseIoctlRequest },
  { name: 'IOCTL response', message: smb2.ioctlResponseValidate, parse: parseIoctlResponse },
  { name: 'IOCTL, error', message: smb2.ioctlResponseError, parse: parseIoctlResponse, needed: 72 },
  { name: 'LOGOFF request', message: smb2.logoffRequest, parse: parseLogoffRequest },
  { name: 'LOGOFF response', message: smb2.logoffResponse, parse: parseLogoffResponse },
  { name: 'TREE_DISCONNECT request', message: smb2.treeDisconnectRequest, parse: parseTreeDisconnectRequest },
  { name: 'TREE_DISCONNECT response', message: smb2.treeDisconnectResponse, parse: parseTreeDisconnectResponse },
  { name: 'ERROR', message: smb2.errorWithoutByte, parse: parseErrorResponse },
  {
    name: 'transform',
    message: smb2.transform,
    parse: parseTransformHeader,
    needed: TRANSFORM_HEADER_LENGTH,
    growing: ['anomalies'],
  },
  {
    name: 'VALIDATE_NEGOTIATE_INFO request',
    message: smb2.ioctlRequestValidate.slice(120),
    parse: parseValidateNegotiateInfoRequest,
  },
  {
    name: 'VALIDATE_NEGOTIATE_INFO response',
    message: smb2.ioctlResponseValidate.slice(112),
    parse: parseValidateNegotiateInfoResponse,
  },
  {
    name: 'compression, unchained',
    message: bytes('fc534d42 00100000 0200 0000 00000000 aabbcc'),
    parse: parseCompressionTransform,
    needed: 16,
  },
]

const SMB1: Sample[] = [
  {
    name: 'NEGOTIATE request',
    message: smb1.negotiateRequest,
    parse: first(smb1Negotiate.parseNegotiateRequest),
  },
  ...[
    smb1.negotiateResponseRefused,
    smb1.negotiateResponseLanman,
    smb1.negotiateResponseNt,
    smb1.negotiateResponseExtended,
  ].map((message) => smb1Sample('NEGOTIATE response', message, smb1Negotiate.parseNegotiateResponse)),
  ...[smb1.sessionSetupRequestLanman, smb1.sessionSetupRequestNt, smb1.sessionSetupRequestExtended].map((message) =>
    smb1Sample('SESSION_SETUP_ANDX request', message, parseSessionSetupAndxRequest),
  ),
  ...[
    smb1.sessionSetupResponseLanman,
    smb1.sessionSetupResponseGuest,
    smb1.sessionSetupResponseExtended,
    smb1.sessionSetupResponseError,
  ].map((message) => smb1Sample('SESSION_SETUP_ANDX response', message, parseSessionSetupAndxResponse)),
  ...[smb1.treeConnectRequestOem, smb1.treeConnectRequestUnicode].map((message) =>
    smb1Sample('TREE_CONNECT_ANDX request', message, parseTreeConnectAndxRequest),
  ),
  ...[smb1.treeConnectResponseLanman, smb1.treeConnectResponseNt, smb1.treeConnectResponseExtended].map((message) =>
    smb1Sample('TREE_CONNECT_ANDX response', message, parseTreeConnectAndxResponse),
  ),
  ...[new Uint8Array(0), ascii('secret'), Uint8Array.from({ length: 24 }, (_, i) => (i * 37) % 256)].map((password) =>
    smb1Sample(
      `TREE_CONNECT request, ${password.length}`,
      smb1Message({ command: 0x70, bytes: treeConnectBytes('\\\\SRV\\C', password, 'A:') }),
      parseCoreTreeConnectRequest,
    ),
  ),
  smb1Sample(
    'TREE_CONNECT response',
    smb1Message({ command: 0x70, response: true, words: Uint8Array.of(0, 16, 7, 0) }),
    parseCoreTreeConnectResponse,
  ),
  smb1Sample('LOGOFF_ANDX request', smb1.logoffRequest, parseLogoffAndxRequest),
  smb1Sample('LOGOFF_ANDX response', smb1.logoffResponse, parseLogoffAndxResponse),
  smb1Sample('LOGOFF_ANDX error', smb1.logoffResponseError, parseLogoffAndxResponse),
]

function smb1Sample(name: string, message: Uint8Array, parse: Smb1Parser): Sample {
  return { name: `${name}, ${message[WORD_COUNT]} words`, message, parse: first(parse) }
}

const NETBIOS: Sample[] = [
  { name: 'SESSION REQUEST', message: sessionRequest, parse: parseSessionRequest },
  { name: 'NEGATIVE SESSION RESPONSE', message: bytes('83000001 82'), parse: parseNegativeSessionResponse },
  {
    name: 'RETARGET SESSION RESPONSE',
    message: bytes('84000006 0a4d0002 01bd'),
    parse: parseRetargetSessionResponse,
  },
]

/** The most entries that any list of a record may hold. */
const LONGEST_LIST = 64

function expectBounded(value: unknown): void {
  if (Array.isArray(value)) expect(value.length).toBeLessThanOrEqual(LONGEST_LIST)
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return
  for (const inner of Object.values(value)) expectBounded(inner)
}

describe.each([
  ['SMB2', SMB2],
  ['SMB1', SMB1],
  ['NetBIOS', NETBIOS],
])('%s', (_, samples) => {
  it.each(samples)('$name: each prefix is truncated or malformed, and what was read is kept', expectPrefixFaults)

  it.each(samples)('$name: the same at any offset', expectPlaceNoMatter)

  it.each(samples)('$name: any bytes are read to an end, into a record of bounded size', (sample) => {
    fc.assert(
      fc.property(mutations(sample), ({ mutant, wireLength }) => {
        const parsed = sample.parse(mutant, wireLength)
        expectBounded(parsed.ok ? parsed.value : parsed.partial)
        if (parsed.ok) return
        expect(['truncated', 'malformed', 'unsupported']).toContain(parsed.fault.kind)
        // Everything that the message declares is there: nothing can be missing from the capture.
        if (wireLength === mutant.length) expect(parsed.fault.kind).not.toBe('truncated')
      }),
      { numRuns: cases(300) },
    )
  })
})

describe('the clear part of a compressed message', () => {
  const sample = bytes(`fc534d42 00100000 0200 0000 40000000 ${'ab'.repeat(80)}`)

  it('lies within the message, with any size fields', () => {
    fc.assert(
      fc.property(mutations({ name: '', message: sample, parse: parseCompressionTransform }), (m) => {
        if (m.mutant.length < CLEAR_START) return
        const length = clearLength(m.mutant, 0, m.wireLength)
        expect(length).toBeGreaterThanOrEqual(0)
        expect(length).toBeLessThanOrEqual(m.wireLength - CLEAR_START)
        expect(uncompressedLength(m.mutant, 0)).toBeGreaterThanOrEqual(0)
        const parsed = parseCompressionTransform(m.mutant, m.wireLength)
        if (parsed.ok) expect(length).toBe(parsed.value.clear.length + missing(m, length))
      }),
    )
  })

  /** How much of it is missing from the capture. */
  function missing({ mutant }: { mutant: Uint8Array }, length: number): number {
    return Math.max(0, CLEAR_START + length - mutant.length)
  }
})

describe('AndX chains', () => {
  it('end for any bytes, each step further into the message', () => {
    fc.assert(
      fc.property(mutations({ name: '', message: smb1.logoffChain, parse: first(parseLogoffAndxRequest) }), (m) => {
        if (m.mutant.length < WORD_COUNT) return
        const { steps } = andxChain(m.mutant, m.wireLength)
        expect(steps.length).toBeLessThanOrEqual(16)
        for (let i = 1; i < steps.length; i++) {
          expect(steps[i].offset).toBeGreaterThan(steps[i - 1].offset)
          expect(steps[i].offset).toBeLessThan(m.wireLength)
        }
      }),
    )
  })
})
