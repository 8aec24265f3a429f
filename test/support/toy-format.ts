/**
 * A capture format for tests, which shows that a new format needs one file and one line. After the eight bytes "TOYCAP01" come records:
 *
 *   0 seconds since 1970 (4)  4 length (2)  6 packet
 *
 * in network byte order, always Ethernet.
 */
import { u16be, u32be } from '../../dissectors/bytes.ts'
import {
  type CaptureFormat,
  type Checkpoint,
  type Damage,
  type RecordWalker,
  Tally,
} from '../../src/capture/format/format.ts'

const MAGIC = new TextEncoder().encode('TOYCAP01')
const RECORD_HEADER_LENGTH = 6

export const TOY: CaptureFormat<Checkpoint> = {
  name: 'toy',
  startBytes: MAGIC.length,
  isStart: (bytes, start, end) => end - start >= MAGIC.length && isMagicAt(bytes, start),
  isJoinedAt: isMagicAt,
  walker: (sink, options) => toyWalker(sink, options, null),
  walkerFrom: (checkpoint, sink, options) => toyWalker(sink, options, checkpoint),
}

function isMagicAt(bytes: Uint8Array, at: number): boolean {
  return MAGIC.every((byte, i) => bytes[at + i] === byte)
}

type Sink = Parameters<typeof TOY.walker>[0]
type Options = Parameters<typeof TOY.walker>[1]

function toyWalker(sink: Sink, { fileStarts }: Options, from: Checkpoint | null): RecordWalker {
  let tally = new Tally()
  tally.frames = from?.frames ?? 0
  let position = from?.position ?? 0
  let started = from !== null
  let atAnotherFile = false
  let damage: Damage | null = null
  return {
    format: TOY.name,
    warnings: [],
    get tally() {
      return tally
    },
    get position() {
      return position
    },
    get started() {
      return started
    },
    get atAnotherFile() {
      return atAnotherFile
    },
    get damage() {
      return damage
    },
    linkTypes: () => [1],
    consume(bytes, start, end) {
      let at = start
      if (!started) {
        if (end - at < MAGIC.length) return at
        started = true
        at += MAGIC.length
      }
      // A record may be shorter than the bytes that decide whether a file begins here: then wait for more bytes.
      while (end - at >= Math.max(RECORD_HEADER_LENGTH, fileStarts.bytes) && !atAnotherFile) {
        const length = u16be(bytes, at + 4)
        if (fileStarts.isAt(bytes, at, end)) atAnotherFile = true
        else if (end - at < RECORD_HEADER_LENGTH + length) break
        else at = deliver(bytes, at, length)
      }
      position += at - start
      return at
    },
    finish(bytes, start, end) {
      let at = start
      while (end - at >= RECORD_HEADER_LENGTH && end - at >= RECORD_HEADER_LENGTH + u16be(bytes, at + 4))
        at = deliver(bytes, at, u16be(bytes, at + 4))
      position += at - start
      if (at < end) damage = { code: 'truncated-record', position, what: 'the file ends in the middle of a packet' }
    },
    follow(before) {
      tally = before.tally
      position = before.position
    },
    checkpoint: () =>
      started ? { format: TOY.name, position, frames: tally.frames, shared: null, sharedCount: 0 } : null,
    nanoseconds: () => 0,
  }

  function deliver(bytes: Uint8Array, at: number, length: number): number {
    const time = u32be(bytes, at) * 1e6
    tally.packets++
    tally.bytes += length
    tally.firstTime = Math.min(tally.firstTime, time)
    tally.lastTime = Math.max(tally.lastTime, time)
    sink.frame(bytes, at + RECORD_HEADER_LENGTH, length, length, 1, time, ++tally.frames)
    return at + RECORD_HEADER_LENGTH + length
  }
}

/** A file of it: packet n has the time of second `BASE_SECONDS` + n. */
export function toyFile(packets: readonly Uint8Array[]): Uint8Array {
  const bytes = packets.reduce((sum, packet) => sum + RECORD_HEADER_LENGTH + packet.length, MAGIC.length)
  const file = new Uint8Array(bytes)
  const view = new DataView(file.buffer)
  file.set(MAGIC)
  let at = MAGIC.length
  for (const [i, packet] of packets.entries()) {
    view.setUint32(at, BASE_SECONDS + i)
    view.setUint16(at + 4, packet.length)
    file.set(packet, at + RECORD_HEADER_LENGTH)
    at += RECORD_HEADER_LENGTH + packet.length
  }
  return file
}

export const BASE_SECONDS = 1_700_000_000
