/** Damage inside packets without regard to protocols. The records around them stay intact. */
import { changed, type Packet } from '../packet.ts'
import type { Random } from '../random.ts'

export function flippedBits(packets: readonly Packet[], random: Random): Packet[] {
  const out = [...packets]
  const count = random.few(40)
  for (let n = 0; n < count && out.length > 0; n++) {
    const i = random.below(out.length)
    out[i] = changed(out[i]!, (bytes) => {
      const at = random.below(bytes.length)
      if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << random.below(8))
    })
  }
  return out
}

/** Rows of one value, of random bytes, or of bytes from elsewhere in the same packet. */
export function overwritten(packets: readonly Packet[], random: Random): Packet[] {
  const out = [...packets]
  const count = random.few(6)
  for (let n = 0; n < count && out.length > 0; n++) {
    const i = random.below(out.length)
    out[i] = changed(out[i]!, (bytes) => {
      const at = random.below(bytes.length)
      const end = Math.min(bytes.length, at + random.few(64))
      const way = random.below(3)
      if (way === 0) bytes.fill(random.pick([0, 0xff, 0x7f, 0x80, 0x41, 0x53]), at, end)
      else if (way === 1) for (let k = at; k < end; k++) bytes[k] = random.below(256)
      else bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length))
    })
  }
  return out
}
