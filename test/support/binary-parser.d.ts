/** What the tests use of binary-parser 2.3.0, whose own types its "exports" hide from TypeScript. */
declare module 'binary-parser' {
  /** A number of bytes or elements: itself, the name of a field before, or made from the fields before. */
  type Length = number | string | ((this: Record<string, number>) => number)
  interface Assertion {
    assert?: number
  }

  export class Parser {
    static start(): Parser
    endianness(order: 'little' | 'big'): this
    int8(name: string): this
    uint8(name: string, options?: Assertion): this
    uint16(name: string, options?: Assertion): this
    uint32(name: string, options?: Assertion): this
    uint64(name: string): this
    skip(length: Length): this
    seek(length: Length): this
    buffer(name: string, options: { length: Length } | { readUntil: 'eof' }): this
    string(name: string, options: { zeroTerminated: true } | { length: Length; encoding: string }): this
    array(
      name: string,
      options: { type: string | Parser; length: Length } | { type: string | Parser; lengthInBytes: Length },
    ): this
    nest(name: string, options: { type: Parser }): this
    pointer(name: string, options: { offset: Length; type: Parser }): this
    parse(input: Buffer): Record<string, unknown>
  }
}
