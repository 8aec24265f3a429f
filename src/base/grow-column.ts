/** Columns that grow: `to`, which is longer, with what is in `from` at its beginning. */
export function larger<A extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: A, to: A): A {
  to.set(from)
  return to
}
