/**
 * The protocols that are read: the one list. The ports that the fast path looks for and the recognition by content on other ports are made of it.
 * Where the ports do not decide, the first of the list is asked first.
 */
import type { StreamProtocol } from './core/protocol.ts'
import { smb } from './smb/smb-protocol.ts'

export const STREAM_PROTOCOLS: readonly StreamProtocol[] = [smb]
