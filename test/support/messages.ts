/** Laws that hold for every dissector and every message: written once, and applied to each fixture. */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Fault, Parsed } from '../../dissectors/cursor.ts'

/** Bytes from hexadecimal text; white space is ignored. */
export function bytes(hexadecimal: string): Uint8Array {
  const digits = hexadecimal.replaceAll(/\s/g, '')
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw new Error(`not hexadecimal: ${hexadecimal}`)
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16))
}

/** A copy with some bytes replaced: `patches` by offset, as hexadecimal. */
export function patched(message: Uint8Array, patches: Record<number, string>): Uint8Array {
  const copy = message.slice()
  for (const [offset, hexadecimal] of Object.entries(patches)) copy.set(bytes(hexadecimal), Number(offset))
  return copy
}

export interface Sample {
  name: string
  message: Uint8Array
  parse: (message: Uint8Array, wireLength: number) => Parsed<object>
  /** How much of the message the record needs; all of it unless said otherwise. */
  needed?: number
  /** Fields that a partial record may hold in part. */
  growing?: readonly string[]
  /** Where a part of the record has its own fault. */
  innerFault?: (record: object) => Fault | null
}

function faultOf(sample: Sample, parsed: Parsed<object>): Fault | null {
  return parsed.ok ? (sample.innerFault?.(parsed.value) ?? null) : parsed.fault
}

/**
 * A message that the capture cut is truncated; one that its sender cut is malformed. In both cases the fields that were read stay, and equal those of
 * the whole message.
 */
export function expectPrefixFaults(sample: Sample): void {
  const { message, parse } = sample
  const whole = parse(message, message.length)
  if (!whole.ok) throw new Error(`${sample.name} is no good sample: ${JSON.stringify(whole.fault)}`)
  const needed = sample.needed ?? message.length
  for (let length = 0; length < message.length; length++) {
    const prefix = message.slice(0, length)
    for (const [kind, wireLength] of [
      ['truncated', message.length],
      ['malformed', length],
    ] as const) {
      const parsed = parse(prefix, wireLength)
      const fault = faultOf(sample, parsed)
      if (length >= needed) {
        expect(fault, `${length} bytes of ${sample.name}`).toBeNull()
        continue
      }
      expect(fault?.kind, `${length} bytes of ${sample.name}, ${wireLength} on the wire`).toBe(kind)
      if (parsed.ok) continue
      expect(parsed.fault.offset).toBeLessThanOrEqual(message.length)
      for (const [field, value] of Object.entries(parsed.partial)) {
        if (sample.growing?.includes(field)) continue
        expectPartOf(value, whole.value[field as keyof object], `${field} in ${length} bytes of ${sample.name}`)
      }
    }
  }
}

/** What was read of a part equals the whole, or less: views and lists contain the captured elements, nested records the captured fields. */
export function expectPartOf(part: unknown, whole: unknown, what: string): void {
  if (part instanceof Uint8Array && whole instanceof Uint8Array) {
    expect(part, what).toEqual(whole.subarray(0, part.length))
  } else if (Array.isArray(part) && Array.isArray(whole)) {
    expect(part, what).toEqual(whole.slice(0, part.length))
  } else if (isRecord(part) && isRecord(whole)) {
    for (const [field, value] of Object.entries(part)) {
      // A list of AV pairs that was cut has null for those that were not captured.
      if (part['cut'] === true && (value === null || field === 'cut')) continue
      expectPartOf(value, whole[field], `${field} of ${what}`)
    }
  } else {
    expect(part, what).toEqual(whole)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

/** The result does not depend on where a message is in memory, and the message is not changed. */
export function expectPlaceNoMatter({ message, parse }: Sample): void {
  const around = new Uint8Array(message.length + 64).fill(0xa5)
  around.set(message, 33)
  const before = around.slice()
  expect(parse(around.subarray(33, 33 + message.length), message.length)).toEqual(parse(message, message.length))
  expect(around).toEqual(before)
}

/** The message with a few bytes changed and possibly cut, and a wire length that may be wrong. */
export function mutations({ message }: Sample): fc.Arbitrary<{ mutant: Uint8Array; wireLength: number }> {
  const change = fc.tuple(fc.nat(message.length - 1), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)))
  return fc
    .record({
      changes: fc.array(change, { minLength: 1, maxLength: 8 }),
      length: fc.oneof(fc.constant(message.length), fc.nat(message.length)),
      missing: fc.oneof(fc.constant(0), fc.nat(100_000)),
    })
    .map(({ changes, length, missing }) => {
      const mutant = message.slice(0, length)
      for (const [offset, value] of changes) if (offset < length) mutant[offset] = value
      return { mutant, wireLength: length + missing }
    })
}

/** An SMB2 SESSION_SETUP request with this blob. */
export function sessionSetup(blob: Uint8Array): Uint8Array {
  const message = new Uint8Array(88 + blob.length)
  const view = new DataView(message.buffer)
  message.set([0xfe, 0x53, 0x4d, 0x42, 64])
  view.setUint16(12, 1, true)
  view.setUint16(64, 25, true)
  view.setUint16(76, 88, true)
  view.setUint16(78, blob.length, true)
  message.set(blob, 88)
  return message
}
