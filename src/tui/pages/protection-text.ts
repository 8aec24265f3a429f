/** Words for what rows say in a letter. */
import type { SessionRow } from '../../rows/session-row.ts'

export function protectionText({ messages, signed, encrypted }: SessionRow): string {
  if (messages === 0) return 'no traffic seen'
  if (encrypted === 'all') return 'encrypted'
  if (signed === 'all') return encrypted === 'some' ? 'signed, partly encrypted' : 'signed'
  return signed === 'none' ? 'neither signed nor encrypted' : 'partly protected'
}
