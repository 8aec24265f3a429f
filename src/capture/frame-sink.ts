/** Takes the frames of a capture: one call per frame. */
export interface FrameSink {
  /**
   * `bytes` is borrowed: it is overwritten after the call returns. The frame's captured bytes are [start, start + captured).
   *
   * @param number frame number within the capture, from 1, as Wireshark counts
   * @param original length on the wire, at least `captured`
   * @param linkType LINKTYPE_ value of the packet's interface
   * @param time microseconds since 1970 UTC
   */
  frame(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    linkType: number,
    time: number,
    number: number,
  ): void
}
