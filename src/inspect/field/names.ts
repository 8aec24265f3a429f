/** Numbers as text: flags by the names of their bits, and values by the names of the specification. */

/** Names by bit, or by several bits. */
export type FlagNames = readonly (readonly [mask: number, name: string])[]

export function hexNumber(value: number, digits: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(digits, '0')}`
}

/** Shows a number as "0x0003 (IS_GUEST, IS_NULL)", bits without a name as a number among the names. */
export function flags(digits: number, names: FlagNames): (value: number) => string {
  return (value) => {
    const set: string[] = []
    let rest = value >>> 0
    for (const [mask, name] of names) {
      if ((value & mask) >>> 0 !== mask) continue
      set.push(name)
      rest = (rest & ~mask) >>> 0
    }
    if (rest !== 0) set.push(hexNumber(rest, 1))
    return set.length === 0 ? hexNumber(value, digits) : `${hexNumber(value, digits)} (${set.join(', ')})`
  }
}

/** Shows a number as "0x0202 (2.0.2)", one without a name as it is. */
export function namedNumber(
  digits: number,
  name: (value: number) => string | null | undefined,
): (value: number) => string {
  return (value) => {
    const known = name(value)
    return known == null ? hexNumber(value, digits) : `${hexNumber(value, digits)} (${known})`
  }
}

/** Shows a number in hexadecimal, at least `digits` wide. */
export function hexadecimal(digits: number): (value: number) => string {
  return (value) => hexNumber(value, digits)
}

/** The name of a value in a table such as SMB2_COMMAND. */
export function nameIn(table: Readonly<Record<string, number>>): (value: number) => string | undefined {
  const names = new Map(Object.entries(table).map(([name, value]) => [value, name]))
  return (value) => names.get(value)
}

const EPOCH_DIFFERENCE = 116_444_736_000_000_000n
/** Date cannot express later days. */
const LAST_TIME = 8_640_000_000_000_000n

/** FILETIME, ticks of 100 ns since 1601 UTC, as ISO 8601. */
export function fileTime(value: bigint): string {
  if (value === 0n) return '0'
  const milliseconds = (value - EPOCH_DIFFERENCE) / 10_000n
  if (milliseconds > LAST_TIME) return String(value)
  return new Date(Number(milliseconds)).toISOString()
}

/** A note on a message whose flag contradicts the side that sent it. */
export function wrongFlag(flag: boolean): string {
  return `its flag says ${flag ? 'response' : 'request'}; the side that sent it says otherwise`
}
