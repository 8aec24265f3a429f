/** TCP conversations as Ethernet frames, for tests of everything above the capture file. */
import type { FrameSink } from '../../src/capture/frame-sink.ts'

export interface TestFrame {
  bytes: Uint8Array
  /** On the wire; more than bytes.length for a frame that the capture cut. */
  original: number
}

export interface SegmentOptions {
  from: 'client' | 'server'
  seq: number
  ack: number
  flags: number
  payload: Uint8Array
}

export const CLIENT = { ip: [10, 0, 0, 1], port: 49152 }
export const SERVER = { ip: [10, 0, 0, 2], port: 445 }

export const SYN = 0x02
export const ACK = 0x10
export const FIN = 0x01
export const RST = 0x04

/** One frame of Ethernet, IPv4 and TCP. Checksums are zero: they are not read. */
export function tcpFrame(o: SegmentOptions, client = CLIENT, server = SERVER): TestFrame {
  const [source, destination] = o.from === 'client' ? [client, server] : [server, client]
  const bytes = new Uint8Array(54 + o.payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(12, 0x0800)
  bytes[14] = 0x45
  view.setUint16(16, 40 + o.payload.length)
  bytes[22] = 64
  bytes[23] = 6
  bytes.set(source.ip, 26)
  bytes.set(destination.ip, 30)
  view.setUint16(34, source.port)
  view.setUint16(36, destination.port)
  view.setUint32(38, o.seq >>> 0)
  view.setUint32(42, o.ack >>> 0)
  bytes[46] = 0x50
  bytes[47] = o.flags
  bytes.set(o.payload, 54)
  return { bytes, original: bytes.length }
}

export interface Turn {
  from: 'client' | 'server'
  payload: Uint8Array
}

/** Handshake, the turns in segments of at most `segmentSize` bytes, and a FIN from each side. */
export function conversation(
  turns: Turn[],
  { segmentSize = 1460, clientIsn = 1000, serverIsn = 5000, client = CLIENT, server = SERVER } = {},
): TestFrame[] {
  const next = { client: clientIsn + 1, server: serverIsn + 1 }
  const none = new Uint8Array(0)
  const frames: TestFrame[] = []
  const push = (from: Turn['from'], flags: number, payload: Uint8Array) => {
    const other = from === 'client' ? 'server' : 'client'
    frames.push(tcpFrame({ from, seq: next[from], ack: next[other], flags, payload }, client, server))
    next[from] += payload.length
  }
  frames.push(tcpFrame({ from: 'client', seq: clientIsn, ack: 0, flags: SYN, payload: none }, client, server))
  frames.push(
    tcpFrame({ from: 'server', seq: serverIsn, ack: clientIsn + 1, flags: SYN | ACK, payload: none }, client, server),
  )
  for (const { from, payload } of turns) {
    for (let o = 0; o < payload.length; o += segmentSize) push(from, ACK, payload.subarray(o, o + segmentSize))
  }
  push('client', FIN | ACK, none)
  push('server', FIN | ACK, none)
  return frames
}

/** Feeds frames to a sink, numbered from 1, a millisecond apart, out of one reused buffer as a capture reader does. */
export function feed(sink: FrameSink, frames: TestFrame[], linkType = 1): void {
  const buffer = new Uint8Array(70_000)
  frames.forEach(({ bytes, original }, i) => {
    buffer.fill(0xee)
    buffer.set(bytes, 100)
    sink.frame(buffer, 100, bytes.length, original, linkType, 1_700_000_000_000_000 + i * 1000, i + 1)
  })
}

/** Bytes from hexadecimal text; spaces are ignored. */
export function bytes(hexText: string): Uint8Array {
  const digits = hexText.replace(/\s+/g, '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16))
}

/** A NetBIOS session packet of type message around its parts. */
export function packet(...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((n, p) => n + p.length, 0)
  const out = new Uint8Array(4 + length)
  new DataView(out.buffer).setUint32(0, length)
  let o = 4
  for (const p of parts) {
    out.set(p, o)
    o += p.length
  }
  return out
}

export interface Smb2Options {
  command: number
  response?: boolean
  signed?: boolean
  flags?: number
  status?: number
  messageId?: number
  treeId?: number
  sessionId?: number
  nextCommand?: number
  body?: Uint8Array
}

/** An SMB2 message with the given header. If it is signed, its signature is not zero. */
export function smb2(o: Smb2Options): Uint8Array {
  const body = o.body ?? new Uint8Array(4)
  const out = new Uint8Array(64 + body.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, 0x424d53fe, true)
  view.setUint16(4, 64, true)
  view.setUint32(8, o.status ?? 0, true)
  view.setUint16(12, o.command, true)
  view.setUint32(16, (o.response ? 1 : 0) | (o.signed ? 8 : 0) | (o.flags ?? 0), true)
  view.setUint32(20, o.nextCommand ?? 0, true)
  view.setUint32(24, o.messageId ?? 0, true)
  view.setUint32(36, o.treeId ?? 0, true)
  view.setUint32(40, o.sessionId ?? 0, true)
  if (o.signed) out.fill(0x5a, 48, 64)
  out.set(body, 64)
  return out
}
