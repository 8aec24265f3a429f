/**
 * The protocols that are read: the one list of each kind. The ports that the fast path looks for, the recognition by content on other ports, the kernel
 * filter of a live capture and the table in docs/inputs.md are made from it. If the ports do not decide, the first of the list is tried first.
 */
import type { DatagramProtocol, ProtocolDescription, StreamProtocol } from './core/protocol.ts'
import { smb } from './smb/smb-protocol.ts'

export const STREAM_PROTOCOLS: readonly StreamProtocol[] = [smb]

export const DATAGRAM_PROTOCOLS: readonly DatagramProtocol[] = []

/** All ports of these protocols, once each. */
export function portsOf(protocols: readonly ProtocolDescription[]): number[] {
  return [...new Set(protocols.flatMap(({ ports }) => ports))]
}
