/** One name for both directions of a connection: which endpoint is "a", and a hash of the two. */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { finishWith, type HashKeys, mixWith, OWN_KEYS } from '../../base/seeded-hash.ts'

/** The third word of an IPv4 address in the form of IPv6, ::ffff:0:0/96; the first two are 0. */
const IPV4_MAPPED = 0x0000ffff

/** The same for both directions, never 0. */
export function flowHash(s: Segment, fromA: boolean): number {
  return flowHashWith(OWN_KEYS, s, fromA)
}

/** The same with other keys, for what must be alike in every run. */
export function flowHashWith(keys: HashKeys, s: Segment, fromA: boolean): number {
  let h = mixWith(keys, keys.seed, fromA ? s.src3 : s.dst3)
  h = mixWith(keys, h, fromA ? s.dst3 : s.src3)
  h = mixWith(keys, h, fromA ? (s.srcPort << 16) | s.dstPort : (s.dstPort << 16) | s.srcPort)
  if (((s.src2 ^ IPV4_MAPPED) | (s.dst2 ^ IPV4_MAPPED) | s.src1 | s.dst1 | s.src0 | s.dst0) !== 0) {
    h = mixWith(keys, h, fromA ? s.src2 : s.dst2)
    h = mixWith(keys, h, fromA ? s.dst2 : s.src2)
    h = mixWith(keys, h, fromA ? s.src1 : s.dst1)
    h = mixWith(keys, h, fromA ? s.dst1 : s.src1)
    h = mixWith(keys, h, fromA ? s.src0 : s.dst0)
    h = mixWith(keys, h, fromA ? s.dst0 : s.src0)
  }
  h = finishWith(keys, h)
  return h === 0 ? 1 : h
}

/** The endpoint that sorts first is "a": so a connection has one form whichever side is seen first. */
export function sourceIsA(s: Segment): boolean {
  if (s.src3 !== s.dst3) return s.src3 < s.dst3
  if (s.src2 !== s.dst2) return s.src2 < s.dst2
  if (s.src1 !== s.dst1) return s.src1 < s.dst1
  if (s.src0 !== s.dst0) return s.src0 < s.dst0
  return s.srcPort < s.dstPort
}
