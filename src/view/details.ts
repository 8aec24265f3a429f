/** Look-ups for what somebody opens: few, over lists that may be long and packed. */
import type { Finding } from '../audit/finding.ts'
import { type Facts, type Named, peek } from '../ledger/facts-list.ts'
import { type IdIndex, idIndex } from '../ledger/id-index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Details } from './store.ts'

/** What was found is kept for a screen that asks again for each picture. */
const KEPT = 64

/** `ledgerNow` is asked for each thing that is looked up for the first time: a ledger that is being read is another one each time. */
export function detailsOf(ledgerNow: () => Ledger, finding: (id: string) => Finding | undefined): Details {
  return {
    finding: remembered(finding),
    session: remembered((id) => lookUp(ledgerNow().sessions, id)),
    connection: remembered((id) => lookUp(ledgerNow().connections, id)),
  }
}

/** The same over a ledger that stays: indexes are made when they are needed first. */
export function detailsOfWhole(
  { sessions, connections }: Ledger,
  finding: (id: string) => Finding | undefined,
): Details {
  return {
    finding: remembered(finding),
    session: remembered(indexed(sessions)),
    connection: remembered(indexed(connections)),
  }
}

function indexed<T extends Named>(facts: Facts<T>): (id: string) => T | undefined {
  let index: IdIndex<T> | null = null
  return (id) => {
    index ??= idIndex(facts)
    const place = index.find(id, null)
    return place < 0 ? undefined : facts.at(place)
  }
}

function lookUp<T extends Named>(facts: Facts<T>, id: string): T | undefined {
  for (let i = 0; i < facts.length; i++) if (peek(facts, i, 'id') === id) return facts.at(i)
  return undefined
}

function remembered<T>(find: (id: string) => T | undefined): (id: string) => T | undefined {
  const known = new Map<string, T | undefined>()
  return (id) => {
    if (known.has(id)) return known.get(id)
    if (known.size >= KEPT) known.clear()
    const found = find(id)
    known.set(id, found)
    return found
  }
}
