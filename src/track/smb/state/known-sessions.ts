/** The sessions that a connection has carried, by their ids: mostly one, and with terminal servers or attackers a thousand. */
import { finish, mix, SEED } from '../../../base/seeded-hash.ts'
import type { LiveSession } from './live-session.ts'

/** Up to this many sessions are searched one by one; more get an index. */
const FEW = 16

export class KnownSessions implements Iterable<LiveSession> {
  /** Oldest first. Several may have one id: the newest counts. */
  private readonly list: LiveSession[] = []
  private index: Map<number, LiveSession[]> | null = null

  get size(): number {
    return this.list.length
  }

  [Symbol.iterator](): Iterator<LiveSession> {
    return this.list[Symbol.iterator]()
  }

  /** The newest with this id; null where there is none. */
  find(low: number, high: number): LiveSession | null {
    const sessions = this.index === null ? this.list : this.index.get(hashOf(low, high))
    if (sessions === undefined) return null
    for (let i = sessions.length - 1; i >= 0; i--) {
      const s = sessions[i]!
      if (s.idLow === low && s.idHigh === high) return s
    }
    return null
  }

  /** The session has its id for good by now. */
  add(session: LiveSession): void {
    this.list.push(session)
    if (this.index !== null) this.enter(this.index, session)
    else if (this.list.length > FEW) {
      this.index = new Map()
      for (const each of this.list) this.enter(this.index, each)
    }
  }

  delete(session: LiveSession): void {
    const place = this.list.indexOf(session)
    if (place < 0) return
    this.list.splice(place, 1)
    this.leave(session)
  }

  deleteOldest(): void {
    this.leave(this.list.shift()!)
  }

  private enter(index: Map<number, LiveSession[]>, session: LiveSession): void {
    const hash = hashOf(session.idLow, session.idHigh)
    const there = index.get(hash)
    if (there === undefined) index.set(hash, [session])
    else there.push(session)
  }

  private leave(session: LiveSession): void {
    const hash = hashOf(session.idLow, session.idHigh)
    const there = this.index?.get(hash)
    if (there === undefined) return
    if (there.length === 1 && there[0] === session) this.index?.delete(hash)
    else if (there.includes(session)) there.splice(there.indexOf(session), 1)
  }
}

function hashOf(low: number, high: number): number {
  return finish(mix(mix(SEED, low), high))
}
