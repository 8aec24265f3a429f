/** One end of a connection. */
export interface Endpoint {
  /** Canonical text: dotted decimal, or RFC 5952. */
  ip: string
  port: number
}
