/** The interfaces of a pcapng section, draft-ietf-opsawg-pcapng section 4.2. */
import { u16be, u16le, u32be, u32le } from '../../../dissectors/bytes.ts'
import { OPTION_END, OPTION_IF_TSOFFSET, OPTION_IF_TSRESOL } from './pcapng-blocks.ts'
import { type Clock, MICROSECOND_CLOCK } from './timestamps.ts'

export interface CaptureInterface {
  linkType: number
  /** 0: no limit. */
  snapLength: number
  clock: Clock
  /** A packet of it was delivered. */
  used: boolean
}

/**
 * The clock that if_tsresol and if_tsoffset describe among the options in [at, end); microseconds since 1970 without them. `damaged`: an option is
 * longer than what is left of the block, so it and all behind it were not read.
 */
export function readClock(
  bytes: Uint8Array,
  at: number,
  end: number,
  little: boolean,
): { clock: Clock; damaged: boolean } {
  const u16 = little ? u16le : u16be
  const u32 = little ? u32le : u32be
  let { base, exponent, offset } = MICROSECOND_CLOCK
  let damaged = false
  while (end - at >= 4) {
    const code = u16(bytes, at)
    const length = u16(bytes, at + 2)
    const value = at + 4
    if (code === OPTION_END) break
    if (value + length > end) {
      damaged = true
      break
    }
    if (code === OPTION_IF_TSRESOL && length === 1) {
      base = bytes[value]! & 0x80 ? 2 : 10
      exponent = bytes[value]! & 0x7f
    } else if (code === OPTION_IF_TSOFFSET && length === 8) {
      const high = u32(bytes, little ? value + 4 : value) | 0
      const low = u32(bytes, little ? value : value + 4)
      offset = (high * 0x1_0000_0000 + low) * 1e6
    }
    at = value + length + (-length & 3)
  }
  const isDefault = base === 10 && exponent === 6 && offset === 0
  return { clock: isDefault ? MICROSECOND_CLOCK : { base, exponent, offset }, damaged }
}
