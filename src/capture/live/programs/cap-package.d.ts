/** The part of `cap` 0.2.1 that is used: it comes without typings. */
declare module 'cap' {
  export class Cap {
    /**
     * Always promiscuous, 65,535 bytes of a packet at most.
     * @returns the link type by libpcap's name
     * @throws Error with libpcap's message
     */
    open(device: string, filter: string, bufferSize: number, buffer: Buffer): string
    /** Each packet is in the buffer until the listener returns. */
    on(event: 'packet', listener: (length: number, truncated: boolean) => void): this
    /** Without this, some platforms deliver a packet's padding too. */
    setMinBytes(bytes: number): void
    close(): void
  }
}
