/**
 * The program consists of several bundles (scripts/build.mjs), and each has its own copy of a class: an error thrown by one is not an instance of the
 * other's class. Error classes that have this as `static [Symbol.hasInstance]` are therefore recognised by name.
 */
export function hasName(value: unknown, name: string): boolean {
  return value instanceof Error && value.name === name
}
