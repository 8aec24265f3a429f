/** The API of pcap-parser 0.2.1, which ships no types. */
declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events'

  interface PcapPacket {
    header: {
      timestampSeconds: number
      timestampMicroseconds: number
      capturedLength: number
      originalLength: number
    }
    data: Buffer
  }

  interface PcapParser extends EventEmitter {
    on(event: 'globalHeader', listener: (header: { linkLayerType: number }) => void): this
    on(event: 'packet', listener: (packet: PcapPacket) => void): this
    on(event: 'error', listener: (error: Error) => void): this
    on(event: 'end', listener: () => void): this
  }

  export function parse(path: string): PcapParser
}
