/** The facts of a connection, as they are before anything was said on it. */

import type { Endpoint } from '../../ledger/endpoint.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { TrackContext } from '../core/context.ts'

export function newConnectionFacts(
  context: TrackContext,
  client: Endpoint,
  server: Endpoint,
  frame: number,
  time: number,
): ConnectionFacts {
  return {
    id: '',
    capture: context.capture,
    captureId: '',
    client,
    server,
    transport: 'direct-tcp',
    firstFrame: frame,
    lastFrame: frame,
    firstTime: time,
    lastTime: time,
    state: 'midstream',
    gaps: 0,
    missedBytes: 0,
    serverSeen: false,
    unread: 0,
    smb1: null,
    negotiateRequest: null,
    negotiateResponse: null,
    validateNegotiate: null,
    firstSmb2: null,
    firstTransform: null,
    end: null,
  }
}

/** Made of what it names: the same in every run, and in every capture of its own. */
export function connectionId(context: TrackContext, { client, server, firstFrame }: ConnectionFacts): string {
  // Joined: a concatenation would be kept as a tree of its parts.
  return [context.captureKey, '/', endpointText(client), '-', endpointText(server), '/', firstFrame].join('')
}

function endpointText(e: Endpoint): string {
  return e.ip.includes(':') ? `[${e.ip}]:${e.port}` : `${e.ip}:${e.port}`
}
