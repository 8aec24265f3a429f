// Writes captures of many packets while they are made: one buffer, and times ten microseconds apart.
import { closeSync, openSync, writeSync } from 'node:fs'
import { writePcap } from '../captures/make/pcap.mjs'

const BUFFER = 1 << 20
const START = 1.7e15
const RECORD_HEADER = 16

/** `write` copies a frame, and `change(buffer, at)` may change the copy, which begins at `at`. `close` returns the number of packets. */
export function openPackets(path, linkType) {
  const out = openSync(path, 'w')
  const buffer = Buffer.alloc(BUFFER)
  let used = writePcap({ linkType, packets: [] }).copy(buffer)
  let packets = 0
  const flush = () => {
    for (let done = 0; done < used; ) done += writeSync(out, buffer, done, used - done)
    used = 0
  }
  return {
    write(frame, change) {
      if (used + RECORD_HEADER + frame.length > BUFFER) flush()
      const time = START + packets++ * 10
      buffer.writeUInt32LE(Math.floor(time / 1e6), used)
      buffer.writeUInt32LE(time % 1e6, used + 4)
      buffer.writeUInt32LE(frame.length, used + 8)
      buffer.writeUInt32LE(frame.length, used + 12)
      used += RECORD_HEADER
      frame.copy(buffer, used)
      change(buffer, used)
      used += frame.length
    },
    close() {
      flush()
      closeSync(out)
      return packets
    },
  }
}
