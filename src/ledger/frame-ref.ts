/** A frame of a capture. `frame` is numbered as Wireshark numbers it, `time` is microseconds since 1970 UTC. */
export interface FrameRef {
  frame: number
  time: number
}
