import { describe, expect, it } from 'vitest'
import { DEPTH_LIMIT, DER_TAG, DerReader, ELEMENT_LIMIT, type Element } from '../../../dissectors/auth/der.ts'
import { Cursor, type Fault, type Parsed, parse } from '../../../dissectors/cursor.ts'
import {
  ascii,
  concat,
  context,
  indefinite,
  integer,
  octetString,
  oid,
  padded,
  sequence,
  tlv,
} from '../../support/der-builder.ts'
import { bytes } from './fixtures.ts'

/** What one read of the outermost element gives. */
function read<T>(
  input: Uint8Array,
  use: (der: DerReader, root: Element) => T,
  wireLength = input.length,
): Parsed<{ value: T }> {
  return parse<{ value: T }>(new Cursor(input, wireLength), (c) => {
    const der = new DerReader(c)
    return { value: use(der, der.root('Root')) }
  })
}

function readValue<T>(input: Uint8Array, use: (der: DerReader, root: Element) => T): T {
  const result = read(input, use)
  if (!result.ok) throw new Error(`${result.fault.kind}: ${result.fault.field} at ${result.fault.offset}`)
  return result.value.value
}

function faultOf(
  input: Uint8Array,
  use: (der: DerReader, root: Element) => unknown,
  wireLength = input.length,
): Fault | null {
  const result = read(input, use, wireLength)
  return result.ok ? null : result.fault
}

const justRoot = (_: DerReader, root: Element): Element => root

function walk(der: DerReader, element: Element): void {
  if (element.tag & 0x20) for (const child of der.children(element, 'Child')) walk(der, child)
}

const tags = (der: DerReader, root: Element): number[] => [...der.children(root, 'Child')].map(({ tag }) => tag)

describe('an element', () => {
  it('has its offsets from the start of the message', () => {
    expect(readValue(bytes('04 03 aa bb cc ff'), justRoot)).toEqual({
      tag: 4,
      offset: 0,
      start: 2,
      end: 5,
      indefinite: false,
      depth: 0,
    })
  })

  it.each([
    ['short', '04 01 aa', 3],
    ['empty', '04 00', 2],
    ['one octet', '04 81 01 aa', 4],
    ['leading zeros', '04 84 00 00 00 01 aa', 7],
    ['no octets at all, which is a length of nothing', '30 81 00', 3],
    ['a tag number above 30', '1f 81 01 01 aa', 5],
  ])('ends where its length says: %s', (_, hex, end) => {
    expect(readValue(bytes(hex), justRoot).end).toBe(end)
  })

  it('returns views of the message, not copies', () => {
    const message = bytes('30 05 04 03 aa bb cc')
    const content = readValue(message, (der, root) =>
      der.content(der.inside(root, 'OctetString'), DER_TAG.OCTET_STRING, 'OctetString'),
    )
    expect(content).toEqual(bytes('aa bb cc'))
    expect(content.buffer).toBe(message.buffer)
  })

  it('gives as much content as was captured', () => {
    const result = read(bytes('04 05 aa bb'), (der, root) => der.captured(root), 7)
    expect(result).toEqual({ ok: true, value: { value: bytes('aa bb') } })
  })
})

describe('children', () => {
  it('come in order, those of unknown tags too', () => {
    expect(
      readValue(sequence(integer(1), tlv(0x85, ascii('?')), sequence(integer(2)), octetString(ascii('x'))), tags),
    ).toEqual([2, 0x85, 0x30, 4])
  })

  it('of indefinite lengths end at the marker', () => {
    const inner = indefinite(0x30, integer(1), indefinite(0x30, integer(2)))
    expect(readValue(concat(indefinite(0x30, inner, integer(3)), ascii('more')), tags)).toEqual([0x30, 2])
  })

  it('of a primitive element are none', () => {
    expect(faultOf(octetString(integer(1)), tags)).toEqual({ kind: 'malformed', field: 'Child', offset: 0 })
  })
})

describe('fields', () => {
  const fields = (der: DerReader, root: Element): [number, number][] =>
    [...der.fields(root, 'Record')].map(([number, value]) => [number, value.tag])

  it('are numbers and the elements inside the tags', () => {
    expect(readValue(sequence(context(0, integer(1)), context(4, octetString(ascii('x')))), fields)).toEqual([
      [0, 2],
      [4, 4],
    ])
  })

  it.each([
    ['twice the same', sequence(context(0, integer(1)), context(0, integer(2)))],
    ['out of order', sequence(context(1, integer(1)), context(0, integer(2)))],
    ['without a context tag', sequence(integer(1))],
    ['a primitive context tag', sequence(tlv(0x80, integer(1)))],
    ['with nothing inside', sequence(context(0))],
    ['a tag number that needs more octets', sequence(concat(bytes('bf 1f 03'), integer(1)))],
    ['not in a sequence', context(0, integer(1))],
  ])('are malformed: %s', (_, input) => {
    expect(faultOf(input, fields)?.kind).toBe('malformed')
  })
})

describe('hostile lengths', () => {
  it.each([
    ['4 GB', '30 84 ff ff ff ff 00'],
    ['one past the end', '30 02 05'],
    ['five octets, though it would fit', '30 85 00 00 00 00 00'],
    ['126 octets', `30 fe ${'00'.repeat(126)}`],
    ['the reserved ff', '30 ff 00'],
    ['cut inside its octets', '30 82 01'],
    ['none', '30'],
    ['nothing', ''],
    ['indefinite on a primitive', '04 80 00 00'],
    ['a tag number without an end', '1f 81'],
  ])('are malformed: %s', (_, hex) => {
    expect(faultOf(bytes(hex), justRoot)?.kind).toBe('malformed')
  })

  it.each([
    ['a child past its parent', '30 03 04 02 aa bb bb bb'],
    ['a child header past its parent', '30 01 04 00'],
    ['no end-of-contents', '30 80 02 01 01'],
    ['half an end-of-contents', '30 80 02 01 01 00'],
    ['an end-of-contents with a length', '30 80 00 01 00 00 00'],
    ['an end-of-contents outside its parent', '30 06 30 80 02 01 01 00 00'],
  ])('are malformed: %s', (_, hex) => {
    expect(faultOf(bytes(hex), walk)?.kind).toBe('malformed')
  })

  it('are truncated where the capture ends before the message', () => {
    expect(
      faultOf(
        bytes('30 05 04 03 aa'),
        (der, root) => der.content(der.inside(root, 'Inner'), DER_TAG.OCTET_STRING, 'Inner'),
        7,
      ),
    ).toEqual({
      kind: 'truncated',
      field: 'Inner',
      offset: 4,
    })
    expect(faultOf(bytes('30 82'), justRoot, 300)).toEqual({ kind: 'truncated', field: 'Root', offset: 2 })
    expect(faultOf(bytes('30 80 02 01 01'), tags, 300)?.kind).toBe('truncated')
  })

  it('of tag numbers above 28 bits are not read', () => {
    expect(faultOf(bytes('1f ff ff ff ff 7f 00'), justRoot)?.kind).toBe('unsupported')
  })
})

describe('limits', () => {
  const nested = (levels: number, wrap: (inner: Uint8Array) => Uint8Array): Uint8Array => {
    let input: Uint8Array = new Uint8Array(0)
    for (let i = 0; i < levels; i++) input = wrap(input)
    return input
  }

  it.each([
    ['definite', (inner: Uint8Array) => sequence(inner)],
    ['indefinite', (inner: Uint8Array) => indefinite(0x30, inner)],
  ])('depth: %s', (_, wrap) => {
    expect(faultOf(nested(DEPTH_LIMIT + 1, wrap), walk)).toBeNull()
    expect(faultOf(nested(DEPTH_LIMIT + 2, wrap), walk)?.kind).toBe('unsupported')
    expect(faultOf(nested(5000, wrap), walk)?.kind).toBe('unsupported')
  })

  it('depth of skipped elements', () => {
    const skipped = nested(5000, (inner) => indefinite(0x30, inner))
    expect(faultOf(sequence(skipped, integer(1)), tags)?.kind).toBe('unsupported')
    expect(
      faultOf(
        new Uint8Array(60_000).map((_, i) => (i % 2 === 0 ? 0x30 : 0x80)),
        walk,
      )?.kind,
    ).toBe('unsupported')
  })

  it('number of elements', () => {
    const one = bytes('05 00')
    const many = (count: number): Uint8Array => sequence(...Array.from({ length: count }, () => one))
    expect(readValue(many(ELEMENT_LIMIT - 1), tags)).toHaveLength(ELEMENT_LIMIT - 1)
    expect(faultOf(many(ELEMENT_LIMIT), tags)?.kind).toBe('unsupported')
  })

  it('number of elements, counted again where indefinite lengths have them walked twice', () => {
    const leaf = concat(...Array.from({ length: 400 }, () => bytes('05 00')))
    const input = nested(14, (inner) => indefinite(0x30, inner.length === 0 ? leaf : inner))
    const reader = new DerReader(new Cursor(input))
    const result = parse(reader.cursor, () => walk(reader, reader.root('Root')))
    expect(result.ok).toBe(false)
    expect(reader.count).toBe(ELEMENT_LIMIT)
  })
})

describe('values', () => {
  it.each([
    ['02 01 00', 0],
    ['02 01 7f', 127],
    ['02 01 80', -128],
    ['02 02 00 80', 128],
    ['02 02 ff 79', -135],
    ['02 04 80 00 00 00', -2147483648],
    ['02 05 00 ff ff ff ff', 4294967295],
    ['02 06 7f ff ff ff ff ff', 2 ** 47 - 1],
    ['02 06 80 00 00 00 00 00', -(2 ** 47)],
    ['02 03 00 00 17', 23],
  ])('integers are signed: %s', (hex, value) => {
    expect(readValue(bytes(hex), (der, root) => der.integer(root, 'Int32'))).toBe(value)
  })

  it.each([
    ['empty', '02 00'],
    ['too long', '02 07 00 00 00 00 00 00 01'],
    ['of another type', '0a 01 01'],
  ])('integers are malformed: %s', (_, hex) => {
    expect(faultOf(bytes(hex), (der, root) => der.integer(root, 'Int32'))).toEqual({
      kind: 'malformed',
      field: 'Int32',
      offset: 0,
    })
  })

  it.each([
    ['03 05 00 20 00 00 00', 0x20000000],
    ['03 02 05 20', 0x20000000],
    ['03 01 00', 0],
    ['03 07 00 80 00 00 01 ff ff', 0x80000001],
  ])('flags are the first 32 bits: %s', (hex, value) => {
    expect(readValue(bytes(hex), (der, root) => der.flags(root, 'KerberosFlags'))).toBe(value)
  })

  it.each([['03 00'], ['03 02 08 20']])('flags are malformed: %s', (hex) => {
    expect(faultOf(bytes(hex), (der, root) => der.flags(root, 'KerberosFlags'))?.kind).toBe('malformed')
  })

  it('identifiers and text', () => {
    expect(readValue(oid('1.3.6.1.5.5.2'), (der, root) => der.oid(root, 'MechType'))).toBe('1.3.6.1.5.5.2')
    expect(faultOf(bytes('06 02 2b 86'), (der, root) => der.oid(root, 'MechType'))?.kind).toBe('malformed')
    expect(
      readValue(tlv(0x1b, new TextEncoder().encode('KÖLN.DE')), (der, root) => der.generalString(root, 'Realm')),
    ).toBe('KÖLN.DE')
  })

  it('strings in pieces are not joined', () => {
    const pieces = tlv(0x24, octetString(ascii('NTLM')), octetString(ascii('SSP')))
    expect(faultOf(pieces, (der, root) => der.content(root, DER_TAG.OCTET_STRING, 'mechToken'))).toEqual({
      kind: 'unsupported',
      field: 'mechToken',
      offset: 0,
    })
  })

  it('leading zeros in lengths change nothing', () => {
    expect(
      readValue(padded(0x30, 4, padded(0x02, 3, bytes('17'))), (der, root) =>
        der.integer(der.inside(root, 'Int32'), 'Int32'),
      ),
    ).toBe(23)
  })
})
