/** Requests of a connection whose answers are awaited: a short list, oldest first, since few are under way at one time. */

import { hit } from '../../core/context.ts'
import { CHARACTER, OPEN } from '../../open-limit.ts'
import type { Connection, PendingRequest } from '../smb-flow.ts'
import { keepTree } from './tree-connects.ts'

export function addPending(c: Connection, request: PendingRequest): void {
  c.pending.push(request)
  c.context.opened += OPEN.request + (request.path?.length ?? 0) * CHARACTER
  // Answers that never came: of a capture with one direction, or of a client that floods.
  if (c.pending.length > c.context.limits.pendingRequests) {
    c.pending.shift()
    hit(c.context, 'pendingRequests', c.context.frame)
  }
}

/** Takes the request out of the list; null where it was not seen. */
export function takePending(c: Connection, command: number, id: number): PendingRequest | null {
  const { pending } = c
  for (let i = 0; i < pending.length; i++) {
    const p = pending[i]
    if (p.id === id && p.command === command) {
      pending.splice(i, 1)
      return p
    }
  }
  return null
}

/** Tree connects whose answers are not in the capture: that they were asked for is a fact all the same. */
export function settlePending(c: Connection): void {
  for (const { session, path, frame, time } of c.pending.splice(0)) {
    if (session === null || path === null) continue
    keepTree(session, c.context, { path, shareType: null, encryptData: null, ntStatus: null, frame, time })
  }
}
