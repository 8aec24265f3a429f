import type { Ledger } from '../../ledger/ledger.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Surroundings } from '../judging/unit.ts'
import { UnitReader, type Units } from './units.ts'

/** What controls must know beside a unit. */
export function surroundingsOf(
  ledger: Ledger,
  { hosts, smb2Answers, connections }: Units,
  policy: Policy,
): Surroundings {
  // A reader of its own: it keeps the connection that was read last.
  const reader = new UnitReader(ledger, connections)
  return {
    policy,
    smb2Answer: (server) => {
      const connection = smb2Answers[indexIn(hosts, server)] ?? -1
      return connection < 0 ? null : reader.connection(connection)
    },
  }
}

/** Where a text stands in a sorted list; -1 where it is not in it. */
function indexIn(sorted: readonly string[], text: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < text) low = middle + 1
    else high = middle
  }
  return sorted[low] === text ? low : -1
}
