/** Look-ups for what somebody opens: few, over lists that may be long and packed. */
import type { Finding } from '../audit/findings.ts'
import { type Facts, peek } from '../track/facts.ts'
import { IdIndex } from '../track/id-index.ts'
import type { ConnectionFacts, Ledger, SessionFacts } from '../track/ledger.ts'
import type { Details } from './store.ts'

/** What was found is kept for a screen that asks again for each picture. */
const KEPT = 64

/** `ledgerNow` is asked once for each thing that is looked up for the first time: a ledger that is being read is another one each time. */
export function detailsOf(ledgerNow: () => Ledger, findings: readonly Finding[]): Details {
  const byId = new Map(findings.map((finding) => [finding.id, finding]))
  const session = remembered((id: string) => lookUp(ledgerNow().sessions, id))
  return {
    finding: (id) => byId.get(id),
    session,
    connection: remembered((id: string) => lookUp(ledgerNow().connections, id)),
  }
}

/** The same over a ledger that stays: an index is made when it is needed first. */
export function detailsOfWhole(ledger: Ledger, findings: readonly Finding[]): Details {
  const byId = new Map(findings.map((finding) => [finding.id, finding]))
  return {
    finding: (id) => byId.get(id),
    session: remembered(indexed(ledger.sessions)),
    connection: remembered(indexed(ledger.connections)),
  }
}

function indexed<T extends SessionFacts | ConnectionFacts>(facts: Facts<T>): (id: string) => T | undefined {
  let index: IdIndex<T> | null = null
  return (id) => {
    if (index === null) {
      index = new IdIndex(facts)
      for (let i = 0; i < facts.length; i++) index.add(peek(facts, i, 'id'), i)
    }
    const place = index.find(id)
    return place < 0 ? undefined : facts.at(place)
  }
}

function lookUp<T extends SessionFacts | ConnectionFacts>(facts: Facts<T>, id: string): T | undefined {
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
