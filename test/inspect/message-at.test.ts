/** One frame of a capture: its messages have the right bytes and offsets, in every way that they can arrive. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type CaptureSummary, readCapture } from '../../src/capture/read/read-capture.ts'
import { allFields } from '../../src/inspect/field/field.ts'
import { type InspectedFrame, messageAt, type ReadFramesOnce, rangeInFrame } from '../../src/inspect/message-at.ts'
import * as smb2Fixtures from '../dissectors/smb2/fixtures.ts'
import { conversation, feed, packet, smb2, type TestFrame } from '../support/conversation.ts'

const request = smb2Fixtures.negotiateRequest311
const response = smb2Fixtures.negotiateResponse311

function sample(name: string): string {
  return fileURLToPath(new URL(`../../captures/${name}`, import.meta.url))
}

/** Frames from memory instead of a file. */
function reading(frames: TestFrame[]): ReadFramesOnce {
  return async (_path, sink) => {
    feed(sink, frames)
    return { complete: true, warnings: [] } as unknown as CaptureSummary
  }
}

async function at(frames: TestFrame[], frame: number): Promise<InspectedFrame> {
  const found = await messageAt('test', { frame }, { read: reading(frames) })
  if (found === null) throw new Error('no such frame')
  return found
}

/** What a message has in the frame is in the frame. */
function expectPlaced({ bytes, messages }: InspectedFrame): void {
  for (const message of messages) {
    expect(message.inFrame).not.toBeNull()
    const { start, end, frameStart } = message.inFrame!
    const here = bytes.slice(frameStart, frameStart + end - start)
    expect(here.slice(0, message.bytes.length - start)).toEqual(message.bytes.slice(start, end))
  }
}

describe('messageAt', () => {
  it('gives frame, headers and message of a segment that holds one', async () => {
    const frames = conversation([
      { from: 'client', payload: packet(request) },
      { from: 'server', payload: packet(response) },
    ])
    const found = await at(frames, 3)
    expect(found.bytes).toEqual(frames[2]!.bytes)
    expect(found.headers.map(({ name }) => name)).toEqual(['Ethernet', 'IPv4', 'TCP', 'NetBIOS session service'])
    expect(found.messages).toHaveLength(1)
    expect(found.messages[0]!.bytes).toEqual(request)
    expect(found.messages[0]!.inFrame).toEqual({ start: 0, end: request.length, frameStart: 58 })
    expectPlaced(found)
    expect(rangeInFrame(found.messages[0]!, { start: 4, end: 6 })).toEqual({ start: 62, end: 64 })
  })

  it('gives a message that spans segments to the frame in which it ends', async () => {
    const frames = conversation([{ from: 'client', payload: packet(request) }], { segmentSize: 60 })
    const payloads = frames.filter(({ bytes }) => bytes.length > 54).length
    const last = 2 + payloads
    expect((await at(frames, 4)).messages).toEqual([])
    const found = await at(frames, last)
    expect(found.messages[0]!.bytes).toEqual(request)
    expectPlaced(found)
    const { inFrame } = found.messages[0]!
    expect(inFrame!.end).toBe(request.length)
    expect(inFrame!.frameStart).toBe(54)
    expect(rangeInFrame(found.messages[0]!, { start: 0, end: 4 })).toBeNull()
  })

  it('finds the end of a message before the beginning of another', async () => {
    const stream = Uint8Array.from([...packet(request), ...packet(request), ...packet(request)])
    const size = request.length + 30
    const frames = conversation([{ from: 'client', payload: stream }], { segmentSize: size })
    const found = await at(frames, 4)
    expect(found.messages).toHaveLength(1)
    expectPlaced(found)
    expect(found.messages[0]!.inFrame).toEqual({ start: 22, end: request.length, frameStart: 54 })
  })

  it('gives every message of a compound its own offset', async () => {
    const first = smb2({ command: 5 })
    const frames = conversation([{ from: 'client', payload: packet(request, first) }])
    // NextCommand of the first element.
    new DataView(frames[2]!.bytes.buffer).setUint32(58 + 20, request.length, true)
    const found = await at(frames, 3)
    expect(found.messages.map(({ row }) => row.command)).toEqual([0, 5])
    expectPlaced(found)
  })

  it('finds what waits for its question: segments out of order', async () => {
    for (const [name, frame] of [
      ['reordered.pcap', 10],
      ['server-only.pcap', 3],
      ['one-byte-segments.pcap.gz', 522],
    ] as const) {
      const found = await messageAt(sample(name), { frame })
      expect(found!.messages).toHaveLength(1)
      const names = [...allFields(found!.messages[0]!.fields)].map((field) => field.name)
      expect(names).toContain('DialectRevision')
    }
  })

  it('is empty of messages for a SYN, and null for a frame that is not there', async () => {
    const frames = conversation([{ from: 'client', payload: packet(request) }])
    expect(await at(frames, 1)).toMatchObject({ frame: 1, messages: [] })
    expect(await messageAt('test', { frame: 99 }, { read: reading(frames) })).toBeNull()
  })

  it('stops reading once it has what it needs', async () => {
    let aborted = false
    const watching: ReadFramesOnce = async (path, sink, signal) => {
      const summary = await readCapture(path, sink).finally(() => {
        aborted = signal.aborted
      })
      return summary
    }
    await messageAt(sample('guest-explicit.pcap'), { frame: 4 }, { read: watching })
    expect(aborted).toBe(true)
  })

  it('rejects with the reason of the signal, and with what the reading rejects with', async () => {
    const reason = new Error('closed')
    await expect(
      messageAt(sample('guest-explicit.pcap'), { frame: 4 }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
    const controller = new AbortController()
    const read: ReadFramesOnce = async (path, sink, signal) => {
      controller.abort(reason)
      return readCapture(path, sink, { signal })
    }
    await expect(
      messageAt(sample('guest-explicit.pcap'), { frame: 4 }, { signal: controller.signal, read }),
    ).rejects.toBe(reason)
    await expect(messageAt(sample('nothing-here.pcap'), { frame: 4 })).rejects.toMatchObject({ name: 'CaptureError' })
  })
})
