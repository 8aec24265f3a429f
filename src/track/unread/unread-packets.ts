/**
 * What was not read, and may have had SMB in it: packets of link types and encapsulations that are not known here. They are counted, so that "no SMB" is
 * never said of them, and named at the end, where they are most of a capture.
 */

import { UNREAD, UNREAD_KIND, UNREAD_NUMBER } from '../../../dissectors/layers/unread.ts'
import { total } from '../../base/total.ts'
import { linkTypeAdvice, linkTypeName } from '../../capture/format/link-type-names.ts'
import type { UnreadFacts, Warning } from '../../ledger/capture-facts.ts'
import { holdsIp } from './hidden-ip.ts'
import { CLOSED_PORTS, encapsulationName } from './unread-names.ts'

/** What is counted one by one: a hostile capture may make up any number. */
const MOST_KINDS = 256
/** How many are named; the others are one. */
const MOST_NAMED = 8
/** Link types that have a warning each. */
const MOST_LINK_WARNINGS = 16
/** Of datagrams on ports that say nothing, the first LOOK_AT_FIRST and then each LOOK_AT_EACHth are examined. */
const LOOK_AT_FIRST = 32
const LOOK_AT_EACH = 64
const MOST_LOOKS = 256
/** Clients draw their ports by chance, those of tunnels too: fewer datagrams than one in LEAST_SHARE packets are no tunnel. */
const LEAST_SHARE = 100
/** "Most of a capture" is one packet in this many. */
const DOMINATES = 2

const NONE: UnreadFacts[] = []

interface Kind {
  count: number
  frame: number
}

interface Look {
  count: number
  withIp: number
  /** The first that was looked into. */
  frame: number
}

interface Found extends UnreadFacts {
  /** The first of them, where it is known. */
  frame: number | null
}

export class UnreadPackets {
  /** By what UNREAD calls them. */
  private readonly kinds = new Map<number, Kind>()
  /** Beyond MOST_KINDS. */
  private others = 0
  /** By port, the datagrams from it or to it. */
  private ports: Uint32Array | null = null
  private datagrams = 0
  /** By port: what was found in the datagrams that were looked into. */
  private readonly looks = new Map<number, Look>()

  /** A packet that leads no further than to what UNREAD calls so: anything but NOTHING and UDP. */
  packet(unread: number, frame: number): void {
    const kind = this.kinds.get(unread)
    if (kind !== undefined) kind.count++
    else if (this.kinds.size < this.room(unread)) this.kinds.set(unread, { count: 1, frame })
    else this.others++
  }

  /** Link types have room of their own, so that nothing else can hide them. */
  private room(unread: number): number {
    return (unread & UNREAD_KIND) === UNREAD.LINK ? 2 * MOST_KINDS : MOST_KINDS
  }

  /** A datagram between ports of no tunnel, its payload at [payload, end) of `b`. */
  udp(b: Uint8Array, payload: number, end: number, source: number, destination: number, frame: number): void {
    this.ports ??= new Uint32Array(65_536)
    const { ports } = this
    ports[source] = ports[source]! + 1
    if (source !== destination) ports[destination] = ports[destination]! + 1
    const n = this.datagrams++
    if (n < LOOK_AT_FIRST || n % LOOK_AT_EACH === 0)
      this.look(b, payload, end, this.ownPort(source, destination), frame)
  }

  private look(b: Uint8Array, payload: number, end: number, port: number, frame: number): void {
    const holds = holdsIp(b, payload, end)
    const look = this.looks.get(port)
    if (look !== undefined) {
      look.count++
      if (holds) look.withIp++
    } else if (this.looks.size < MOST_LOOKS) this.looks.set(port, { count: 1, withIp: holds ? 1 : 0, frame })
  }

  /** All packets of a tunnel share its port, so that it is the busier of two, and the lower one where they are equally busy. */
  private ownPort(source: number, destination: number): number {
    const ahead = this.ports![source]! - this.ports![destination]!
    if (ahead === 0) return Math.min(source, destination)
    return ahead > 0 ? source : destination
  }

  /** @param packets of the whole capture; the most frequent kinds come first */
  private found(packets: number): Found[] {
    const found: Found[] = []
    for (const [unread, { count, frame }] of this.kinds) {
      if ((unread & UNREAD_KIND) === UNREAD.LINK) {
        const what = `link type ${linkTypeName(unread & UNREAD_NUMBER)}`
        found.push({ kind: 'link-type', what, packets: count, frame })
      } else {
        const what = encapsulationName(unread)
        if (what !== null) found.push({ kind: 'encapsulation', what, packets: count, frame })
      }
    }
    // By chance a datagram or two may look as if they held IP.
    for (const [port, { count, withIp, frame }] of this.looks)
      if (withIp * 2 >= count && !CLOSED_PORTS.has(port)) this.addPort(found, `UDP port ${port}`, port, packets, frame)
    for (const [port, what] of CLOSED_PORTS) this.addPort(found, what, port, packets, null)
    if (this.others > 0) found.push({ kind: 'encapsulation', what: 'others', packets: this.others, frame: null })
    return found.sort((x, y) => y.packets - x.packets)
  }

  private addPort(found: Found[], what: string, port: number, packets: number, frame: number | null): void {
    const count = this.ports?.[port] ?? 0
    if (count * LEAST_SHARE >= Math.max(packets, 1)) found.push({ kind: 'encapsulation', what, packets: count, frame })
  }

  facts(packets: number): UnreadFacts[] {
    const found = this.found(packets)
    if (found.length === 0) return NONE
    const named = found.slice(0, MOST_NAMED).map(({ kind, what, packets }) => ({ kind, what, packets }))
    for (const kind of ['link-type', 'encapsulation'] as const) {
      const rest = found.slice(MOST_NAMED).filter((each) => each.kind === kind)
      const count = total(rest, ({ packets }) => packets)
      if (count > 0) named.push({ kind, what: kind === 'link-type' ? 'other link types' : 'others', packets: count })
    }
    return named
  }

  /**
   * Of link types always: their packets are lost in any case. Of encapsulations where they are most of a capture in which there is no SMB:
   * a few are in any capture, and have nothing to do with it.
   */
  warnings(packets: number, hasSmb: boolean): Warning[] {
    const warnings: Warning[] = []
    for (const [unread, { count, frame }] of this.kinds) {
      if ((unread & UNREAD_KIND) !== UNREAD.LINK || warnings.length >= MOST_LINK_WARNINGS) continue
      const linkType = unread & UNREAD_NUMBER
      const name = `link type ${linkTypeName(linkType)} (${linkType})`
      const message = `${name} is not read: ${count} of ${packets} packets. ${linkTypeAdvice(linkType)}`
      warnings.push({ code: 'unknown-link-type', message, frame })
    }
    const hidden = this.found(packets).filter(({ kind }) => kind === 'encapsulation')
    const count = total(hidden, ({ packets }) => packets)
    if (!hasSmb && count > 0 && count * DOMINATES >= packets) {
      const what = hidden
        .slice(0, MOST_NAMED)
        .map((each) => (hidden.length === 1 ? each.what : `${each.what} (${each.packets})`))
      const message = `${count} of ${packets} packets were not read, and SMB inside of them would not be seen: ${what.join(', ')}`
      warnings.push({ code: 'unread-encapsulation', message, frame: hidden[0]!.frame })
    }
    return warnings
  }
}
