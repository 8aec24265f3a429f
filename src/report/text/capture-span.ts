/** When the packets of captures were seen. */
import { shortTime } from '../../base/packet-time.ts'
import type { CaptureFacts } from '../../ledger/capture-facts.ts'

/** `2026-01-05 08:00:00 to 12:10:00 UTC`, in a list for a sentence's parts; the list is empty where no capture has a packet. */
export function captureSpan(captures: readonly CaptureFacts[]): string[] {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { firstTime, lastTime } of captures) {
    from = Math.min(from, firstTime ?? from)
    to = Math.max(to, lastTime ?? to)
  }
  if (from === Number.POSITIVE_INFINITY || to === Number.NEGATIVE_INFINITY) return []
  const first = shortTime(from)
  const last = shortTime(to)
  if (first === last) return [`${first} UTC`]
  const [day, time] = last.split(' ')
  return [first.startsWith(`${day} `) ? `${first} to ${time} UTC` : `${first} to ${last} UTC`]
}
