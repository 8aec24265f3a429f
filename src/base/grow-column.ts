/** Copies a column into a longer one: `to`, with the values of `from` at its beginning. */
export function growColumn<A extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: A, to: A): A {
  to.set(from)
  return to
}
