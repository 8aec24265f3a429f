/** The DER walker compared with asn1js, an independent implementation: the same bytes give the same tree. */
import { Set as Asn1Set, type BaseBlock, Constructed, fromBER, type Integer, ObjectIdentifier, Sequence } from 'asn1js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DER_TAG, DerReader, type Element } from '../../dissectors/auth/der.ts'
import { hex } from '../../dissectors/bytes.ts'
import { Cursor, parse } from '../../dissectors/cursor.ts'
import * as fixtures from '../dissectors/auth/fixtures.ts'
import { cases } from '../support/cases.ts'
import { indefinite, integer, oid, padded, tlv } from '../support/der-builder.ts'

/** An element as both see it: the identifier octet, and its content or its children. */
type Tree = { tag: number; content: string | Tree[] }

function ours(input: Uint8Array): { tree: Tree; end: number } {
  const reader = new DerReader(new Cursor(input))
  const treeOf = (element: Element): Tree => ({
    tag: element.tag,
    content:
      element.tag & 0x20
        ? [...reader.children(element, 'Element')].map(treeOf)
        : hex(input, element.start, element.end),
  })
  const result = parse<{ tree: Tree; end: number }>(reader.cursor, () => {
    const root = reader.root('Element')
    return { tree: treeOf(root), end: root.end }
  })
  if (!result.ok) throw new Error(`${result.fault.kind}: ${result.fault.field} at ${result.fault.offset}`)
  return result.value
}

function theirs(input: Uint8Array): { tree: Tree; end: number } {
  const { result, offset } = fromBER(new Uint8Array(input))
  if (offset < 0) throw new Error(result.error)
  return { tree: treeOfBlock(result), end: offset }
}

const CLASSES = [1, 2, 3, 4]

function treeOfBlock(block: BaseBlock): Tree {
  const { tagClass, tagNumber, isConstructed } = block.idBlock
  const tag = (CLASSES.indexOf(tagClass) << 6) | (isConstructed ? 0x20 : 0) | tagNumber
  if (block instanceof Constructed || block instanceof Sequence || block instanceof Asn1Set) {
    return {
      tag,
      content: block.valueBlock.value
        .filter((child) => child.idBlock.tagNumber !== 0 || child.idBlock.tagClass !== 1)
        .map(treeOfBlock),
    }
  }
  const before = block.blockLength - block.lenBlock.length
  return { tag, content: hex(new Uint8Array(block.valueBeforeDecodeView), before) }
}

/** Primitive types whose content asn1js parses at once get content that it accepts. The walker does not parse it. */
const primitive: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((value) => integer(value)),
  fc.integer({ min: 0, max: 127 }).map((value) => integer(value, DER_TAG.ENUMERATED)),
  fc.uint8Array({ maxLength: 300 }).map((content) => tlv(DER_TAG.OCTET_STRING, Uint8Array.of(0xff), content)),
  fc.uint8Array({ maxLength: 40 }).map((content) => tlv(0x80, content)),
  fc.stringMatching(/^[ -~]{0,40}$/).map((text) => tlv(DER_TAG.GENERAL_STRING, new TextEncoder().encode(text))),
)

const element: fc.Arbitrary<Uint8Array> = fc.letrec<{ element: Uint8Array }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 5 },
    primitive,
    fc
      .tuple(
        fc.constantFrom(0x30, 0x31, 0x60, 0x6e, 0xa0, 0xa3, 0xbe),
        fc.array(tie('element'), { maxLength: 5 }),
        fc.constantFrom('definite', 'padded', 'indefinite'),
      )
      .map(([tag, children, form]) => {
        if (form === 'indefinite') return indefinite(tag, ...children)
        return form === 'padded' ? padded(tag, 4, ...children) : tlv(tag, ...children)
      }),
  ),
})).element

describe('DER walker and asn1js', () => {
  it('read the same tree of generated elements', () => {
    fc.assert(
      fc.property(element, (input) => {
        expect(ours(input).tree).toEqual(theirs(input).tree)
      }),
      { numRuns: cases(500) },
    )
  })

  it.each(
    Object.entries(fixtures)
      .filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array)
      .filter(([, blob]) => blob[0] !== 0x4e),
  )('read the same tree of a real blob: %s', (_, blob) => {
    // The GSS frame of a Kerberos token contains no DER; that of SPNEGO does.
    expect(ours(blob)).toEqual(theirs(blob))
  })

  it('read the same identifiers', () => {
    const arcs = fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(fc.constantFrom('0.1', '1.3', '2.39'), arcs, (root, rest) => {
        const input = oid([root, ...rest].join('.'))
        const reader = new DerReader(new Cursor(input))
        const block = fromBER(new Uint8Array(input)).result
        expect(block).toBeInstanceOf(ObjectIdentifier)
        expect(reader.oid(reader.root('MechType'), 'MechType')).toBe((block as ObjectIdentifier).getValue())
      }),
    )
  })

  it('read the same integers', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        const input = integer(value)
        const reader = new DerReader(new Cursor(input))
        const block = fromBER(new Uint8Array(input)).result
        expect(BigInt(reader.integer(reader.root('Int32'), 'Int32'))).toBe((block as Integer).toBigInt())
      }),
    )
  })
})
