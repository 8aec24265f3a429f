/** Requests of a connection that wait for their responses: a short list, oldest first, since few are outstanding at the same time. */
import type { FrameRef } from '../../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../../ledger/logon-facts.ts'
import { logonText } from '../../../ledger/text-size.ts'
import { type Context, noteLimit } from '../../core/context.ts'
import type { LiveSession } from './live-session.ts'
import { CHARACTER, OPEN_COST } from './open-costs.ts'

interface Pending extends FrameRef {
  command: number
  /** The low word of SMB2's MessageId, or SMB1's MID. */
  id: number
}

export interface PendingSessionSetup extends Pending {
  kind: 'session-setup'
  session: LiveSession
  logon: LogonFacts
}

export interface PendingTreeConnect extends Pending {
  kind: 'tree-connect'
  /** Null where SMB1 names none. */
  session: LiveSession | null
  /** Of a password of the share, with SMB1's share-level security. */
  logon: LogonFacts | null
  path: string | null
  /** The service asked for, in SMB1. */
  service: string | null
}

export interface PendingIoctl extends Pending {
  kind: 'ioctl'
  session: LiveSession
  logon: null
  /** CtlCode; null where it was cut. */
  code: number | null
}

/** A request whose answer carries facts. */
export type PendingRequest = PendingSessionSetup | PendingTreeConnect | PendingIoctl

export class PendingRequests implements Iterable<PendingRequest> {
  private readonly context: Context
  private list: PendingRequest[] = []

  constructor(context: Context) {
    this.context = context
  }

  get size(): number {
    return this.list.length
  }

  [Symbol.iterator](): Iterator<PendingRequest> {
    return this.list[Symbol.iterator]()
  }

  add(request: PendingRequest): void {
    const { context, list } = this
    list.push(request)
    context.opened += OPEN_COST.request + pathBytes(request)
    // The answers of the others never came: the capture has one direction, or the client floods.
    if (list.length > context.limits.pendingRequests) {
      list.shift()
      noteLimit(context, 'pendingRequests', context.frame)
    }
  }

  /** Takes the request out; null where it was not seen. A command has requests of one kind only. */
  take<K extends PendingRequest['kind']>(
    kind: K,
    command: number,
    id: number,
  ): Extract<PendingRequest, { kind: K }> | null {
    const { list } = this
    for (let i = 0; i < list.length; i++) {
      const p = list[i]!
      if (p.id === id && p.command === command && p.kind === kind) {
        list.splice(i, 1)
        return p as Extract<PendingRequest, { kind: K }>
      }
    }
    return null
  }

  /** Takes all of them out. */
  takeAll(): PendingRequest[] {
    return this.list.splice(0)
  }

  deleteOf(session: LiveSession): void {
    const { list } = this
    for (let i = list.length - 1; i >= 0; i--) if (list[i]!.session === session) list.splice(i, 1)
  }

  /** Bytes of memory, about. */
  bytes(): number {
    let bytes = 0
    for (const request of this.list) {
      bytes += OPEN_COST.request + pathBytes(request)
      if (request.logon !== null) bytes += logonText(request.logon) * CHARACTER
    }
    return bytes
  }
}

function pathBytes(request: PendingRequest): number {
  return request.kind === 'tree-connect' ? (request.path?.length ?? 0) * CHARACTER : 0
}
