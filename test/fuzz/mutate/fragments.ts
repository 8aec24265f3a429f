/** IP datagrams in fragments, RFC 791 3.2 and RFC 8200 4.5: as a router makes them, and as an attacker does. */
import { joined, putUint } from '../bytes.ts'
import { changed, type Layers, layersOf, type Packet, setDatagramLength } from '../packet.ts'
import type { Random } from '../random.ts'

const FRAGMENT_HEADER = 44

export function fragmented(packets: readonly Packet[], random: Random): Packet[] {
  const often = random.pick([1, 2, 6])
  const size = random.pick([8, 16, 24, 64, 512, 1024])
  const disorder = random.below(8)
  const late: Packet[] = []
  const out: Packet[] = []
  for (const [i, packet] of packets.entries()) {
    const layers = layersOf(packet)
    if (layers === null || layers.end - layers.transport <= size || !random.oneIn(often)) {
      out.push(packet)
      continue
    }
    const fragments = inDisorder(fragmentsOf(packet, layers, size, i + 1), disorder, random)
    // A late fragment, after those of other datagrams.
    if (disorder === 6 && fragments.length > 1) late.push(fragments.pop()!)
    out.push(...fragments)
    if (late.length > 3) out.push(late.shift()!)
  }
  return [...out, ...late]
}

function fragmentsOf(packet: Packet, layers: Layers, size: number, id: number): Packet[] {
  const { bytes } = packet
  const { ip, version, transport, end } = layers
  const step = Math.max(size, Math.ceil((end - transport) / 200 / 8) * 8)
  const fragments: Packet[] = []
  for (let at = transport; at < end; at += step) {
    const to = Math.min(end, at + step)
    const more = to < end
    const header = bytes.slice(0, transport)
    const extension = version === 6 ? new Uint8Array(8) : new Uint8Array(0)
    if (version === 4) {
      putUint(header, ip + 4, 2, true, id)
      putUint(header, ip + 6, 2, true, ((at - transport) >> 3) | (more ? 0x2000 : 0))
    } else {
      extension[0] = header[ip + 6]!
      header[ip + 6] = FRAGMENT_HEADER
      putUint(extension, 2, 2, true, (at - transport) | (more ? 1 : 0))
      putUint(extension, 4, 4, true, id)
    }
    const fragment = joined([header, extension, bytes.subarray(at, to)])
    setDatagramLength(fragment, ip, version)
    fragments.push({ ...packet, bytes: fragment, original: fragment.length })
  }
  return fragments
}

function inDisorder(fragments: Packet[], disorder: number, random: Random): Packet[] {
  const i = random.below(fragments.length)
  switch (disorder) {
    case 0:
      return fragments.reverse()
    case 1:
      return fragments.flatMap((fragment) => (random.oneIn(3) ? [fragment, fragment] : [fragment]))
    case 2:
      return fragments.filter((_, k) => k !== i)
    case 3: {
      // One that reaches into its neighbour with other bytes, or ends nowhere.
      const odd = changed(fragments[i]!, (bytes) => {
        const layers = layersOf({ ...fragments[i]!, bytes })
        if (layers === null) return
        const at = layers.version === 4 ? layers.ip + 6 : layers.transport + 2
        bytes[at] = random.pick([bytes[at]!, 0x20, 0x3f, 0x1f, 0xff])
        bytes[at + 1] = bytes[at + 1]! + random.pick([1, -1, 8, -8, 255])
      })
      return [...fragments.slice(0, i), odd, ...fragments.slice(i)]
    }
    case 4: {
      const from = random.below(fragments.length)
      return [...fragments.slice(from), ...fragments.slice(0, from)]
    }
    default:
      return fragments
  }
}
