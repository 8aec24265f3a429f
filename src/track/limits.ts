/** What bounds the tracker's memory. Reaching a limit is a warning with its count, never silent. */
export interface Limits {
  /** TCP connections followed at one time; beyond it the longest idle are closed. */
  flows: number
  /** SYNs to an SMB port that wait for an answer; beyond it the oldest count as unanswered. */
  halfOpen: number
  /** Connections, attempts at one, and sessions kept in the ledger of one capture. */
  connections: number
  attempts: number
  sessions: number
  /** Bytes and segments held behind a hole, per direction. */
  heldBytes: number
  heldSegments: number
  /** Bytes held behind holes by all connections together. */
  heldBytesInAll: number
  /** Bytes gathered of one message that carries facts and spans segments. */
  gatherBytes: number
  /** Requests of one connection whose answers carry facts and are still awaited. */
  pendingRequests: number
  /** Kept per session; more are counted. */
  treesPerSession: number
  logonsPerSession: number
  /** Sessions that a channel on another connection may join, at one time. */
  joinableSessions: number
  /** Sessions of one connection that are looked up by id at one time. */
  sessionsPerConnection: number
}

export const DEFAULT_LIMITS: Limits = {
  flows: 16_384,
  halfOpen: 16_384,
  connections: 20_000,
  attempts: 10_000,
  sessions: 20_000,
  heldBytes: 1 << 20,
  heldSegments: 512,
  heldBytesInAll: 32 << 20,
  gatherBytes: 128 << 10,
  pendingRequests: 256,
  treesPerSession: 64,
  logonsPerSession: 16,
  joinableSessions: 8192,
  sessionsPerConnection: 1024,
}
