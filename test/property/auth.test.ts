/** For any bytes: no exception, an end, and from a part of a message nothing that the whole does not say. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAvPairs } from '../../dissectors/auth/av-pairs.ts'
import { parseKerberosToken } from '../../dissectors/auth/kerberos.ts'
import { classifyResponses, parseNtlmv2Response } from '../../dissectors/auth/ntlm-responses.ts'
import {
  messageType,
  parseNtlmAuthenticate,
  parseNtlmChallenge,
  parseNtlmNegotiate,
} from '../../dissectors/auth/ntlmssp.ts'
import { innerToken, parseSecurityBlob } from '../../dissectors/auth/spnego.ts'
import { type Parsed, readable } from '../../dissectors/cursor.ts'
import * as fixtures from '../dissectors/auth/fixtures.ts'
import { cases } from '../support/cases.ts'
import { expectPartOf } from '../support/messages.ts'

type Parser = (bytes: Uint8Array, wireLength?: number) => Parsed<object>

const BLOBS = Object.entries(fixtures).filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array)

/** The parser of each token inside the blobs. */
const TOKENS: [string, Uint8Array, Parser][] = BLOBS.flatMap(([name, blob]): [string, Uint8Array, Parser][] => {
  const { kind, bytes } = innerToken(readable(parseSecurityBlob(blob)))
  const parser = bytes === null ? null : tokenParser(kind, bytes)
  return bytes === null || parser === null ? [] : [[name, bytes, parser]]
})

function tokenParser(kind: string, token: Uint8Array): Parser | null {
  if (kind === 'kerberos') return parseKerberosToken
  if (kind !== 'ntlmssp') return null
  return [parseNtlmNegotiate, parseNtlmChallenge, parseNtlmAuthenticate][(messageType(token) ?? 1) - 1]!
}

const INPUTS: [string, Uint8Array, Parser][] = [
  ...BLOBS.map(([name, blob]): [string, Uint8Array, Parser] => [name, blob, parseSecurityBlob]),
  ...TOKENS.map(([name, token, parser]): [string, Uint8Array, Parser] => [`the token of ${name}`, token, parser]),
]

it('the fixtures have tokens of every kind', () => {
  expect(new Set(TOKENS.map(([, , parser]) => parser))).toEqual(
    new Set([parseNtlmNegotiate, parseNtlmChallenge, parseNtlmAuthenticate, parseKerberosToken]),
  )
})

describe('every prefix', () => {
  it.each(INPUTS)('of %s that a capture could contain is truncated, or complete', (_, input, parser) => {
    const whole = parser(input)
    if (!whole.ok) throw new Error('a fixture must be good')
    for (let length = 0; length < input.length; length++) {
      const part = parser(input.subarray(0, length), input.length)
      if (part.ok) expect(withoutTokens(part.value)).toEqual(withoutTokens(whole.value))
      else {
        expect(part.fault.kind).toBe('truncated')
        expect(part.fault.offset).toBeLessThan(input.length)
        for (const [field, value] of Object.entries(part.partial)) {
          if (!saysLess(field, value)) expectPartOf(value, (whole.value as Record<string, unknown>)[field], field)
        }
      }
    }
  })

  it.each(INPUTS)('of %s that is sent as a whole is never truncated', (_, input, parser) => {
    for (let length = 0; length < input.length; length++) {
      const part = parser(input.subarray(0, length))
      if (!part.ok) expect(part.fault.kind).toBe('malformed')
    }
  })

  it.each(BLOBS.filter(([, blob]) => blob[0] !== 0x4e))(
    'sent as if it were the whole of %s is malformed, or empty',
    (_, blob) => {
      expect(parseSecurityBlob(blob.subarray(0, 0))).toEqual({ ok: true, value: { form: 'empty' } })
      for (let length = 1; length < blob.length; length++) {
        const part = parseSecurityBlob(blob.subarray(0, length))
        expect(part.ok ? null : part.fault.kind).toBe('malformed')
      }
    },
  )
})

/** Values by which a partial record says that something is unknown. */
function saysLess(field: string, value: unknown): boolean {
  if (field === 'responses') return value === 'unknown' || value === 'ntlmv1-any'
  return field === 'mechTypesCut' && value === true
}

function withoutTokens(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => !(field instanceof Uint8Array)))
}

/** A message with some bytes changed, removed or doubled, and perhaps a different length. */
const mutated: fc.Arbitrary<[Uint8Array, number]> = fc
  .record({
    input: fc.constantFrom(...INPUTS.map(([, input]) => input)),
    edits: fc.array(
      fc.record({
        at: fc.nat(1500),
        how: fc.constantFrom('set', 'set', 'set', 'cut', 'double'),
        value: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x30, 0x7f, 0x80, 0x84, 0xa0, 0xa2, 0xff)),
        length: fc.integer({ min: 1, max: 8 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    more: fc.integer({ min: -20, max: 20 }),
  })
  .map(({ input, edits, more }) => {
    let bytes = Array.from(input)
    for (const { at, how, value, length } of edits) {
      const place = at % Math.max(bytes.length, 1)
      if (how === 'set') bytes[place] = value
      else if (how === 'cut') bytes.splice(place, length)
      else bytes = [...bytes.slice(0, place + length), ...bytes.slice(place)]
    }
    return [Uint8Array.from(bytes), Math.max(0, bytes.length + more)]
  })

const noise: fc.Arbitrary<[Uint8Array, number]> = fc
  .uint8Array({ maxLength: 200 })
  .map((bytes) => [bytes, bytes.length])

const ALL: Parser[] = [
  parseSecurityBlob,
  parseNtlmNegotiate,
  parseNtlmChallenge,
  parseNtlmAuthenticate,
  parseNtlmv2Response,
  parseKerberosToken,
  (bytes) => parseSecurityBlob(bytes, bytes.length + 1000),
]

function survive(input: Uint8Array, wireLength: number): void {
  for (const parser of ALL) {
    const parsed = parser(input, wireLength)
    if (!parsed.ok) {
      expect(['truncated', 'malformed', 'unsupported']).toContain(parsed.fault.kind)
      expect(parsed.fault.field).not.toBe('')
      expect(parsed.fault.offset).toBeGreaterThanOrEqual(0)
    }
  }
  const token = innerToken(readable(parseSecurityBlob(input, wireLength)))
  if (token.bytes !== null) for (const parser of ALL) parser(token.bytes, token.wireLength)
  parseAvPairs(input)
  classifyResponses(input, input, input.length)
}

describe('hostile bytes', () => {
  it('made from real messages give a record or a fault', () => {
    fc.assert(
      fc.property(mutated, ([input, wireLength]) => survive(input, wireLength)),
      { numRuns: cases(2000) },
    )
  })

  it('made from nothing give a record or a fault', () => {
    fc.assert(
      fc.property(
        noise,
        fc.constantFrom([], [0x60, 0x81], [0xa1, 0x80], [0x6e, 0x80], [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0]),
        ([bytes], start) => survive(Uint8Array.from([...start, ...bytes]), start.length + bytes.length),
      ),
      { numRuns: cases(1000) },
    )
  })

  it('are never written to', () => {
    for (const [, input, parser] of INPUTS) {
      const copy = Uint8Array.from(input)
      parser(input)
      expect(input).toEqual(copy)
    }
  })
})
