import { describe, expect, it } from 'vitest'
import { createSegment } from '../../../../dissectors/layers/segment.ts'
import { Arenas } from '../../../../src/track/core/gather-buffers.ts'
import { DeferredSegments } from '../../../../src/track/flow/stream/deferred-segments.ts'
import { HELD_OVERHEAD } from '../../../../src/track/flow/stream/reassembly.ts'
import { Stream } from '../../../../src/track/flow/stream/tcp-stream.ts'
import { NbssFramer } from '../../../../src/track/smb/nbss-framer.ts'
import { isMessageStart } from '../../../../src/track/smb/nbss-packet.ts'
import { packet, smb2 } from '../../../support/conversation.ts'

const MESSAGE = packet(smb2({ command: 5 }))
const SECOND = 1e6

/** Two streams that both start at 1, and the segments that are deferred between them. */
function pair(limits = { heldBytes: 1 << 20, heldSegments: 512, heldBytesInAll: 1 << 20 }) {
  const order: string[] = []
  const limited: string[] = []
  const shared = { heldBytes: 0, recent: null }
  const arenas = new Arenas()
  let at = 0
  const reader = {
    bytesNeeded: (_b: Uint8Array, _start: number, length: number) => length,
    message: (fromA: boolean) => {
      order.push(`${fromA ? 'a' : 'b'}${at}`)
    },
    control: () => {},
    limited: () => {},
  }
  const owner = {
    at: (frame: number) => {
      at = frame
    },
    gap: () => {},
    cut: () => {},
    disagreement: () => {},
    limited: (name: string) => {
      limited.push(name)
    },
    startsMessage: (b: Uint8Array) => b.length >= 8 && isMessageStart(b, 0, b.length),
    readEarly: () => {},
    stray: () => {},
    stream: (fromA: boolean) => (fromA ? a : b),
  }
  const open = (fromA: boolean) =>
    new Stream(
      new NbssFramer(reader, fromA, { gatherBytes: 65536, gatherBytesInAll: 1 << 20 }, arenas),
      fromA,
      owner,
      limits,
      shared,
    )
  const a = open(true)
  const b = open(false)
  a.synchronise(0)
  b.synchronise(0)
  const deferred = new DeferredSegments(owner, shared, limits)
  /** The nth message of one side, which acknowledges `acked` messages of the other. */
  const send = (fromA: boolean, n: number, acked: number, frame: number, time = 0) => {
    const s = createSegment()
    const length = MESSAGE.length
    Object.assign(s, { seq: 1 + n * length, ack: 1 + acked * length, payload: 0, payloadEnd: length, length })
    if (deferred.takes(MESSAGE, s, fromA, frame, time)) {
      deferred.release()
      return
    }
    owner.at(frame)
    owner.stream(fromA).segment(MESSAGE, s, frame, time)
    deferred.release()
  }
  return { order, limited, shared, deferred, send }
}

describe('deferred segments', () => {
  it('wait for what they answer, for several seconds', () => {
    const { order, send, shared } = pair()
    for (let i = 0; i < 100; i++) send(false, i, i + 1, i + 1, i * 1000)
    expect(order).toEqual([])
    expect(shared.heldBytes).toBe(100 * (MESSAGE.length + HELD_OVERHEAD))
    for (let i = 0; i < 100; i++) send(true, i, i, 101 + i, SECOND + i * 1000)
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => [`a${101 + i}`, `b${i + 1}`]).flat())
    expect(shared.heldBytes).toBe(0)
  })

  it('wait once for a direction that is not in the capture', () => {
    const { order, send } = pair()
    for (let i = 0; i < 30; i++) send(false, i, i + 1, i + 1, i * SECOND)
    // The wait ends eleven seconds after the first, and nothing waits after that.
    expect(order).toEqual(Array.from({ length: 30 }, (_, i) => `b${i + 1}`))
  })

  it('wait again when the direction appears after all', () => {
    const { order, send } = pair()
    send(false, 0, 1, 1, 0)
    send(false, 1, 2, 2, 11 * SECOND)
    expect(order).toEqual(['b1', 'b2'])
    send(true, 0, 0, 3, 12 * SECOND)
    send(true, 1, 1, 4, 12 * SECOND)
    send(false, 2, 3, 5, 12 * SECOND)
    expect(order).toEqual(['b1', 'b2', 'a3', 'a4'])
    send(true, 2, 2, 6, 12 * SECOND)
    expect(order.slice(4)).toEqual(['a6', 'b5'])
  })

  it('are released, the oldest first, if each side waits for the other', () => {
    const { order, send } = pair()
    // The first request is not in the capture: its response waits for it, and the next request waits for the response.
    send(false, 0, 1, 1)
    for (let i = 1; i < 12; i++) {
      send(true, i, i, 2 * i)
      send(false, i, i + 1, 2 * i + 1)
    }
    expect(order[0]).toBe('b1')
    expect(order.length).toBeGreaterThan(0)
  })

  it('stay within their memory limit', () => {
    const each = MESSAGE.length + HELD_OVERHEAD
    const one = pair({ heldBytes: 5 * each, heldSegments: 512, heldBytesInAll: 1 << 20 })
    for (let i = 0; i < 50; i++) one.send(false, i, i + 1, i + 1)
    expect(one.limited).toEqual(['heldBytes'])
    expect(one.order).toHaveLength(50)
    const all = pair({ heldBytes: 1 << 20, heldSegments: 512, heldBytesInAll: 5 * each })
    for (let i = 0; i < 50; i++) all.send(false, i, i + 1, i + 1)
    expect(all.limited[0]).toBe('heldBytesInAll')
    all.deferred.finish()
    expect(all.order).toHaveLength(50)
    expect(all.shared.heldBytes).toBe(0)
  })
})
