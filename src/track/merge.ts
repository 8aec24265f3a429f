/** Ledgers of several captures, workers or machines combined into one: in any order, any number of times, with the same result. */
import type { CaptureFacts, ConnectionFacts, Ledger, SessionFacts } from './ledger.ts'

/**
 * What has the same id (captures: the same path) is kept once. Where two of one id differ, because one reader saw more than another, the one
 * that reaches further is kept.
 */
export function mergeLedgers(...ledgers: Ledger[]): Ledger {
  return {
    captures: union(ledgers, (l) => l.captures, pathOf, packetsOf).sort((a, b) => compareText(a.path, b.path)),
    connections: union(ledgers, (l) => l.connections, idOf, lastFrameOf).sort(inFrameOrder),
    sessions: union(ledgers, (l) => l.sessions, idOf, lastFrameOf).sort(inFrameOrder),
  }
}

function union<T>(
  ledgers: Ledger[],
  part: (ledger: Ledger) => T[],
  keyOf: (item: T) => string,
  reachOf: (item: T) => number,
): T[] {
  const kept = new Map<string, T>()
  for (const ledger of ledgers) {
    for (const item of part(ledger)) {
      const key = keyOf(item)
      const other = kept.get(key)
      if (other === undefined || reachesFurther(item, other, reachOf)) kept.set(key, item)
    }
  }
  return [...kept.values()]
}

/** A total order on contents, so that the choice does not depend on who came first. */
function reachesFurther<T>(a: T, b: T, reachOf: (item: T) => number): boolean {
  const difference = reachOf(a) - reachOf(b)
  return difference !== 0 ? difference > 0 : a !== b && JSON.stringify(a) > JSON.stringify(b)
}

const pathOf = (capture: CaptureFacts) => capture.path
const packetsOf = (capture: CaptureFacts) => capture.packets
const idOf = (item: ConnectionFacts | SessionFacts) => item.id
const lastFrameOf = (item: ConnectionFacts | SessionFacts) => item.lastFrame

function inFrameOrder(a: ConnectionFacts | SessionFacts, b: ConnectionFacts | SessionFacts): number {
  return compareText(a.capture, b.capture) || a.firstFrame - b.firstFrame || compareText(a.id, b.id)
}

/** By code units: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
