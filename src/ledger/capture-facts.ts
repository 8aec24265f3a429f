/** What is known of a capture as a whole. */

export interface CaptureFacts {
  path: string
  /** Distinguishes captures that share a path: 16 hex digits, made of the packets it begins with (capture-identity.ts). */
  captureId: string
  /** Name of the capture format, such as "pcapng": capture/format/formats.ts lists them. */
  format: string
  /** How the file was packed, such as "gzip": capture/unpack/compressions.ts lists the ways. Null: not at all. */
  compression: string | null
  linkTypes: string[]
  packets: number
  /** Captured bytes of all packets, without file headers. */
  bytes: number
  smbMessages: number
  firstTime: number | null
  lastTime: number | null
  /** False if the file was cut or damaged (what came before the damage was read), or held packets of a link type that is not read. */
  complete: boolean
  /** Was the file itself cut or damaged? */
  damaged: boolean
  /** The most frequent kinds first. */
  unreadPackets: UnreadFacts[]
  /** What limits on memory cost, by the name of the limit ("half-open"): only those that were reached. */
  limits: Record<string, number>
  warnings: Warning[]
}

/** Packets that were not read, and may have held SMB. */
export interface UnreadFacts {
  kind: 'link-type' | 'encapsulation'
  /** As reports name it: "EtherType 0x1234", "ESP (IPsec)", "link type usbpcap". */
  what: string
  packets: number
}

export interface Warning {
  /** Kebab-case and stable: "truncated-record", "unknown-link-type", "limit-sessions" ... */
  code: string
  message: string
  frame: number | null
}
