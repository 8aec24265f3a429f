/**
 * A protocol as flow/ and the tracker see it. What they do with connections and datagrams is the same for every protocol. Only the
 * protocol reads their content. src/track/protocols.ts lists the protocols.
 *
 * A protocol has two parts: its description (StreamProtocol, DatagramProtocol), which is the same for all captures, and what `track` makes of it for
 * one capture (StreamTracker, DatagramTracker). The latter keeps the state that its connections share, and puts facts into the tables of the Context.
 */
import type { Endpoint } from '../../ledger/endpoint.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { FactLists, TableName } from '../../ledger/tables.ts'
import type { Context } from './context.ts'

export interface ProtocolDescription {
  /** In lower case, for documentation and tests. */
  readonly name: string
  /** The ports that it is registered on. */
  readonly ports: readonly number[]
}

/** A protocol over TCP. */
export interface StreamProtocol extends ProtocolDescription {
  /**
   * May the payload [start, end) of `b` be the beginning of a conversation, on a port that no protocol has? Asked for every TCP packet without a
   * known port: a few comparisons, and true where too little is there to decide.
   */
  mayStart(b: Uint8Array, start: number, end: number): boolean
  /** Does a message begin at `start`, beyond doubt? Asked where mayStart is true and `recognisableBytes` are there. */
  starts(b: Uint8Array, start: number, end: number): boolean
  /** How many bytes `starts` needs. */
  readonly recognisableBytes: number
  track(context: Context): StreamTracker
}

/** A protocol over UDP. It is read on its own ports only. */
export interface DatagramProtocol extends ProtocolDescription {
  track(context: Context): DatagramTracker
}

/** What every protocol does in one capture, over TCP or UDP: it owns facts, and the state that connections share. */
export interface ProtocolTracker {
  /** The tables of its facts. No other protocol uses them. */
  readonly tables: readonly TableName[]
  /** Adds the facts that are not in the tables of the context, because later frames may change them. Those of open flows come from their readers. */
  addOpenFacts(facts: FactLists): void
  /** Adds the ids of the connections that carry such facts. */
  addCarriers(ids: Set<string>): void
  /** Removes a row of one of its tables, with everything that it stores about it. */
  forget(name: TableName, row: number): void
  /** Called after a number of rows was removed. */
  endRetirement(): void
  /** Bytes, about, of state that belongs to no open connection, without what is in `counted`. What it counts goes into `counted`. */
  sharedBytes(counted: Set<object>): number
  /** Drops the oldest of this state until at most `most` of its `bytes` are left, and returns how many are. */
  dropShared(bytes: number, most: number): number
  /** The capture has ended: all facts go to the tables. In pieces, with a yield after each. */
  finish(): Generator<null, void>
}

/** A stream protocol in one capture. */
export interface StreamTracker extends ProtocolTracker {
  readonly protocol: StreamProtocol
  /** A connection of this protocol, first seen in this frame. */
  open(ends: FlowEnds, frame: number, time: number): FlowReader
  /** A SYN to one of its ports that was not answered, or was answered with the RST `reset`. */
  attempted(attempt: Attempt, reset: FrameRef | null): void
  /** Is it time for `sweep`? Asked after every segment. */
  readonly isSweepDue: boolean
  /** Between frames: packs what has not been used for a while. `readers` are those of its open connections. */
  sweep(readers: readonly FlowReader[]): void
}

/** A datagram protocol in one capture. */
export interface DatagramTracker extends ProtocolTracker {
  readonly protocol: DatagramProtocol
  /**
   * A datagram from or to one of its ports: its payload is [start, end) of `b`, which is borrowed, and had `wireLength` bytes on the wire.
   * The context has its frame and time. The next datagram comes with the same object `ends`, filled again.
   */
  datagram(b: Uint8Array, start: number, end: number, wireLength: number, ends: Ends): void
  /** Ends exchanges that were last used before `before`, in microseconds. */
  expire(before: number): void
}

/** The facts of a connection that flow/ keeps. They are part of the record that the protocol makes. */
export type FlowFacts = Pick<
  ConnectionFacts,
  | 'id'
  | 'client'
  | 'server'
  | 'firstFrame'
  | 'lastFrame'
  | 'firstTime'
  | 'lastTime'
  | 'state'
  | 'gaps'
  | 'missedBytes'
  | 'serverSeen'
  | 'end'
>

/** What reads one TCP connection. */
export interface FlowReader {
  /** flow/ fills its part of them in place. */
  readonly facts: FlowFacts
  /** Has a message of the protocol been read? Until then a connection on a foreign port may turn out to be something else. */
  readonly hasMessages: boolean
  /** A new reader of one direction: of its stream, or of bytes from before where that was first seen. */
  newSide(fromA: boolean): StreamReader
  /** Adds the facts as they are now. */
  addOpenFacts(facts: FactLists): void
  /** The connection has ended, and every byte of it was read: the facts go to the tables. */
  closed(): void
  /** Bytes of memory, about, that its state takes. What it shares with others counts where `counted` has it not, and is in it then. */
  openBytes(counted: Set<object>): number
}

/** What reads one direction of a TCP connection. */
export interface StreamReader {
  /** It has lost its position in the stream and searches for the next message. */
  readonly isSearching: boolean
  /** The next bytes of the stream: [from, to) of `b`, which is borrowed. */
  feed(b: Uint8Array, from: number, to: number): void
  /** The next `bytes` of the stream are not in the capture. */
  lost(bytes: number): void
  /** Will the next `bytes` only be counted, not read? */
  skips(bytes: number): boolean
  /** The stream ends here. */
  finish(): void
}

/** What a FlowReader may ask of its connection. "a" is the endpoint that sorts first. */
export interface FlowEnds {
  readonly endpointA: Endpoint
  readonly endpointB: Endpoint
  /** Is the sender the client? Decided by the ports where nothing else is known. */
  isClient(fromA: boolean): boolean
  /** Is a message an answer? Its own flag decides only where neither a SYN nor the ports say who the client is. */
  isResponse(fromA: boolean, flag: boolean): boolean
  /** From now on it is fixed which side is the client. Returns the connection's id. */
  settle(): string
}

/** Addresses and ports, as Segment has them. */
export interface Ends {
  readonly src0: number
  readonly src1: number
  readonly src2: number
  readonly src3: number
  readonly srcPort: number
  readonly dst0: number
  readonly dst1: number
  readonly dst2: number
  readonly dst3: number
  readonly dstPort: number
}

/** A SYN, from the client, that was not answered with another. */
export interface Attempt extends Ends {
  readonly firstFrame: number
  readonly firstTime: number
  readonly lastFrame: number
  readonly lastTime: number
}
