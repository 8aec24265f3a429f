/**
 * Shrinks a failure. First the case: fewer packets, then fewer steps. Then the file that it makes: records are removed, then it is written again in the
 * simplest form, then packets get shorter, then bytes become zero. The result always fails in the same way as the original.
 */
import { constants, gunzipSync } from 'node:zlib'
import { joined } from './bytes.ts'
import { packetsOf, piecesOf } from './capture-file.ts'
import { type Plan, smallerPlans } from './case.ts'
import type { Packet } from './packet.ts'
import { plainFile } from './write-capture.ts'

export type Fails = (bytes: Uint8Array) => Promise<boolean>

/** Calls `fails` at most `attempts` times and only before `until`, then returns false. */
export function limitedTo(attempts: number, until: number, fails: Fails): Fails {
  let left = attempts
  return async (bytes) => left-- > 0 && Date.now() < until && (await fails(bytes))
}

export async function shrinkPlan(plan: Plan, make: (plan: Plan) => Uint8Array, fails: Fails): Promise<Plan> {
  let smallest = plan
  let candidates = [...fewerPackets(plan), ...smallerPlans(plan)]
  while (candidates.length > 0) {
    const candidate = candidates.shift()!
    if (!(await fails(make(candidate)))) continue
    smallest = candidate
    candidates = [...fewerPackets(candidate), ...smallerPlans(candidate)]
  }
  return smallest
}

/** Halves, quarters, and all but the first or the last. */
function fewerPackets(plan: Plan): Plan[] {
  const [from, count] = plan.window
  const windows: [number, number][] = []
  for (const part of [2, 4, 8]) {
    const less = Math.floor(count / part)
    if (less > 0) windows.push([from, less], [from + less, count - less], [from, count - less])
  }
  if (count > 1) windows.push([from + 1, count - 1], [from, count - 1])
  return plan.form === null ? [] : windows.map((window) => ({ ...plan, window }))
}

export async function shrinkFile(file: Uint8Array, fails: Fails): Promise<Uint8Array> {
  let smallest = file
  const keep = async (candidate: Uint8Array | null): Promise<boolean> => {
    if (candidate === null || candidate.length > smallest.length || isEqual(candidate, smallest)) return false
    if (!(await fails(candidate))) return false
    smallest = candidate
    return true
  }
  const inside = unpacked(file)
  if (inside !== null && (await fails(inside))) smallest = inside
  await shrinkPieces(smallest, keep)
  await keep(plainFile(packetsOf(smallest)))
  const linkType = packetsOf(smallest)[0]?.linkType
  if (linkType !== undefined && isEqual(plainFile(packetsOf(smallest)), smallest)) await shrinkPackets(smallest, keep)
  // In any form of file, the end and single bytes may be removable.
  await minimise(chunksOf(smallest, 64), (chunks) => keep(joined(chunks)))
  for (const size of [256, 32, 4, 1]) await blank(smallest, size, keep)
  return smallest
}

type Keep = (candidate: Uint8Array) => Promise<boolean>

async function shrinkPieces(file: Uint8Array, keep: Keep): Promise<void> {
  const pieces = piecesOf(file)?.pieces
  if (pieces === undefined) return
  await minimise(pieces, (kept) => keep(joined(kept.map(({ start, end }) => file.subarray(start, end)))))
}

/** Makes each packet as short as possible. */
async function shrinkPackets(file: Uint8Array, keep: Keep): Promise<void> {
  let packets: Packet[] = packetsOf(file)
  for (let i = 0; i < packets.length; i++) {
    for (let cut = packets[i]!.bytes.length; cut > 0; cut = Math.floor(cut / 2)) {
      const packet = packets[i]!
      const length = packet.bytes.length - cut
      if (length < 0) continue
      const shorter = {
        ...packet,
        bytes: packet.bytes.subarray(0, length),
        original: Math.min(packet.original, length),
      }
      const candidate = packets.map((other, k) => (k === i ? shorter : other))
      if (await keep(plainFile(candidate))) packets = candidate
    }
  }
}

/** Writes zeros where the bytes do not matter, so that those that matter remain. */
async function blank(file: Uint8Array, size: number, keep: Keep): Promise<void> {
  let current = file
  for (let at = 24; at < current.length; at += size) {
    const candidate = current.slice()
    candidate.fill(0, at, at + size)
    if (await keep(candidate)) current = candidate
  }
}

/** The fewest items that still fail, found by leaving out halves, quarters and so on down to single ones. */
export async function minimise<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)]
      if (without.length > 0 && (await fails(without))) kept = without
      else at += size
    }
  }
  return kept
}

function chunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

function unpacked(bytes: Uint8Array): Uint8Array | null {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return null
  try {
    return new Uint8Array(gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }))
  } catch {
    return null
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i])
}
