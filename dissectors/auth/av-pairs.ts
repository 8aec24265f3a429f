/**
 * AV_PAIR list, [MS-NLMP] 2.2.2.1: what the server says about itself in a CHALLENGE, and what an NTLMv2 client repeats and adds in its response.
 *
 *   AvId (2)  AvLen (2)  Value (AvLen), repeated; the last AvId is MsvAvEOL. Texts are always UTF-16LE, independently of the message's flags.
 */
import { u16le, u32le } from '../bytes.ts'
import { utf16le } from '../text.ts'

export const AV_ID = {
  MsvAvEOL: 0,
  MsvAvNbComputerName: 1,
  MsvAvNbDomainName: 2,
  MsvAvDnsComputerName: 3,
  MsvAvDnsDomainName: 4,
  MsvAvDnsTreeName: 5,
  MsvAvFlags: 6,
  MsvAvTimestamp: 7,
  MsvAvSingleHost: 8,
  MsvAvTargetName: 9,
  MsvAvChannelBindings: 10,
} as const

/** MsvAvFlags. */
export const AV_FLAG_CONSTRAINED = 0x1
export const AV_FLAG_MIC_PROVIDED = 0x2
export const AV_FLAG_UNTRUSTED_TARGET_NAME = 0x4

/** Pairs beyond this are not read: there are eleven ids. */
export const AV_PAIR_LIMIT = 64

/** Null: there was no such pair, or its length was wrong; or, with `cut`, it was not captured. */
export interface AvPairs {
  nbComputerName: string | null
  nbDomainName: string | null
  dnsComputerName: string | null
  dnsDomainName: string | null
  dnsTreeName: string | null
  flags: number | null
  /** FILETIME: ticks of 100 ns since 1601 UTC. */
  timestamp: bigint | null
  /** Single_Host_Data, [MS-NLMP] 2.2.2.2, unread. */
  singleHost: Uint8Array | null
  /** The SPN of the service that the client requests. */
  targetName: string | null
  /** The MD5 hash of the channel bindings, 16 bytes; all zero: none. */
  channelBindings: Uint8Array | null
  /** Pairs of other ids, in order. */
  unknown: { avId: number; value: Uint8Array }[]
  /** The capture ends inside the list: pairs that follow were not seen. */
  cut: boolean
  /**
   * av-pair-out-of-bounds: AvLen is beyond the end of the list, and reading ended there. av-pair-length: a length that the type cannot have; a text
   * keeps its complete characters, other values are dropped.
   * av-pair-repeated: an id occurred twice; the first counts, because Windows and Samba search from the front. av-pair-without-end: no MsvAvEOL.
   * av-pair-limit: more than 64 pairs. Each at most once.
   */
  anomalies: string[]
}

/** Reads a list, as far as it was captured. Never fails: `anomalies` names what is wrong. */
export function parseAvPairs(list: Uint8Array, wireLength: number = list.length): AvPairs {
  // A variable of its own: the runtime copies nested literals, which is many times slower.
  const unknown: AvPairs['unknown'] = []
  const anomalies: string[] = []
  const pairs: AvPairs = {
    nbComputerName: null,
    nbDomainName: null,
    dnsComputerName: null,
    dnsDomainName: null,
    dnsTreeName: null,
    flags: null,
    timestamp: null,
    singleHost: null,
    targetName: null,
    channelBindings: null,
    unknown,
    cut: false,
    anomalies,
  }
  const end = readPairs(list, wireLength, pairs)
  if (end !== null) note(pairs, end)
  return pairs
}

/** Fills `pairs` up to MsvAvEOL or the cut, and returns null then; otherwise why it stopped before. */
function readPairs(list: Uint8Array, wireLength: number, pairs: AvPairs): string | null {
  /** One bit for each id of the specification. */
  let seen = 0
  let at = 0
  for (let count = 0; count < AV_PAIR_LIMIT; count++) {
    if (at + 4 > wireLength) return 'av-pair-without-end'
    if (at + 4 > list.length) return cutHere(pairs)
    const avId = u16le(list, at)
    const avLen = u16le(list, at + 2)
    if (avId === AV_ID.MsvAvEOL) return avLen === 0 ? null : 'av-pair-length'
    const next = at + 4 + avLen
    if (next > wireLength) return 'av-pair-out-of-bounds'
    if (next > list.length) return cutHere(pairs)
    const value = list.subarray(at + 4, next)
    if (avId > AV_ID.MsvAvChannelBindings) keepUnknown(pairs, avId, value)
    else {
      if (seen & (1 << avId)) note(pairs, 'av-pair-repeated')
      else if (!keep(pairs, avId, value)) note(pairs, 'av-pair-length')
      seen |= 1 << avId
    }
    at = next
  }
  return 'av-pair-limit'
}

function cutHere(pairs: AvPairs): null {
  pairs.cut = true
  return null
}

function note(pairs: AvPairs, anomaly: string): void {
  if (!pairs.anomalies.includes(anomaly)) pairs.anomalies.push(anomaly)
}

function keepUnknown(pairs: AvPairs, avId: number, value: Uint8Array): void {
  if (pairs.unknown.some((pair) => pair.avId === avId)) note(pairs, 'av-pair-repeated')
  else pairs.unknown.push({ avId, value })
}

/** Stores the value of a known id; false where the length is wrong for its type. */
function keep(pairs: AvPairs, avId: number, value: Uint8Array): boolean {
  switch (avId) {
    case AV_ID.MsvAvFlags:
      if (value.length !== 4) return false
      pairs.flags = u32le(value, 0)
      return true
    case AV_ID.MsvAvTimestamp:
      if (value.length !== 8) return false
      pairs.timestamp = (BigInt(u32le(value, 4)) << 32n) | BigInt(u32le(value, 0))
      return true
    case AV_ID.MsvAvSingleHost:
      pairs.singleHost = value
      return true
    case AV_ID.MsvAvChannelBindings:
      if (value.length !== 16) return false
      pairs.channelBindings = value
      return true
    default:
      keepText(pairs, avId, utf16le(value))
      return value.length % 2 === 0
  }
}

/** The remaining ids are texts. */
function keepText(pairs: AvPairs, avId: number, sent: string): void {
  // Some Samba servers end a text with a NUL, which [MS-NLMP] 2.2.2.1 forbids: their empty text is a single NUL.
  const text = sent.endsWith('\0') ? sent.slice(0, -1) : sent
  switch (avId) {
    case AV_ID.MsvAvNbComputerName:
      pairs.nbComputerName = text
      break
    case AV_ID.MsvAvNbDomainName:
      pairs.nbDomainName = text
      break
    case AV_ID.MsvAvDnsComputerName:
      pairs.dnsComputerName = text
      break
    case AV_ID.MsvAvDnsDomainName:
      pairs.dnsDomainName = text
      break
    case AV_ID.MsvAvDnsTreeName:
      pairs.dnsTreeName = text
      break
    case AV_ID.MsvAvTargetName:
      pairs.targetName = text
  }
}
