/**
 * Ledgers of many captures, put together as they come: what a capture of a few connections leaves is packed with that of the others, since tables of
 * its own would take many times as much as it holds.
 */

import { Interned } from '../base/interned.ts'
import { runToEnd } from '../base/steps.ts'
import type { CaptureFacts } from './capture-facts.ts'
import { FactsView, type Named } from './facts-list.ts'
import type { Ledger } from './ledger.ts'
import { mergeSteps } from './merge.ts'
import { PackedFacts } from './packing/packed-facts.ts'
import { Packer } from './packing/packer.ts'
import type { ConnectionFacts, SessionFacts } from './smb-facts.ts'
import { connectionText, sessionText } from './text-size.ts'

/** Connections and sessions of a capture that keeps tables of its own: they take little beside what is in them. */
const LARGE = 2048
const KEPT = 1

export class LedgerPile {
  private readonly captures: CaptureFacts[] = []
  private readonly connections: PackedFacts<ConnectionFacts>
  private readonly sessions: PackedFacts<SessionFacts>
  private readonly large: Ledger[] = []
  private readonly linkTypes = new Interned()

  constructor() {
    const packer = new Packer()
    this.connections = new PackedFacts(packer, connectionText)
    this.sessions = new PackedFacts(packer, sessionText)
  }

  /** How many captures are in it. */
  get size(): number {
    return this.captures.length
  }

  /** What is read of `ledger` later may be packed by now. */
  add({ captures, connections, sessions }: Ledger): void {
    for (const capture of captures) this.captures.push(this.small(capture))
    if (connections.length + sessions.length > LARGE) {
      this.large.push({ captures: [], connections, sessions })
      return
    }
    for (const facts of connections) this.connections.append(facts, this.connections.end, KEPT)
    for (const facts of sessions) this.sessions.append(facts, this.sessions.end, KEPT)
  }

  /** All of it. More may be added afterwards, and stands in the next one. */
  ledger(): Ledger {
    return runToEnd(this.steps())
  }

  /** The same in pieces, with a rest after each; `more` is taken in for this one. Nothing may be added until the end. */
  steps(...more: readonly Ledger[]): Generator<null, Ledger> {
    const { captures, connections, sessions, large } = this
    return mergeSteps([{ captures, connections: all(connections), sessions: all(sessions) }, ...large, ...more])
  }

  /** Most captures say the same of themselves: that is kept once. */
  private small(capture: CaptureFacts): CaptureFacts {
    return {
      ...capture,
      linkTypes: this.linkTypes.texts(capture.linkTypes),
      limits: Object.keys(capture.limits).length === 0 ? NO_LIMITS : capture.limits,
      warnings: capture.warnings.length === 0 ? NO_WARNINGS : capture.warnings,
    }
  }
}

const NO_LIMITS: CaptureFacts['limits'] = Object.freeze({})
const NO_WARNINGS: CaptureFacts['warnings'] = []

function all<T extends Named>(facts: PackedFacts<T>): FactsView<T> {
  return new FactsView<T>([facts], facts.rows())
}
