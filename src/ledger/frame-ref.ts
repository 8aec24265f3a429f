/** A frame of a capture. `frame` is numbered as Wireshark numbers it, `time` is microseconds since 1970 UTC. */
export interface FrameRef {
  frame: number
  time: number
}

export function earliest(...refs: (FrameRef | null)[]): FrameRef | null {
  let first: FrameRef | null = null
  for (const ref of refs) if (ref !== null && (first === null || ref.frame < first.frame)) first = ref
  return first
}
