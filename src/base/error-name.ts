/**
 * The program is several bundles (scripts/build.mjs), and each has its own copy of a class: an error that one of them throws is no instance of the
 * other's class. Errors of ours are therefore known by their names, which is what `instanceof` asks for where a class has this as
 * `static [Symbol.hasInstance]`.
 */
export function hasName(value: unknown, name: string): boolean {
  return value instanceof Error && value.name === name
}
