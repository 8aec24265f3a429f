/** Every field of a packet that readers obey: where it is, how wide it is, and how long the part that it describes is. */
import { getUint, putUint } from './bytes.ts'
import { type Layers, layersOf, type Packet, smbAt } from './packet.ts'
import type { Random } from './random.ts'

export type FieldGroup = 'link' | 'ip' | 'tcp' | 'netbios' | 'smb'

export interface Field {
  group: FieldGroup
  name: string
  at: number
  width: number
  big: boolean
  /** The header, message or buffer that it is part of: lengths and offsets mean something within it. */
  start: number
  end: number
}

type Row = readonly [at: number, width: number, name: string]

const IPV4_FIELDS: readonly Row[] = [
  [0, 1, 'versionIhl'],
  [1, 1, 'tos'],
  [2, 2, 'totalLength'],
  [4, 2, 'identification'],
  [6, 2, 'fragment'],
  [8, 1, 'ttl'],
  [9, 1, 'protocol'],
  [10, 2, 'checksum'],
  [12, 4, 'source'],
  [16, 4, 'destination'],
]

const IPV6_FIELDS: readonly Row[] = [
  [0, 4, 'versionFlow'],
  [4, 2, 'payloadLength'],
  [6, 1, 'nextHeader'],
  [7, 1, 'hopLimit'],
  [8, 8, 'source'],
  [20, 4, 'sourceEnd'],
  [24, 8, 'destination'],
  [36, 4, 'destinationEnd'],
]

const TCP_FIELDS: readonly Row[] = [
  [0, 2, 'sourcePort'],
  [2, 2, 'destinationPort'],
  [4, 4, 'sequence'],
  [8, 4, 'acknowledgment'],
  [12, 1, 'dataOffset'],
  [13, 1, 'flags'],
  [14, 2, 'window'],
  [18, 2, 'urgent'],
]

const NETBIOS_FIELDS: readonly Row[] = [
  [0, 1, 'type'],
  [1, 3, 'length'],
  [1, 1, 'flags'],
]

/** [MS-SMB2] 2.2.1. */
const SMB2_HEADER: readonly Row[] = [
  [0, 4, 'protocolId'],
  [4, 2, 'structureSize'],
  [6, 2, 'creditCharge'],
  [8, 4, 'status'],
  [12, 2, 'command'],
  [14, 2, 'credit'],
  [16, 4, 'flags'],
  [20, 4, 'nextCommand'],
  [24, 8, 'messageId'],
  [32, 8, 'asyncId'],
  [36, 4, 'treeId'],
  [40, 8, 'sessionId'],
  [48, 8, 'signature'],
]

/** Bodies by command, requests and responses, offsets from the body: [MS-SMB2] 2.2.3 to 2.2.32. */
const SMB2_REQUESTS: Readonly<Record<number, readonly Row[]>> = {
  0: [
    [2, 2, 'dialectCount'],
    [4, 2, 'securityMode'],
    [8, 4, 'capabilities'],
    [28, 4, 'contextOffset'],
    [32, 2, 'contextCount'],
    [36, 2, 'dialect'],
    [38, 2, 'dialect'],
    [44, 2, 'dialect'],
  ],
  1: [
    [2, 1, 'flags'],
    [3, 1, 'securityMode'],
    [4, 4, 'capabilities'],
    [8, 4, 'channel'],
    [12, 2, 'bufferOffset'],
    [14, 2, 'bufferLength'],
    [16, 8, 'previousSessionId'],
  ],
  3: [
    [2, 2, 'flags'],
    [4, 2, 'bufferOffset'],
    [6, 2, 'bufferLength'],
  ],
  8: [
    [2, 1, 'dataOffset'],
    [4, 4, 'bufferLength'],
  ],
  9: [
    [2, 2, 'bufferOffset'],
    [4, 4, 'bufferLength'],
  ],
  11: [
    [4, 4, 'ctlCode'],
    [24, 4, 'bufferOffset'],
    [28, 4, 'bufferLength'],
    [36, 4, 'outputOffset'],
    [40, 4, 'outputCount'],
    [48, 4, 'flags'],
    [56, 4, 'capabilities'],
    [78, 2, 'dialectCount'],
  ],
}

const SMB2_RESPONSES: Readonly<Record<number, readonly Row[]>> = {
  0: [
    [2, 2, 'securityMode'],
    [4, 2, 'dialect'],
    [6, 2, 'contextCount'],
    [24, 4, 'capabilities'],
    [56, 2, 'bufferOffset'],
    [58, 2, 'bufferLength'],
    [60, 4, 'contextOffset'],
  ],
  1: [
    [2, 2, 'sessionFlags'],
    [4, 2, 'bufferOffset'],
    [6, 2, 'bufferLength'],
  ],
  3: [
    [2, 1, 'shareType'],
    [4, 4, 'shareFlags'],
    [8, 4, 'capabilities'],
  ],
  8: [
    [2, 1, 'bufferOffset'],
    [4, 4, 'bufferLength'],
  ],
  11: [
    [4, 4, 'ctlCode'],
    [24, 4, 'inputOffset'],
    [28, 4, 'inputCount'],
    [32, 4, 'bufferOffset'],
    [36, 4, 'bufferLength'],
  ],
}

/** [MS-CIFS] 2.2.3.1. */
const SMB1_HEADER: readonly Row[] = [
  [0, 4, 'protocolId'],
  [4, 1, 'command'],
  [5, 4, 'status'],
  [9, 1, 'flags'],
  [10, 2, 'flags2'],
  [14, 8, 'signature'],
  [24, 2, 'tid'],
  [26, 2, 'pid'],
  [28, 2, 'uid'],
  [30, 2, 'mid'],
  [32, 1, 'wordCount'],
]

/** [MS-SMB2] 2.2.41 and 2.2.42. */
const TRANSFORM_FIELDS: readonly Row[] = [
  [0, 4, 'protocolId'],
  [36, 4, 'originalSize'],
  [42, 2, 'flags'],
  [44, 8, 'sessionId'],
]

const COMPRESSION_FIELDS: readonly Row[] = [
  [0, 4, 'protocolId'],
  [4, 4, 'originalSize'],
  [8, 2, 'algorithm'],
  [10, 2, 'flags'],
  [12, 4, 'offset'],
]

export function fieldsOf(packet: Packet): Field[] {
  const layers = layersOf(packet)
  if (layers === null) return []
  const { bytes } = packet
  const fields: Field[] = []
  if (layers.typeAt >= 0) add(fields, 'link', 'link', [[0, 2, 'type']], layers.typeAt, true, 0, bytes.length)
  const ip = layers.version === 4 ? IPV4_FIELDS : IPV6_FIELDS
  add(fields, 'ip', `ipv${layers.version}`, ip, layers.ip, true, layers.ip, bytes.length)
  if (layers.payload < 0) return fields
  add(fields, 'tcp', 'tcp', TCP_FIELDS, layers.transport, true, layers.transport, layers.end)
  addOptions(fields, bytes, layers)
  const start = layers.payload
  if (layers.end - start >= 8) addSession(fields, bytes, start, layers.end)
  return fields.filter(({ at, width }) => at + width <= bytes.length)
}

function add(
  fields: Field[],
  group: FieldGroup,
  of: string,
  rows: readonly Row[],
  base: number,
  big: boolean,
  start: number,
  end: number,
): void {
  for (const [at, width, name] of rows)
    fields.push({ group, name: `${of}.${name}`, at: base + at, width, big, start, end })
}

function addOptions(fields: Field[], bytes: Uint8Array, { transport, payload }: Layers): void {
  for (let at = transport + 20; at + 1 < payload; ) {
    const row: Row[] = [
      [0, 1, 'kind'],
      [1, 1, 'length'],
    ]
    add(fields, 'tcp', 'option', row, at, true, transport, payload)
    at += bytes[at]! < 2 ? 1 : Math.max(2, bytes[at + 1]!)
  }
}

/** The NetBIOS prefix at `start` and the messages behind it, up to the end of this segment. */
function addSession(fields: Field[], bytes: Uint8Array, start: number, end: number): void {
  const family = smbAt(bytes, start)
  if (family === 0) return
  add(fields, 'netbios', 'netbios', NETBIOS_FIELDS, start, true, start, end)
  let at = start + 4
  for (let n = 0; n < 8 && at + 8 <= end; n++) {
    const id = bytes[at]!
    if (id === 0xfe) {
      const next = getUint(bytes, at + 20, 4, false)
      const last = next < 64 || at + next >= end
      addSmb2(fields, bytes, at, last ? end : at + next)
      if (last) return
      at += next
      continue
    }
    if (id === 0xff) addSmb1(fields, bytes, at, end)
    else if (id === 0xfd) add(fields, 'smb', 'transform', TRANSFORM_FIELDS, at, false, at, end)
    else if (id === 0xfc) add(fields, 'smb', 'compression', COMPRESSION_FIELDS, at, false, at, end)
    return
  }
}

function addSmb2(fields: Field[], bytes: Uint8Array, at: number, end: number): void {
  add(fields, 'smb', 'smb2', SMB2_HEADER, at, false, at, end)
  const command = getUint(bytes, at + 12, 2, false)
  const response = (bytes[at + 16]! & 1) !== 0
  const body = at + 64
  const of = `smb2.${command}${response ? '.response' : '.request'}`
  add(fields, 'smb', of, [[0, 2, 'structureSize']], body, false, at, end)
  const rows = (response ? SMB2_RESPONSES : SMB2_REQUESTS)[command] ?? []
  add(fields, 'smb', of, rows, body, false, at, end)
  if (command === 0) addContexts(fields, bytes, at, end, at + getUint(bytes, body + (response ? 60 : 28), 4, false))
  const offset = rows.find(([, , name]) => name === 'bufferOffset')
  if (offset !== undefined) addBlob(fields, bytes, at + getUint(bytes, body + offset[0], offset[1], false), end)
}

/** Negotiate contexts, [MS-SMB2] 2.2.3.1: type 2, length 2, reserved 4, data, padded to eight. */
function addContexts(fields: Field[], bytes: Uint8Array, message: number, end: number, from: number): void {
  for (let at = from, n = 0; n < 8 && at > message && at + 8 <= end; n++) {
    const rows: Row[] = [
      [0, 2, 'type'],
      [2, 2, 'length'],
      [8, 2, 'count'],
      [10, 2, 'second'],
      [12, 2, 'third'],
    ]
    add(fields, 'smb', 'context', rows, at, false, at, end)
    const length = getUint(bytes, at + 2, 2, false)
    at += 8 + length + (-length & 7)
  }
}

/** A whole SMB1 message: its words, each of them, then ByteCount; and the messages that AndXOffset leads to. */
function addSmb1(fields: Field[], bytes: Uint8Array, at: number, end: number): void {
  add(fields, 'smb', 'smb1', SMB1_HEADER, at, false, at, end)
  let command = bytes[at + 4]!
  let block = at + 32
  for (let n = 0; n < 4 && block + 3 <= end; n++) {
    const words = bytes[block]!
    const rows: Row[] = [[0, 1, 'wordCount']]
    for (let i = 0; i < Math.min(words, 24); i++) rows.push([1 + i * 2, 2, `word${i}`])
    rows.push([1 + words * 2, 2, 'byteCount'])
    add(fields, 'smb', `smb1.${command}`, rows, block, false, at, end)
    addBlob(fields, bytes, block + 3 + words * 2, end)
    // ANDX commands begin with the next command, a reserved byte, and where it is.
    const next = bytes[block + 1]
    const offset = at + getUint(bytes, block + 3, 2, false)
    if (words < 2 || next === undefined || next === 0xff || offset <= block || offset >= end) return
    command = next
    block = offset
  }
}

const NTLMSSP = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0]

/** A security buffer: DER lengths and tags down to the first leaf, and the NTLMSSP message if there is one. */
function addBlob(fields: Field[], bytes: Uint8Array, from: number, end: number): void {
  for (let at = from, n = 0; n < 24 && at + 2 <= end; n++) {
    const rows: Row[] = [
      [0, 1, 'tag'],
      [1, 1, 'length'],
    ]
    const short = bytes[at + 1]! < 0x80
    const size = short ? 0 : bytes[at + 1]! & 0x0f
    if (size > 0 && size <= 4) rows.push([2, size, 'longLength'])
    add(fields, 'smb', 'der', rows, at, true, from, end)
    const constructed = (bytes[at]! & 0x20) !== 0
    at += 2 + size
    if (!constructed) at += short ? bytes[at - 1]! : getUint(bytes, at - size, size, true)
  }
  const ntlm = find(bytes, NTLMSSP, from, end)
  if (ntlm < 0) return
  const rows: Row[] = [[8, 4, 'messageType']]
  for (let at = 12; at < 64; at += 4)
    rows.push([at, 2, `length${at}`], [at + 2, 2, `maxLength${at}`], [at, 4, `word${at}`])
  add(fields, 'smb', 'ntlmssp', rows, ntlm, false, ntlm, end)
}

function find(bytes: Uint8Array, what: readonly number[], from: number, end: number): number {
  for (let at = from; at + what.length <= end; at++) if (what.every((octet, i) => bytes[at + i] === octet)) return at
  return -1
}

/** Writes a value at which programs go wrong: ends of the range, and lengths that just fit or just do not. */
export function putOddValue(bytes: Uint8Array, field: Field, random: Random): number {
  const { at, width, big, start, end } = field
  const most = 256 ** Math.min(width, 6) - 1
  const now = getUint(bytes, at, Math.min(width, 6), big)
  const value = random.pick([
    () => 0,
    () => 1,
    () => random.below(16),
    () => 2 ** random.below(Math.min(width, 6) * 8),
    () => now - 1,
    () => now + 1,
    () => now + 2 + random.below(64),
    () => now * 2,
    () => now ^ (1 << random.below(Math.min(31, width * 8))),
    () => end - start,
    () => end - start - 1,
    () => end - start + 1,
    () => end - at,
    () => end - at - width + random.below(3) - 1,
    () => random.below(end - start),
    () => most,
    () => most - random.below(4),
    () => Math.floor(most / 2),
    () => Math.floor(most / 2) + 1,
    () => random.u32(),
  ])()
  const kept = ((value % (most + 1)) + most + 1) % (most + 1)
  putUint(bytes, at, width, big, kept)
  return kept
}
