import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { matchConnections } from '../../src/evidence/connection-packets.ts'
import type { EvidenceConnection } from '../../src/evidence/selection.ts'
import { plainLedger } from '../../src/ledger/ledger.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { collector } from '../support/frames.ts'

const connection = (clientPort: number, firstFrame = 1, lastFrame = 9, client = '10.0.0.1', server = '10.0.0.2') =>
  ({
    capture: 'x',
    client: { ip: client, port: clientPort },
    server: { ip: server, port: 445 },
    firstFrame,
    lastFrame,
  }) satisfies EvidenceConnection

/** A raw IPv4 packet: addresses, flags and fragment offset, then twenty bytes that begin with two ports. */
function ipv4(from: number, to: number, fragment: number, ports: readonly [number, number]): Uint8Array {
  const b = new Uint8Array(40)
  const view = new DataView(b.buffer)
  b.set([0x45, 0, 0, 40, 0, 7])
  view.setUint16(6, fragment)
  b.set([64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to], 8)
  view.setUint16(20, ports[0])
  view.setUint16(22, ports[1])
  b[32] = 0x50
  return b
}

function matches(connections: readonly EvidenceConnection[], packets: readonly Uint8Array[], limit = 99): number[][] {
  const matcher = matchConnections(connections)
  return packets.map((p, i) =>
    matcher.match(p, 0, p.length, p.length, 228, i + 1, limit).map((c) => connections.indexOf(c)),
  )
}

describe('matchConnections', () => {
  it('compares addresses and ports, in both directions', () => {
    const packets = [
      ipv4(1, 2, 0, [5000, 445]),
      ipv4(2, 1, 0, [445, 5000]),
      ipv4(2, 1, 0, [5000, 445]),
      ipv4(1, 3, 0, [5000, 445]),
      ipv4(1, 2, 0, [5001, 445]),
    ]
    expect(matches([connection(5000)], packets)).toEqual([[0], [0], [], [], []])
  })

  it('obeys frame ranges where ports are used again', () => {
    const packets = Array.from({ length: 8 }, () => ipv4(1, 2, 0, [5000, 445]))
    const again = [connection(5000, 6, 7), connection(5000, 2, 3), connection(5000, 3, 3)]
    expect(matches(again, packets).map((found) => found.sort())).toEqual([[], [1], [1, 2], [], [], [0], [0], []])
    expect(matches(again, packets, 1).map((found) => found.length)).toEqual([0, 1, 1, 0, 0, 1, 1, 0])
  })

  it('takes every fragment between the two addresses', () => {
    const packets = [ipv4(1, 2, 0x2000, [1, 2]), ipv4(2, 1, 5, [3, 4]), ipv4(1, 3, 5, [3, 4])]
    expect(matches([connection(5000)], packets)).toEqual([[0], [0], []])
  })

  it('finds nothing for invalid addresses', () => {
    expect(matches([connection(5000, 1, 9, 'x; y')], [ipv4(1, 2, 0, [5000, 445])])).toEqual([[]])
  })

  it('examines few, even if the ports were used often before', () => {
    const many = Array.from({ length: 50_000 }, (_, i) => connection(5000, i + 1, i + 1))
    const packets = Array.from({ length: 50_000 }, () => ipv4(1, 2, 0, [5000, 445]))
    expect(matches(many.slice(0, 10), packets.slice(0, 12)).flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const matcher = matchConnections(many)
    let found = 0
    for (const [i, p] of packets.entries()) found += matcher.match(p, 0, p.length, p.length, 228, i + 1, 9).length
    expect(found).toBe(50_000)
  })

  it.each(['vlan.pcap', 'null-ipv6.pcap', 'linux-sll2.pcap', 'qinq.pcap'])('sees through %s', async (name) => {
    const sink = collector()
    const summary = await readCapture(join(fileURLToPath(new URL('../../captures', import.meta.url)), name), sink)
    const tracker = new Tracker(name)
    for (const f of sink.frames) tracker.frame(f.data, 0, f.data.length, f.original, f.linkType, f.time, f.number)
    const ledger = plainLedger(tracker.finish(summary))
    const matcher = matchConnections(ledger.connections)
    const seen = sink.frames.filter(
      (f) => matcher.match(f.data, 0, f.data.length, f.original, f.linkType, f.number, 1).length > 0,
    )
    expect(seen.length).toBeGreaterThan(5)
    expect(seen[0]!.number).toBe(ledger.connections[0]!.firstFrame)
  })
})
