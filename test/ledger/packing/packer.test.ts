import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Packer, type Plain } from '../../../src/ledger/packing/packer.ts'
import { arbitraryLedger } from '../../support/arbitrary-ledger.ts'

const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer({ min: -3, max: 3 }).map((n) => 1.7e15 + n),
  fc.constantFrom(-0, 79, 80, 127, 128, 2 ** 31, 2 ** 32, 2 ** 40 - 1, 2 ** 40, Number.MAX_SAFE_INTEGER, 2 ** 53),
)
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('same', 'same and more', 'caf\u00e9', '\ud800', 'x'.repeat(300), '__proto__'),
)
const plain = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('value')),
    fc.dictionary(text, tie('value'), { noNullPrototype: true }),
  ),
})).value

/** Records one behind another, as they are stored. */
function keep(packer: Packer, values: readonly Plain[]): { bytes: Uint8Array; starts: number[] } {
  const starts: number[] = []
  let bytes = new Uint8Array(0)
  for (const value of values) {
    const packed = packer.pack(value)
    starts.push(bytes.length)
    const longer = new Uint8Array(bytes.length + packed.length)
    longer.set(bytes)
    longer.set(packed, bytes.length)
    bytes = longer
  }
  return { bytes, starts }
}

describe('Packer', () => {
  it('returns what was packed, in any order and after any other values', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 8 }), (values) => {
        const packer = new Packer()
        const { bytes, starts } = keep(packer, [...values, ...values, ...values])
        for (let i = starts.length - 1; i >= 0; i--) {
          expect(packer.unpack(bytes, starts[i]!)).toStrictEqual(values[i % values.length])
        }
      }),
    )
  })

  it('returns the facts of ledgers, and single fields of them', () => {
    fc.assert(
      fc.property(arbitraryLedger, (made) => {
        const { connections, sessions } = JSON.parse(JSON.stringify(made)) as typeof made
        const packer = new Packer()
        const facts = [...connections, ...sessions]
        const { bytes, starts } = keep(packer, facts as unknown as Plain[])
        for (const [i, fact] of facts.entries()) {
          expect(packer.unpack(bytes, starts[i]!)).toStrictEqual(fact)
          for (const [key, value] of Object.entries(fact)) {
            expect(packer.field(bytes, starts[i]!, key)).toStrictEqual(value)
          }
          expect(packer.field(bytes, starts[i]!, 'no such field')).toBeUndefined()
        }
      }),
    )
  })

  it('makes a new value each time', () => {
    const packer = new Packer()
    const { bytes } = keep(packer, [{ list: [{ a: 1 }], empty: [] }])
    const one = packer.unpack(bytes, 0) as { list: { a: number }[]; empty: number[] }
    one.list[0]!.a = 2
    one.empty.push(3)
    expect(packer.unpack(bytes, 0)).toEqual({ list: [{ a: 1 }], empty: [] })
  })

  it('takes two or three bytes for repeated text', () => {
    const packer = new Packer()
    const value = ['first', 'CORP.EXAMPLE']
    const lengths = [1, 2, 3].map(() => packer.pack(value).length)
    expect(lengths[0]).toBe(lengths[1]! + 12)
    expect(lengths[2]).toBe(lengths[1])
  })

  it('has room for more kinds of objects than there are tags', () => {
    const packer = new Packer()
    const values = Array.from({ length: 400 }, (_, i) => ({ [`key${i}`]: i }))
    const { bytes, starts } = keep(packer, values)
    for (const [i, value] of values.entries()) expect(packer.unpack(bytes, starts[i]!)).toEqual(value)
  })
})
