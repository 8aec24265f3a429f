/**
 * One entry of an MPLS label stack, RFC 3032 2.1: label 20 bits, traffic class 3, bottom of stack 1, time to live 8.
 *
 * Nothing says what follows the last one. IP is recognised by its version. A pseudowire carries an Ethernet frame, with or without a control word, whose
 * first four bits are zero (RFC 4448 4.6). The addresses of a frame may begin like either, so what the frame carries decides.
 */

import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { ipLayer } from '../net/ip.ts'
import { isEthernet, isEthernetWithIp } from './ethernet-inside.ts'

const ENTRY = 4
const OFFSET = { BOTTOM_OF_STACK: 2 } as const
const CONTROL_WORD = 4

export function decodeMpls(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + ENTRY >= s.payloadEnd) return DECODED.OTHER
  skip(s, ENTRY)
  if ((b[o + OFFSET.BOTTOM_OF_STACK] & 1) === 0) return LAYER.MPLS
  if (isEthernetWithIp(b, s, 0)) return LAYER.ETHERNET
  const ip = ipLayer(b[s.payload])
  if (ip !== DECODED.OTHER) return ip
  if (b[s.payload] >> 4 === 0 && hasControlWord(b, s)) skip(s, CONTROL_WORD)
  return LAYER.ETHERNET
}

/** Does the frame begin four bytes further on? A frame with a VLAN tag looks as if it did, so that is checked first. */
function hasControlWord(b: Uint8Array, s: Segment): boolean {
  return isEthernetWithIp(b, s, CONTROL_WORD) || (!isEthernet(b, s, 0) && isEthernet(b, s, CONTROL_WORD))
}
