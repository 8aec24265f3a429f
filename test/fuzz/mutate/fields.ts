/** Lengths, offsets, counts, flags, commands and ids that are wrong, one at a time or everywhere. */
import { type Field, type FieldGroup, fieldsOf, putOddValue } from '../fields.ts'
import { changed, type Packet, smbPackets } from '../packet.ts'
import type { Random } from '../random.ts'

/** Most faults belong in the parts that are parsed deepest. */
const GROUPS: readonly FieldGroup[] = ['smb', 'smb', 'smb', 'smb', 'smb', 'smb', 'netbios', 'tcp', 'tcp', 'ip', 'link']

interface Target {
  packet: number
  field: Field
}

export function oddFields(packets: readonly Packet[], random: Random): Packet[] {
  const out = [...packets]
  const count = random.few(8)
  for (let i = 0; i < count; i++) {
    const target = anyField(out, random)
    if (target === null) continue
    out[target.packet] = changed(out[target.packet]!, (bytes) => putOddValue(bytes, target.field, random))
  }
  return out
}

/** A wrong value in the field of one name, in every packet or in many: the same value everywhere, or a different one in each. */
export function oddFieldEverywhere(packets: readonly Packet[], random: Random): Packet[] {
  const target = anyField(packets, random)
  if (target === null) return [...packets]
  const each = random.oneIn(2)
  const often = random.pick([1, 1, 2, 5])
  const seed = random.below(20)
  return packets.map((packet) => {
    const fields = fieldsOf(packet).filter(({ name }) => name === target.field.name)
    if (fields.length === 0 || !random.oneIn(often)) return packet
    return changed(packet, (bytes) => {
      for (const field of fields) putOddValue(bytes, field, each ? random : fixed(random, seed))
    })
  })
}

/** Returns the same draw every time, so that `putOddValue` picks the same kind of value in every packet. */
function fixed(random: Random, seed: number): Random {
  return { ...random, pick: (list) => list[seed % list.length]!, below: (limit) => seed % Math.max(1, limit) }
}

/** The values of one field are swapped between two packets, or one is copied over the other. */
export function exchangedFields(packets: readonly Packet[], random: Random): Packet[] {
  const out = [...packets]
  const count = random.few(4)
  for (let i = 0; i < count; i++) {
    const one = anyField(out, random)
    if (one === null) break
    const other = likeField(out, one, random)
    if (other === null) continue
    const a = bytesOf(out[one.packet]!, one.field)
    const b = bytesOf(out[other.packet]!, other.field)
    out[one.packet] = changed(out[one.packet]!, (bytes) => bytes.set(b, one.field.at))
    if (random.oneIn(2)) out[other.packet] = changed(out[other.packet]!, (bytes) => bytes.set(a, other.field.at))
  }
  return out
}

/** Two, four or eight bytes at any even offset of an SMB message: for fields that no table names. */
export function oddWords(packets: readonly Packet[], random: Random): Packet[] {
  const out = [...packets]
  const where = smbPackets(out)
  if (where.length === 0) return out
  const count = random.few(6)
  for (let i = 0; i < count; i++) {
    const index = random.pick(where)
    const frame = fieldsOf(out[index]!).find(({ name }) => name === 'netbios.type')
    if (frame === undefined) continue
    const width = random.pick([1, 2, 4, 8])
    const at = frame.at + 4 + random.below((frame.end - frame.at - 4) / 2) * 2
    const field: Field = { ...frame, group: 'smb', name: 'word', at, width, big: false, start: frame.at + 4 }
    out[index] = changed(out[index]!, (bytes) => putOddValue(bytes, field, random))
  }
  return out
}

function anyField(packets: readonly Packet[], random: Random): Target | null {
  const smb = random.oneIn(5) ? [] : smbPackets(packets)
  for (let tries = 0; tries < 8 && packets.length > 0; tries++) {
    const packet = smb.length > 0 ? random.pick(smb) : random.below(packets.length)
    const group = random.pick(GROUPS)
    const fields = fieldsOf(packets[packet]!).filter((field) => field.group === group)
    if (fields.length > 0) return { packet, field: random.pick(fields) }
  }
  return null
}

function likeField(packets: readonly Packet[], { packet, field }: Target, random: Random): Target | null {
  for (let tries = 0; tries < 24; tries++) {
    const other = random.below(packets.length)
    if (other === packet) continue
    const like = fieldsOf(packets[other]!).find(({ name }) => name === field.name)
    if (like !== undefined) return { packet: other, field: like }
  }
  return null
}

function bytesOf({ bytes }: Packet, { at, width }: Field): Uint8Array {
  return bytes.slice(at, at + width)
}
