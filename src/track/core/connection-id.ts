/** The ids of connections. */
import { endpointText } from '../../base/wording.ts'
import type { Context } from './context.ts'
import type { FlowFacts } from './protocol.ts'

/** Made of the capture and of what the connection is: the same in every run. */
export function connectionId(
  { captureKey }: Pick<Context, 'captureKey'>,
  { client, server, firstFrame }: Pick<FlowFacts, 'client' | 'server' | 'firstFrame'>,
): string {
  // Joined: V8 would keep a concatenation as a tree of its parts.
  return [captureKey, '/', endpointText(client), '-', endpointText(server), '/', firstFrame].join('')
}
