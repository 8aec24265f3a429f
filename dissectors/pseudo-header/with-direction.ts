/** Captures of serial lines with the direction: in one byte before PPP, Cisco's HDLC or Frame Relay; those of pppd in place of PPP's address byte. */
import { LAYER, skip } from '../layers/layer.ts'
import type { Segment } from '../layers/segment.ts'

const DIRECTION = 1
const DIRECTION_CONTROL = 2

export function decodePppWithDirection(_b: Uint8Array, s: Segment): number {
  skip(s, DIRECTION)
  return LAYER.PPP
}

export function decodeCiscoHdlcWithDirection(_b: Uint8Array, s: Segment): number {
  skip(s, DIRECTION)
  return LAYER.CISCO_HDLC
}

export function decodeFrameRelayWithDirection(_b: Uint8Array, s: Segment): number {
  skip(s, DIRECTION)
  return LAYER.FRAME_RELAY
}

export function decodePppd(_b: Uint8Array, s: Segment): number {
  skip(s, DIRECTION_CONTROL)
  return LAYER.PPP
}
