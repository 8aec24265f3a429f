/** Where the packets of all interfaces come together: they are counted, numbered, followed and, where it was asked for, written to files. */
import type { FrameSink } from '../capture/frame-sink.ts'
import { linkTypeName } from '../capture/link-types.ts'
import type { Tracker } from '../track/tracker.ts'

/** Takes the packets that are to be kept. `place` is that of the interface. */
export interface PacketFiles {
  packet(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    linkType: number,
    time: number,
    place: number,
  ): void
}

/** Named in the record of the capture. */
const MOST_LINK_TYPES = 64

export class Traffic {
  /** That came from the capturing programs. */
  packets = 0
  bytes = 0
  /** Of these, the ones that belong to SMB, or may: frame numbers count them, and files hold them. */
  frames = 0
  firstTime = Number.POSITIVE_INFINITY
  lastTime = Number.NEGATIVE_INFINITY
  /** Of the last packet. */
  newest = 0
  readonly linkTypes = new Set<string>()
  /** No packet after so many is looked at. */
  private readonly most: number
  private readonly tracker: Tracker
  private readonly files: readonly PacketFiles[]
  private readonly onMost: () => void
  private lastLinkType = -1

  constructor(tracker: Tracker, files: readonly PacketFiles[], most: number | null, onMost: () => void) {
    this.tracker = tracker
    this.files = files
    this.most = most ?? Number.POSITIVE_INFINITY
    this.onMost = onMost
  }

  /** The sink for one interface's packets. Their numbers are ours: each interface counts its own. */
  from(place: number): FrameSink {
    return {
      frame: (bytes, start, captured, original, linkType, time) =>
        this.frame(bytes, start, captured, original, linkType, time, place),
    }
  }

  private frame(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    linkType: number,
    time: number,
    place: number,
  ): void {
    if (this.packets >= this.most) return
    this.packets++
    this.bytes += captured
    this.newest = time
    if (time < this.firstTime) this.firstTime = time
    if (time > this.lastTime) this.lastTime = time
    if (linkType !== this.lastLinkType) this.noteLinkType(linkType)
    this.tracker.frame(bytes, start, captured, original, linkType, time, this.frames + 1)
    if (this.tracker.followed) {
      this.frames++
      for (const files of this.files) files.packet(bytes, start, captured, original, linkType, time, place)
    }
    if (this.packets === this.most) this.onMost()
  }

  private noteLinkType(linkType: number): void {
    this.lastLinkType = linkType
    if (this.linkTypes.size < MOST_LINK_TYPES) this.linkTypes.add(linkTypeName(linkType))
  }
}
