/** Bytes are compared as bytes. By itself Vitest compares arrays of them property by property, which takes two hundred times as long. */
import { expect } from 'vitest'

expect.addEqualityTesters([
  (a: unknown, b: unknown) =>
    a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : undefined,
])
