/**
 * The SMB messages of one capture, as many as there is room for: columns of numbers, since there may be a million of them. A row is made when it
 * is looked at.
 */

import { growColumn } from '../base/grow-column.ts'
import { statusName } from '../ledger/derived/status-name.ts'
import type { Endpoint } from '../ledger/endpoint.ts'
import type { MessageRow, MessageSink } from '../ledger/smb-message.ts'
import { commandName } from '../report/message-table.ts'
import type { FrameRow } from './rows.ts'

/** A folder has thousands of captures with a few messages each. */
const FIRST_ROOM = 64
const FAMILIES: readonly MessageRow['family'][] = ['smb1', 'smb2', 'transform', 'compressed']
/** Bits of `flags`: what of a row is there, and what it says. */
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
  /** Messages for which there was no room. */
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
  /** Client and server of a message, by the number in `pairs`. */
  private readonly ends: [client: Endpoint, server: Endpoint][] = []
  /** Endpoint objects are the connection's own, so each connection is looked up by them. */
  private readonly pairOf = new WeakMap<Endpoint, { server: Endpoint; pair: number }>()

  constructor(capture: string, limit: number) {
    this.capture = capture
    this.limit = limit
  }

  message(row: MessageRow): void {
    if (this.length >= this.limit) {
      this.dropped++
      return
    }
    if (this.length === this.frames.length) this.grow()
    const i = this.length++
    this.frames[i] = row.frame
    this.times[i] = row.time
    this.pairs[i] = this.pair(row.client, row.server)
    this.commands[i] = row.command ?? 0
    this.statuses[i] = row.status ?? 0
    this.sessionsLow[i] = row.sessionIdLow ?? 0
    this.sessionsHigh[i] = row.sessionIdHigh ?? 0
    this.trees[i] = row.treeId ?? 0
    this.lengths[i] = row.length ?? 0
    this.flags[i] =
      (row.command === null ? 0 : HAS_COMMAND) |
      (row.response === null ? 0 : HAS_DIRECTION) |
      (row.response === true ? RESPONSE : 0) |
      (row.signed === null ? 0 : HAS_SIGNED) |
      (row.signed === true ? SIGNED : 0) |
      (row.status === null ? 0 : HAS_STATUS) |
      (row.sessionIdLow === null || row.sessionIdHigh === null ? 0 : HAS_SESSION) |
      (row.treeId === null ? 0 : HAS_TREE) |
      (row.length === null ? 0 : HAS_LENGTH) |
      (FAMILIES.indexOf(row.family) << FAMILY_SHIFT)
  }

  row(i: number): FrameRow {
    const { client, server, command, status, sessionIdHigh, sessionIdLow, ...rest } = this.at(i)
    return {
      ...rest,
      number: i,
      capture: this.capture,
      client: client.ip,
      clientPort: client.port,
      server: server.ip,
      serverPort: server.port,
      command: command === null ? null : commandName(rest.family, command),
      status: statusName(status, rest.family === 'smb1' ? 'smb1' : 'smb2'),
      sessionId:
        sessionIdHigh === null || sessionIdLow === null ? null : `0x${hex32(sessionIdHigh)}${hex32(sessionIdLow)}`,
    }
  }

  /** The message behind a row of this log. */
  of({ number }: FrameRow): MessageRow {
    return this.at(number)
  }

  /** The message as it was told. */
  at(i: number): MessageRow {
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

function hex32(word: number): string {
  return word.toString(16).padStart(8, '0')
}
