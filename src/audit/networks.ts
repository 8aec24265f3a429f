/** Which addresses are ours: the question behind outbound and inbound findings. */

export type Direction = 'internal' | 'outbound' | 'inbound' | 'external'

export interface Networks {
  isInternal(ip: string): boolean
  /** From the client's side: outbound leaves the network, inbound enters it, external has neither end inside. */
  direction(clientIp: string, serverIp: string): Direction
}
