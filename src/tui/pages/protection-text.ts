/** How a session was protected, in words. */
import type { Protection } from '../../ledger/derived/protection.ts'
import type { SessionRow } from '../../rows/session-row.ts'

const TEXTS: Readonly<Record<Protection, string>> = {
  refused: 'refused',
  unanswered: 'not answered',
  encrypted: 'encrypted',
  signed: 'signed',
  partly: 'partly protected',
  clear: 'neither signed nor encrypted',
  unseen: 'no traffic that shows how it is protected',
}

export function protectionText({ protection, messages, encrypted }: SessionRow): string {
  if (messages === 0) return 'no traffic seen'
  if (protection === 'signed' && encrypted === 'some') return 'signed, partly encrypted'
  return TEXTS[protection]
}
