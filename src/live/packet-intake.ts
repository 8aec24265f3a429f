/** Where the packets of all interfaces come together: they are counted, numbered, followed and, where it was asked for, written to files. */

import { linkTypeName } from '../capture/format/link-type-names.ts'
import type { FrameSink } from '../capture/frame-sink.ts'
import type { CaptureFiles } from '../capture/write/rotating-files.ts'
import type { Tracker } from '../track/tracker.ts'

/** Takes the packets that are to be kept, each with the name of its interface. */
export type PacketKeeper = Pick<CaptureFiles, 'packet'>

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
  /** By the place of the interface: packets that came from it, those included that came after the last that was asked for. */
  readonly delivered: number[] = []
  /** No packet after so many is looked at. */
  private readonly most: number
  private readonly tracker: Tracker
  private readonly keepers: readonly PacketKeeper[]
  private readonly onMost: () => void
  private lastLinkType = -1

  constructor(tracker: Tracker, keepers: readonly PacketKeeper[], most: number | null, onMost: () => void) {
    this.tracker = tracker
    this.keepers = keepers
    this.most = most ?? Number.POSITIVE_INFINITY
    this.onMost = onMost
  }

  /** The sink for one interface's packets, which `delivered` counts. Their numbers are ours: each interface counts its own. */
  from(place: number, name: string): FrameSink {
    const { delivered, tracker, keepers, most } = this
    delivered[place] ??= 0
    return {
      frame: (bytes, start, captured, original, linkType, time) => {
        delivered[place]!++
        if (this.packets >= most) return
        this.packets++
        this.bytes += captured
        this.newest = time
        if (time < this.firstTime) this.firstTime = time
        if (time > this.lastTime) this.lastTime = time
        if (linkType !== this.lastLinkType) this.noteLinkType(linkType)
        tracker.frame(bytes, start, captured, original, linkType, time, this.frames + 1)
        if (tracker.followed) {
          this.frames++
          for (const keeper of keepers) keeper.packet(bytes, start, captured, original, linkType, time, name)
        }
        if (this.packets === most) this.onMost()
      },
    }
  }

  private noteLinkType(linkType: number): void {
    this.lastLinkType = linkType
    if (this.linkTypes.size < MOST_LINK_TYPES) this.linkTypes.add(linkTypeName(linkType))
  }
}
