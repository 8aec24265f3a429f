/** SMB messages put together differently: bodies under other headers, compounds, wrappings, and hostile text in names. */
import { getUint, joined, putUint } from '../bytes.ts'
import {
  answerStreamOf,
  changed,
  type Layers,
  type Packet,
  payloadOf,
  segmentOf,
  smbAt,
  smbPackets,
  streamOf,
  withOwnPayload,
} from '../packet.ts'
import type { Random } from '../random.ts'

export const PREFIX = 4
const SMB2_HEADER = 64
const NOTHING = new Uint8Array(0)
/** With its headers it stays within what an IP datagram can hold. */
const MAX_PAYLOAD = 65_000

/** Two messages change places. */
export function exchangedMessages(packets: readonly Packet[], random: Random): Packet[] {
  const where = smbPackets(packets)
  if (where.length < 2) return [...packets]
  const i = random.pick(where)
  const j = random.pick(where)
  const one = payloadAt(packets, i)
  const other = payloadAt(packets, j)
  if (one === null || other === null) return [...packets]
  return withPayloadAt(withPayloadAt(packets, i, other), j, one)
}

/** The header of one message, the body of another; at times of another capture. */
export function grafted(packets: readonly Packet[], random: Random, others: () => readonly Packet[]): Packet[] {
  const donors = random.oneIn(2) ? packets : others()
  const where = smbPackets(packets)
  const from = smbPackets(donors)
  if (where.length === 0 || from.length === 0) return [...packets]
  const i = random.pick(where)
  const host = payloadAt(packets, i)
  const donor = payloadAt(donors, random.pick(from))
  if (host === null || donor === null) return [...packets]
  const cut = PREFIX + (host[PREFIX] === 0xff ? 32 : SMB2_HEADER) + random.pick([0, 0, 0, 2, 8, random.below(64)])
  const whole = joined([host.subarray(0, cut), donor.subarray(cut)])
  return withPayloadAt(packets, i, random.oneIn(4) ? whole : framed(whole.subarray(PREFIX)))
}

/** A message repeated behind itself: in its own packet, or as one more in a compound. */
export function repeatedMessage(packets: readonly Packet[], random: Random): Packet[] {
  return atMessage(packets, random, (payload) => {
    const times = random.few(12)
    return joined(Array.from({ length: times + 1 }, () => payload))
  })
}

/** Several SMB2 messages in one packet, by NextCommand: right, or pointing where it should not. */
export function compounded(packets: readonly Packet[], random: Random): Packet[] {
  const where = smbPackets(packets)
  return atMessage(packets, random, (payload) => {
    const count = 1 + random.few(random.oneIn(8) ? 600 : 6)
    const parts: Uint8Array[] = []
    for (let n = 0; n < count; n++) {
      const source = n === 0 ? payload : (payloadAt(packets, random.pick(where)) ?? payload)
      const message = source.subarray(PREFIX, PREFIX + (count > 20 ? 72 : 4096))
      const part = new Uint8Array(message.length + (-message.length & 7))
      part.set(message)
      if (n + 1 < count)
        putUint(part, 20, 4, false, part.length + (random.oneIn(12) ? random.pick([-1, 1, 8, 0x7fffffff]) : 0))
      // Related operations take their ids from the message before.
      if (n > 0 && random.oneIn(3)) part[16] = (part[16] ?? 0) | 4
      parts.push(part)
    }
    return framed(joined(parts))
  })
}

/** Shorter or longer than it says inside, while the packet around it is right. */
export function resized(packets: readonly Packet[], random: Random): Packet[] {
  return atMessage(packets, random, (payload) => {
    const message = payload.subarray(PREFIX)
    if (random.oneIn(3)) return framed(joined([message, new Uint8Array(random.few(2000)).fill(random.below(256))]))
    return framed(message.subarray(0, random.oneIn(3) ? random.below(message.length) : message.length - random.few(40)))
  })
}

/** As an encrypted or a compressed message, or with one inside the other. */
export function wrapped(packets: readonly Packet[], random: Random): Packet[] {
  return atMessage(packets, random, (payload) => {
    const message = payload.subarray(PREFIX)
    const header = new Uint8Array(random.oneIn(2) ? 52 : 16)
    header.set([header.length === 52 ? 0xfd : 0xfc, 0x53, 0x4d, 0x42])
    putUint(header, header.length === 52 ? 36 : 4, 4, false, message.length)
    if (header.length === 52) {
      putUint(header, 42, 2, false, 1)
      header.set(message.subarray(40, 48), 44)
    } else {
      putUint(header, 8, 2, false, random.below(5))
      putUint(header, 10, 2, false, random.below(2))
    }
    return framed(joined([header, message]))
  })
}

/** Statuses and commands that change the state of a session. */
export function otherAnswers(packets: readonly Packet[], random: Random): Packet[] {
  const out = [...packets]
  const where = smbPackets(packets)
  if (where.length === 0) return out
  const count = random.few(6)
  for (let n = 0; n < count; n++) {
    const i = random.pick(where)
    const layers = segmentOf(out[i]!)!
    out[i] = changed(out[i]!, (bytes) => {
      const at = layers.payload + PREFIX
      const smb2 = bytes[at] === 0xfe
      const way = random.below(4)
      if (way < 2) putUint(bytes, at + (smb2 ? 8 : 5), 4, false, random.pick(STATUSES))
      else if (way === 2 && smb2) putUint(bytes, at + 12, 2, false, random.pick(SMB2_COMMANDS))
      else if (way === 2) putUint(bytes, at + 4, 1, false, random.pick(SMB1_COMMANDS))
      else {
        // Requests become responses, signed becomes unsigned, and so on.
        const flags = at + (smb2 ? 16 : random.pick([9, 10]))
        if (flags < bytes.length) bytes[flags] = bytes[flags]! ^ (1 << random.below(8))
      }
    })
  }
  return out
}

const STATUSES = [
  0, 0x103, 0xc0000016, 0xc000006d, 0xc0000022, 0xc00000bb, 0x80000005, 0xc000035c, 0xc0000203, 0x00010002,
]
const SMB2_COMMANDS = [0, 0, 1, 1, 1, 2, 3, 3, 4, 5, 8, 9, 11, 12, 18, 0xffff]
const SMB1_COMMANDS = [0x72, 0x72, 0x73, 0x73, 0x74, 0x75, 0x71, 0x2e, 0x2f, 0x32, 0x25, 0xff]

/** Names, users, shares, systems: their text becomes text that terminals, logs, spreadsheets and parsers mishandle. */
export function hostileText(packets: readonly Packet[], random: Random): Packet[] {
  const often = random.pick([1, 1, 3])
  // Mechanisms and dialects stay, because text gets into the report only if the session is still set up.
  const narrow = random.oneIn(4)
  const texts = [random.pick(HOSTILE), random.pick(HOSTILE)]
  return packets.map((packet) => {
    const layers = segmentOf(packet)
    if (layers === null || layers.end - layers.payload < 16 || !random.oneIn(often)) return packet
    return changed(packet, (bytes) => {
      for (const text of textsIn(bytes, layers))
        if ((text.wide || narrow) && !random.oneIn(5)) putText(bytes, text, random.pick(texts), random)
    })
  })
}

interface Text {
  at: number
  /** In characters. */
  length: number
  wide: boolean
}

/** Runs of at least three characters in UTF-16LE or ASCII. */
function textsIn(bytes: Uint8Array, { payload, end }: Layers): Text[] {
  const texts: Text[] = []
  const printable = (at: number): boolean => bytes[at]! >= 0x20 && bytes[at]! < 0x7f
  for (let at = payload + PREFIX; at + 1 < end; ) {
    let to = at
    while (to + 1 < end && printable(to) && bytes[to + 1] === 0) to += 2
    if (to - at >= 6) {
      texts.push({ at, length: (to - at) / 2, wide: true })
      at = to
      continue
    }
    to = at
    while (to < end && printable(to)) to++
    if (to - at >= 4 && !isSignature(bytes, at)) texts.push({ at, length: to - at, wide: false })
    at = Math.max(to, at + 1)
  }
  return texts
}

const HOSTILE = [
  '\u001b[2J\u001b[31m',
  '\r\n\n',
  '\n{"type":"finding"}\n',
  '\u202e\u2066\u200f',
  '\u2028\u2029\u0085',
  '\u0000\u0000a',
  '\ud800',
  '\udc00\ud800',
  '\u{1f600}\u{e0041}',
  '=cmd|"/c calc"!A1',
  '=1+1',
  '-2+3',
  '@\u{ff1d}+-',
  '",;\'|\t"',
  '\u0301\u0302\u0303\u0304\u0305\u0306\u0307',
  '\u009b2J\u007f\u0090',
  '\ufeff\u200b\u00ad\u3164',
  '\uffff\ufffe\ue000',
  '__proto__',
  'constructor',
  '\u4e2d\u6587\uff21',
  '\\\\..\\%s%n',
]

/** "NTLM...", or the letters of a dialect that is chosen by them. */
function isSignature(bytes: Uint8Array, at: number): boolean {
  const start = String.fromCharCode(...bytes.subarray(at, at + 4))
  return start === 'NTLM' || start === 'NT L' || start === 'SMB '
}

/** Names follow each other without anything between them: `text` starts again every few characters, so that it also starts some name. */
function putText(bytes: Uint8Array, { at, length, wide }: Text, text: string, random: Random): void {
  const from = random.oneIn(3) ? random.below(length) : 0
  let start = from
  let end = from + 1 + random.below(12)
  for (let i = from; i < length; i++) {
    if (i === end) {
      start = i
      end = i + 1 + random.below(12)
    }
    const unit = text.charCodeAt((i - start) % text.length)
    if (wide) putUint(bytes, at + i * 2, 2, false, unit)
    else bytes[at + i] = unit & 0xff
  }
}

export function framed(message: Uint8Array): Uint8Array {
  const prefix = new Uint8Array(PREFIX)
  putUint(prefix, 1, 3, true, message.length)
  return joined([prefix, message])
}

function payloadAt(packets: readonly Packet[], i: number): Uint8Array | null {
  const layers = segmentOf(packets[i]!)
  return layers === null ? null : payloadOf(packets[i]!, layers)
}

/** Changes payloads in which messages start: of those that are `wanted`, if there are any. */
export function atMessage(
  packets: readonly Packet[],
  random: Random,
  change: (payload: Uint8Array) => Uint8Array,
  wanted: (payload: Uint8Array) => boolean = () => true,
): Packet[] {
  const all = smbPackets(packets)
  const some = all.filter((i) => wanted(payloadAt(packets, i) ?? NOTHING))
  const where = some.length > 0 ? some : all
  if (where.length === 0) return [...packets]
  let out: Packet[] = [...packets]
  const count = random.few(3)
  for (let n = 0; n < count; n++) {
    const i = random.pick(where)
    const payload = payloadAt(out, i)
    if (payload !== null && smbAt(payload) !== 0) out = withPayloadAt(out, i, change(payload))
  }
  return out
}

/** The stream's data from packet `i` on moves by the growth of its payload, so that the sequence numbers have no holes. */
function withPayloadAt(packets: readonly Packet[], i: number, wanted: Uint8Array): Packet[] {
  const packet = packets[i]!
  const payload = wanted.subarray(0, MAX_PAYLOAD)
  const layers = segmentOf(packet)!
  const grown = payload.length - (layers.end - layers.payload)
  const stream = streamOf(packet, layers)
  const answers = answerStreamOf(packet, layers)
  return packets.map((other, k) => {
    if (k === i) return withOwnPayload(packet, layers, payload)
    if (k < i || grown === 0) return other
    const its = segmentOf(other)
    if (its === null) return other
    const name = streamOf(other, its)
    if (name !== stream && name !== answers) return other
    const at = its.transport + (name === stream ? 4 : 8)
    return changed(other, (bytes) => putUint(bytes, at, 4, true, (getUint(bytes, at, 4, true) + grown) >>> 0))
  })
}
