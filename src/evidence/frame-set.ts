/** Frame numbers, a bit each: a capture of ten million frames costs a megabyte. */
export class FrameSet {
  first = Number.POSITIVE_INFINITY
  last = 0
  private bits = new Uint8Array(1024)

  add(frame: number): void {
    const at = frame >>> 3
    if (at >= this.bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.bits.length * 2))
      grown.set(this.bits)
      this.bits = grown
    }
    this.bits[at]! |= 1 << (frame & 7)
    if (frame < this.first) this.first = frame
    if (frame > this.last) this.last = frame
  }

  has(frame: number): boolean {
    return ((this.bits[frame >>> 3] ?? 0) & (1 << (frame & 7))) !== 0
  }

  /** Runs of frames in order. Frames that are at most `gap` apart are in one run. */
  *ranges(gap: number): Generator<[from: number, to: number]> {
    let from = 0
    let to = 0
    for (let frame = this.first; frame <= this.last; frame++) {
      if ((frame & 7) === 0 && this.bits[frame >>> 3] === 0) frame += 7
      else if (this.has(frame)) {
        if (from !== 0 && frame - to > gap) {
          yield [from, to]
          from = 0
        }
        if (from === 0) from = frame
        to = frame
      }
    }
    if (from !== 0) yield [from, to]
  }
}
