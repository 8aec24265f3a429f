/** Buffers for messages that span segments, while they are gathered. Few streams gather at the same time, so a small arena serves one after the other. */

/** Most messages that carry facts fit. */
const SMALL = 4096

export class Arenas {
  /** In all arenas that are in use. */
  bytes = 0
  private spare: Uint8Array | null = null

  /** At least `size` bytes, with the first `used` of `old` in them; `old` is taken back. */
  grow(old: Uint8Array | null, used: number, size: number): Uint8Array {
    const arena = this.take(old === null ? size : Math.max(size, old.length * 2))
    if (old !== null) {
      arena.set(old.subarray(0, used))
      this.give(old)
    }
    return arena
  }

  give(arena: Uint8Array): void {
    this.bytes -= arena.length
    if (arena.length === SMALL) this.spare = arena
  }

  private take(size: number): Uint8Array {
    const { spare } = this
    const arena = spare !== null && size <= SMALL ? spare : new Uint8Array(Math.max(SMALL, size))
    if (arena === spare) this.spare = null
    this.bytes += arena.length
    return arena
  }
}
