/** Where the packets of all interfaces come together: they are counted, numbered, followed and, if requested, stored. */

import { linkTypeName } from '../capture/format/link-type-names.ts'
import type { FrameSink } from '../capture/frame-sink.ts'
import type { CaptureFiles } from '../capture/write/rotating-files.ts'
import type { Tracker } from '../track/tracker.ts'

/** Takes the packets to store, each with the name of its interface. */
export type PacketStore = Pick<CaptureFiles, 'packet'>

/** How many link types the record of the capture names. */
const MOST_LINK_TYPES = 64

export class PacketIntake {
  /** Packets and bytes from the capture programs. */
  packets = 0
  bytes = 0
  /** Packets that belong to SMB, or may: frame numbers count only them, and files hold only them. */
  frames = 0
  firstTime = Number.POSITIVE_INFINITY
  lastTime = Number.NEGATIVE_INFINITY
  /** The time of the last packet. */
  newest = 0
  readonly linkTypes = new Set<string>()
  /** By the index of the interface: the packets that came from it, including those after the last one to read. */
  readonly delivered: number[] = []
  /** How many packets to read. */
  private readonly most: number
  private readonly tracker: Tracker
  private readonly stores: readonly PacketStore[]
  private readonly onMost: () => void
  private lastLinkType = -1

  constructor(tracker: Tracker, stores: readonly PacketStore[], most: number | null, onMost: () => void) {
    this.tracker = tracker
    this.stores = stores
    this.most = most ?? Number.POSITIVE_INFINITY
    this.onMost = onMost
  }

  /** The sink for one interface's packets. Packets of all interfaces are numbered together, since each interface would start at 1. */
  from(index: number, name: string): FrameSink {
    const { delivered, tracker, stores, most } = this
    delivered[index] ??= 0
    return {
      frame: (bytes, start, captured, original, linkType, time) => {
        delivered[index]!++
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
          for (const store of stores) store.packet(bytes, start, captured, original, linkType, time, name)
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
