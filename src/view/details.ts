/** Looks up what is opened: few things, in lists that may be long and packed. */
import { type Facts, type Named, peek } from '../ledger/facts-list.ts'
import { type IdIndex, idIndex } from '../ledger/id-index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Details } from './store.ts'

/** Results that are cached, since a screen looks the same things up for each picture. */
const MAX_CACHED = 64

/** What a picture finds by itself. */
type LookUps = Pick<Details, 'finding' | 'host'>

/** `ledgerNow` is called for each thing that is looked up for the first time: while a capture is being read, its ledger is another object each time. */
export function detailsOf(ledgerNow: () => Ledger, { finding, host }: LookUps): Details {
  return {
    finding: cached(finding),
    host: cached(host),
    session: cached((id) => lookUp(ledgerNow().sessions, id)),
    connection: cached((id) => lookUp(ledgerNow().connections, id)),
  }
}

/** The same in a ledger that stays: indexes are made when they are first needed. */
export function detailsOfWhole({ sessions, connections }: Ledger, { finding, host }: LookUps): Details {
  return {
    finding: cached(finding),
    host: cached(host),
    session: cached(indexed(sessions)),
    connection: cached(indexed(connections)),
  }
}

function indexed<T extends Named>(facts: Facts<T>): (id: string) => T | undefined {
  let index: IdIndex<T> | null = null
  return (id) => {
    index ??= idIndex(facts)
    const found = index.find(id, null)
    return found < 0 ? undefined : facts.at(found)
  }
}

function lookUp<T extends Named>(facts: Facts<T>, id: string): T | undefined {
  for (let i = 0; i < facts.length; i++) if (peek(facts, i, 'id') === id) return facts.at(i)
  return undefined
}

function cached<T>(find: (id: string) => T | undefined): (id: string) => T | undefined {
  const known = new Map<string, T | undefined>()
  return (id) => {
    if (known.has(id)) return known.get(id)
    if (known.size >= MAX_CACHED) known.clear()
    const found = find(id)
    known.set(id, found)
    return found
  }
}
