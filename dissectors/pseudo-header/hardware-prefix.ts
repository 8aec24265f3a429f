/**
 * Link types with a prefix of fixed length before the frame, whose content is not needed.
 *
 * netANALYZER: four bytes, and in its transparent mode a preamble of eight more; frames of 802.3br have only that preamble. Broadcom's tag: four bytes
 * before the Ethernet frame. RFC 2625: addresses of Fibre Channel, sixteen bytes, and LLC. SunATM: type and channel in four bytes, LLC. Solaris's IPNET:
 * 24 bytes, IP. Apple's IP over IEEE 1394: addresses 16, EtherType 2.
 */
import { u16be } from '../bytes.ts'
import { LAYER, nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const LENGTH = {
  NETANALYZER: 4,
  PREAMBLE: 8,
  BROADCOM: 4,
  FIBRE_CHANNEL: 16,
  SUN_ATM: 4,
  IPNET: 24,
  IEEE1394: 18,
} as const

export function decodeNetanalyzer(_b: Uint8Array, s: Segment): number {
  skip(s, LENGTH.NETANALYZER)
  return LAYER.ETHERNET
}

export function decodeNetanalyzerTransparent(_b: Uint8Array, s: Segment): number {
  skip(s, LENGTH.NETANALYZER + LENGTH.PREAMBLE)
  return LAYER.ETHERNET
}

export function decodePreamble(_b: Uint8Array, s: Segment): number {
  skip(s, LENGTH.PREAMBLE)
  return LAYER.ETHERNET
}

export function decodeBroadcomPrepended(_b: Uint8Array, s: Segment): number {
  skip(s, LENGTH.BROADCOM)
  return LAYER.ETHERNET
}

export function decodeIpOverFibreChannel(_b: Uint8Array, s: Segment): number {
  skip(s, LENGTH.FIBRE_CHANNEL)
  return LAYER.LLC
}

export function decodeSunAtm(_b: Uint8Array, s: Segment): number {
  skip(s, LENGTH.SUN_ATM)
  return LAYER.LLC
}

export function decodeIpnet(_b: Uint8Array, s: Segment): number {
  skip(s, LENGTH.IPNET)
  return LAYER.IP
}

export function decodeIeee1394(b: Uint8Array, s: Segment): number {
  const end = s.payload + LENGTH.IEEE1394
  if (end > s.payloadEnd) return DECODED.OTHER
  skip(s, LENGTH.IEEE1394)
  return nextByEtherType(s, u16be(b, end - 2))
}
