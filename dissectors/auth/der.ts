/**
 * A walker over DER (X.690 section 10), and over the part of BER that implementations send: indefinite lengths and lengths with leading zero octets.
 *
 * There is no tree: an `Element` is a few offsets, its children are read on demand, and content is returned as views. So every field up to the cut of a
 * partly captured message can be read.
 *
 * What an attacker can reach is bounded: lengths have at most 4 octets and never leave the enclosing element, elements nest at most `DEPTH_LIMIT`
 * deep, and one walk reads at most `ELEMENT_LIMIT` of them. Reaching a limit is `unsupported`: the bytes may be valid BER, but reading stops.
 */
import type { Cursor } from '../cursor.ts'
import { utf8 } from '../text.ts'
import { oidText } from './oids.ts'

/** Identifier octets of the universal types, with the constructed bit where the type is always constructed. */
export const DER_TAG = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  ENUMERATED: 0x0a,
  GENERALIZED_TIME: 0x18,
  GENERAL_STRING: 0x1b,
  SEQUENCE: 0x30,
} as const

/** The identifier octet of `[number]`, constructed. */
export function contextTag(number: number): number {
  return 0xa0 | number
}

/** The identifier octet of `[APPLICATION number]`, constructed. */
export function applicationTag(number: number): number {
  return 0x60 | number
}

export const DEPTH_LIMIT = 16
export const ELEMENT_LIMIT = 4096

const CONSTRUCTED = 0x20
const CONTEXT_CONSTRUCTED = 0xa0
/** In the low five bits of the identifier: the tag number follows in octets of its own. */
const HIGH_TAG_NUMBER = 0x1f

/** One tag, length, value. Offsets are the cursor's, from the start of the message. */
export interface Element {
  /** The identifier octet. Tag numbers above 30 are skipped: nothing that is read here has one. */
  tag: number
  /** Of the identifier octet. */
  offset: number
  /** Of the first content octet. */
  start: number
  /** Past the last content octet; for an indefinite length the end of the enclosing element, which the content cannot pass. */
  end: number
  /** The content ends at an end-of-contents marker, somewhere before `end`. */
  indefinite: boolean
  depth: number
}

/** Reads elements through a cursor, whose faults it raises: `malformed` past the enclosing element, `truncated` past the captured bytes. */
export class DerReader {
  readonly cursor: Cursor
  /** Elements read so far. */
  count = 0

  constructor(cursor: Cursor) {
    this.cursor = cursor
  }

  /** The outermost element, at the cursor. What follows it is not read. */
  root(field: string): Element {
    return this.elementAt(this.cursor.offset, this.cursor.wireLength, field)
  }

  /** The element whose identifier octet is at `offset`, inside an enclosing element that ends at `limit`. */
  elementAt(offset: number, limit: number, field: string, depth = 0): Element {
    const c = this.cursor
    if (depth > DEPTH_LIMIT || this.count >= ELEMENT_LIMIT) c.unsupported(field, offset)
    this.count++
    const tag = this.octet(offset, limit, field)
    const at = (tag & HIGH_TAG_NUMBER) === HIGH_TAG_NUMBER ? this.afterTagNumber(offset + 1, limit, field) : offset + 1
    const first = this.octet(at, limit, field)
    let start = at + 1
    let length = first
    if (first === 0x80) {
      if (!(tag & CONSTRUCTED)) c.malformed(field, offset)
      return { tag, offset, start, end: limit, indefinite: true, depth }
    }
    if (first > 0x80) {
      length = this.longLength(start, first & 0x7f, limit, field)
      start += first & 0x7f
    }
    const end = start + length
    if (end > limit) c.malformed(field, offset)
    return { tag, offset, start, end, indefinite: false, depth }
  }

  /** The elements inside a constructed one. */
  children(parent: Element, field: string): Children {
    return new Children(this, parent, field)
  }

  /** The fields of a SEQUENCE in which each is explicitly tagged, as in SPNEGO and Kerberos. */
  fields(sequence: Element, field: string): Fields {
    return new Fields(this, sequence, field)
  }

  /** The one element inside an explicit tag. */
  inside(tagged: Element, field: string): Element {
    return this.elementAt(tagged.start, tagged.end, field, tagged.depth + 1)
  }

  /** `element`, which must have this tag. A string in BER's constructed form has its octets in pieces: `unsupported`, because there is no view of it. */
  expect(element: Element, tag: number, field: string): Element {
    if (element.tag === tag) return element
    if (element.tag === (tag | CONSTRUCTED)) this.cursor.unsupported(field, element.offset)
    return this.cursor.malformed(field, element.offset)
  }

  /** The content octets of a primitive element of this tag. */
  content(element: Element, tag: number, field: string): Uint8Array {
    this.expectWhole(element, tag, field)
    return this.captured(element)
  }

  /** As much of the content as was captured: shorter than `end - start` where the capture was cut. */
  captured(element: Element): Uint8Array {
    return this.cursor.bytes.subarray(element.start, element.end)
  }

  /** Raises the fault of content that was not captured to its end. */
  raiseIfCut({ start, end }: Element, field: string): void {
    if (end > this.cursor.bytes.length) this.cursor.viewAt(start, end - start, field)
  }

  /** INTEGER or ENUMERATED, two's complement; `malformed` beyond 48 bits, which no protocol field needs. */
  integer(element: Element, field: string, tag: number = DER_TAG.INTEGER): number {
    this.expectWhole(element, tag, field)
    const { start, end } = element
    const { bytes } = this.cursor
    if (start === end || end - start > 6) this.cursor.malformed(field, element.offset)
    let value = (bytes[start] << 24) >> 24
    for (let at = start + 1; at < end; at++) value = value * 256 + bytes[at]
    return value
  }

  /** The first 32 bits of a BIT STRING, bit 0 highest, as KerberosFlags are counted (RFC 4120 5.2.8). Bits that were not sent are zero. */
  flags(element: Element, field: string): number {
    this.expectWhole(element, DER_TAG.BIT_STRING, field)
    const { start, end } = element
    const { bytes } = this.cursor
    if (start === end || bytes[start] > 7) this.cursor.malformed(field, element.offset)
    let flags = 0
    for (let at = start + 1; at <= start + 4; at++) flags = (flags << 8) | (at < end ? bytes[at] : 0)
    return flags >>> 0
  }

  /** OBJECT IDENTIFIER as dotted text. */
  oid(element: Element, field: string): string {
    this.expectWhole(element, DER_TAG.OBJECT_IDENTIFIER, field)
    return oidText(this.cursor.bytes, element.start, element.end) ?? this.cursor.malformed(field, element.offset)
  }

  /** GeneralString, read as UTF-8. */
  generalString(element: Element, field: string): string {
    return utf8(this.content(element, DER_TAG.GENERAL_STRING, field))
  }

  /** Checks that the content of an element can be read in place, without a view. */
  private expectWhole(element: Element, tag: number, field: string): void {
    this.expect(element, tag, field)
    this.raiseIfCut(element, field)
  }

  private octet(at: number, limit: number, field: string): number {
    if (at >= limit) this.cursor.malformed(field, at)
    const { bytes } = this.cursor
    // A limit lies inside the message, so only `truncated` can be raised.
    if (at >= bytes.length) this.cursor.viewAt(at, 1, field)
    return bytes[at]
  }

  private longLength(start: number, octets: number, limit: number, field: string): number {
    if (octets > 4) this.cursor.malformed(field, start)
    let length = 0
    for (let i = 0; i < octets; i++) length = length * 256 + this.octet(start + i, limit, field)
    return length
  }

  private afterTagNumber(start: number, limit: number, field: string): number {
    for (let at = start; at < start + 4; at++) if (this.octet(at, limit, field) < 0x80) return at + 1
    return this.cursor.unsupported(field, start + 4)
  }

  /** Does the content of `parent` end at `at`? An indefinite length without an end-of-contents marker is `malformed`. */
  atEnd(parent: Element, at: number, field: string): boolean {
    if (!parent.indefinite) return at === parent.end
    if (this.octet(at, parent.end, field) !== 0) return false
    if (this.octet(at + 1, parent.end, field) !== 0) this.cursor.malformed(field, at)
    return true
  }

  /** The offset behind an element. With an indefinite length, its content must be walked to find it. */
  after(element: Element, field: string): number {
    if (!element.indefinite) return element.end
    let at = element.start
    while (!this.atEnd(element, at, field))
      at = this.after(this.elementAt(at, element.end, field, element.depth + 1), field)
    return at + 2
  }
}

/**
 * The elements inside a constructed one, in order: `advance` reads the next into `element`, or returns false. An iterator would be nicer, but blobs are
 * too few for the optimiser to inline a generator: this code mostly runs unoptimised.
 */
export class Children {
  /** The last one that was read; before the first, the parent. */
  element: Element
  private readonly der: DerReader
  private readonly parent: Element
  private readonly field: string

  constructor(der: DerReader, parent: Element, field: string) {
    if (!(parent.tag & CONSTRUCTED)) der.cursor.malformed(field, parent.offset)
    this.element = parent
    this.der = der
    this.parent = parent
    this.field = field
  }

  advance(): boolean {
    const { der, parent, field } = this
    const at = this.element === parent ? parent.start : der.after(this.element, field)
    if (der.atEnd(parent, at, field)) return false
    this.element = der.elementAt(at, parent.end, field, parent.depth + 1)
    return true
  }

  *[Symbol.iterator](): Generator<Element, void> {
    while (this.advance()) yield this.element
  }
}

/**
 * The fields of a SEQUENCE in which each is explicitly tagged `[number]`: `advance` reads the next number and the element inside the tag. Numbers must
 * rise, so that no field occurs twice: otherwise two decoders could each use a different one.
 */
export class Fields {
  number = -1
  /** Before the first field, the sequence. */
  value: Element
  private readonly tagged: Children
  private readonly der: DerReader
  private readonly field: string

  constructor(der: DerReader, sequence: Element, field: string) {
    this.value = der.expect(sequence, DER_TAG.SEQUENCE, field)
    this.tagged = der.children(sequence, field)
    this.der = der
    this.field = field
  }

  advance(): boolean {
    const { der, field, tagged } = this
    if (!tagged.advance()) return false
    const { element } = tagged
    const number = element.tag - CONTEXT_CONSTRUCTED
    if (number <= this.number || number >= HIGH_TAG_NUMBER) der.cursor.malformed(field, element.offset)
    this.number = number
    this.value = der.inside(element, field)
    return true
  }

  *[Symbol.iterator](): Generator<[number: number, value: Element], void> {
    while (this.advance()) yield [this.number, this.value]
  }
}
