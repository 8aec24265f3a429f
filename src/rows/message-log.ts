/**
 * The SMB messages of one capture, up to a limit. They are stored in columns of numbers, since there may be a million of them; a row is made when
 * it is asked for.
 */
import { growColumn } from '../base/grow-column.ts'
import type { Endpoint } from '../ledger/endpoint.ts'
import type { MessageSink, SmbMessage } from '../ledger/smb-message.ts'
import { type MessageRow, messageRow } from './message-row.ts'
import type { MessageId } from './row-kind.ts'

/** Small, because a folder may hold thousands of captures with a few messages each. */
const FIRST_ROOM = 64
const FAMILIES: readonly SmbMessage['family'][] = ['smb1', 'smb2', 'transform', 'compressed']
/** Bits of `flags`: which fields a message has, and the values of those that are flags. */
const HAS_COMMAND = 1
const HAS_DIRECTION = 2
const RESPONSE = 4
const HAS_SIGNED = 8
const SIGNED = 16
const HAS_STATUS = 32
const HAS_SESSION = 64
const HAS_TREE = 128
const HAS_LENGTH = 256
const FAMILY_SHIFT = 9

export class MessageLog implements MessageSink {
  readonly capture: string
  length = 0
  /** Messages beyond the limit. */
  dropped = 0
  private readonly limit: number
  private frames = new Float64Array(FIRST_ROOM)
  private times = new Float64Array(FIRST_ROOM)
  private pairs = new Uint32Array(FIRST_ROOM)
  private flags = new Uint16Array(FIRST_ROOM)
  private commands = new Uint16Array(FIRST_ROOM)
  private statuses = new Uint32Array(FIRST_ROOM)
  private sessionsLow = new Uint32Array(FIRST_ROOM)
  private sessionsHigh = new Uint32Array(FIRST_ROOM)
  private trees = new Uint32Array(FIRST_ROOM)
  private lengths = new Uint32Array(FIRST_ROOM)
  /** Client and server of a message; `pairs` has the index. */
  private readonly ends: [client: Endpoint, server: Endpoint][] = []
  /** Each connection passes its own two Endpoint objects with every message, so the client's object identifies the pair. */
  private readonly pairOf = new WeakMap<Endpoint, { server: Endpoint; pair: number }>()

  constructor(capture: string, limit: number) {
    this.capture = capture
    this.limit = limit
  }

  message(message: SmbMessage): void {
    if (this.length >= this.limit) {
      this.dropped++
      return
    }
    if (this.length === this.frames.length) this.grow()
    const i = this.length++
    this.frames[i] = message.frame
    this.times[i] = message.time
    this.pairs[i] = this.pair(message.client, message.server)
    this.commands[i] = message.command ?? 0
    this.statuses[i] = message.status ?? 0
    this.sessionsLow[i] = message.sessionIdLow ?? 0
    this.sessionsHigh[i] = message.sessionIdHigh ?? 0
    this.trees[i] = message.treeId ?? 0
    this.lengths[i] = message.length ?? 0
    this.flags[i] =
      (message.command === null ? 0 : HAS_COMMAND) |
      (message.response === null ? 0 : HAS_DIRECTION) |
      (message.response === true ? RESPONSE : 0) |
      (message.signed === null ? 0 : HAS_SIGNED) |
      (message.signed === true ? SIGNED : 0) |
      (message.status === null ? 0 : HAS_STATUS) |
      (message.sessionIdLow === null || message.sessionIdHigh === null ? 0 : HAS_SESSION) |
      (message.treeId === null ? 0 : HAS_TREE) |
      (message.length === null ? 0 : HAS_LENGTH) |
      (FAMILIES.indexOf(message.family) << FAMILY_SHIFT)
  }

  row(i: number): MessageRow {
    return messageRow(this.at(i), this.capture, i)
  }

  /** The message behind a row of this log. */
  messageOf({ number }: MessageId): SmbMessage {
    return this.at(number)
  }

  at(i: number): SmbMessage {
    const flags = this.flags[i] ?? 0
    const [client, server] = this.ends[this.pairs[i] ?? 0]!
    const hasSession = (flags & HAS_SESSION) !== 0
    return {
      frame: this.frames[i] ?? 0,
      time: this.times[i] ?? 0,
      client,
      server,
      family: FAMILIES[flags >> FAMILY_SHIFT] ?? 'smb2',
      command: flags & HAS_COMMAND ? (this.commands[i] ?? 0) : null,
      response: flags & HAS_DIRECTION ? (flags & RESPONSE) !== 0 : null,
      signed: flags & HAS_SIGNED ? (flags & SIGNED) !== 0 : null,
      status: flags & HAS_STATUS ? (this.statuses[i] ?? 0) : null,
      sessionIdLow: hasSession ? (this.sessionsLow[i] ?? 0) : null,
      sessionIdHigh: hasSession ? (this.sessionsHigh[i] ?? 0) : null,
      treeId: flags & HAS_TREE ? (this.trees[i] ?? 0) : null,
      length: flags & HAS_LENGTH ? (this.lengths[i] ?? 0) : null,
    }
  }

  private pair(client: Endpoint, server: Endpoint): number {
    const known = this.pairOf.get(client)
    if (known?.server === server) return known.pair
    const pair = this.ends.push([client, server]) - 1
    this.pairOf.set(client, { server, pair })
    return pair
  }

  private grow(): void {
    const room = Math.min(this.limit, this.frames.length * 2)
    this.frames = growColumn(this.frames, new Float64Array(room))
    this.times = growColumn(this.times, new Float64Array(room))
    this.pairs = growColumn(this.pairs, new Uint32Array(room))
    this.flags = growColumn(this.flags, new Uint16Array(room))
    this.commands = growColumn(this.commands, new Uint16Array(room))
    this.statuses = growColumn(this.statuses, new Uint32Array(room))
    this.sessionsLow = growColumn(this.sessionsLow, new Uint32Array(room))
    this.sessionsHigh = growColumn(this.sessionsHigh, new Uint32Array(room))
    this.trees = growColumn(this.trees, new Uint32Array(room))
    this.lengths = growColumn(this.lengths, new Uint32Array(room))
  }
}
