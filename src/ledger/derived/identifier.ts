/** The name of an identifier; one that the specification does not name is shown as it is: `0x0009`. */
export function nameOrNumber(nameOf: (id: number) => string | null, id: number): string {
  return nameOf(id) ?? `0x${id.toString(16).padStart(4, '0')}`
}
