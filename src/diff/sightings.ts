/** What a result shows of each host, server, pair and user, whether or not a rule reported anything about them. */
import type { FindingSubject } from '../audit/subject-key.ts'

export type SightingSubject = Pick<FindingSubject, 'kind' | 'client' | 'server' | 'port' | 'domain' | 'user'>

/** One subject in one capture. */
interface Sighting {
  /** The number of the capture where captures overlap in time; else 0. */
  capture: number
  /** Judges (by bit) to whom something showed that all is well, and to whom something showed the opposite. */
  good: number
  bad: number
}

/** Captures of one subject that are told apart; in more of them nothing is proved. */
const MOST_CAPTURES = 16

export class Sightings {
  private readonly bySubject = new Map<string, Sighting[]>()
  private readonly spans: readonly TimeSpan[]
  /** About how many bytes this holds. */
  bytes = 0

  /** @param spans the time of each capture, by its number; empty where no two captures overlap, or where there is one */
  constructor(spans: readonly TimeSpan[] = []) {
    this.spans = spans
  }

  note(key: string, capture: number, { good, bad }: { good: number; bad: number }): void {
    const number = this.spans.length === 0 ? 0 : capture
    const known = this.bySubject.get(key)
    if (known === undefined) {
      this.bySubject.set(key, [{ capture: number, good, bad }])
      this.bytes += key.length + SIGHTING_BYTES
      return
    }
    const same = known.find((each) => each.capture === number)
    if (same !== undefined) {
      same.good |= good
      same.bad |= bad
    } else if (known.length < MOST_CAPTURES) known.push({ capture: number, good, bad })
  }

  has(key: string): boolean {
    return this.bySubject.has(key)
  }

  /** Did something show that all is well, or the opposite? @param bit of the judge */
  shown(key: string, bit: number): { good: boolean; bad: boolean } {
    const all = this.bySubject.get(key) ?? []
    return { good: all.some(({ good }) => (good & bit) !== 0), bad: all.some(({ bad }) => (bad & bit) !== 0) }
  }

  /**
   * In how many captures at the same moment: so many hosts may have this address, as private addresses repeat from site to site. Captures that follow
   * one another, as rotated files do, count once.
   *
   * @param bit counts only captures in which something showed this judge that all is well
   */
  atOnce(key: string, bit: number | null = null): number {
    const all = this.bySubject.get(key) ?? []
    const counted = bit === null ? all : all.filter(({ good }) => (good & bit) !== 0)
    if (this.spans.length === 0) return Math.min(1, counted.length)
    return mostAtOnce(counted.map(({ capture }) => this.spans[capture] ?? ALWAYS))
  }
}

const SIGHTING_BYTES = 120

export interface TimeSpan {
  from: number
  to: number
}

const ALWAYS: TimeSpan = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

/** The most of these that have a moment in common. Spans that only touch have none. */
export function mostAtOnce(spans: readonly TimeSpan[]): number {
  let most = 0
  for (const { from } of spans) {
    const open = spans.filter((other) => other.from <= from && (from < other.to || other.from === from)).length
    most = Math.max(most, open)
  }
  return most
}

/** The same text for the same subject in any result. */
export function sightingKey({ kind, client, server, port, domain, user }: SightingSubject): string {
  switch (kind) {
    case 'pair': {
      const name = domain ?? ''
      return `pair ${client} ${server} ${name.length} ${name} ${user ?? ''}`
    }
    case 'server':
      return `server ${server} ${port}`
    case 'client':
      return `client ${client}`
    default:
      return kind
  }
}

/** Two hosts, whoever the user is: noted by their connections. */
export function hostsKey(client: string | null, server: string | null): string {
  return sightingKey({ kind: 'pair', client, server, port: null, domain: null, user: null })
}

/** The same for the same finding in any result: of its rule and its subject, without the capture. */
export function comparableId(rule: string, subject: FindingSubject): string {
  return subject.kind === 'network' ? `${rule} network ${subject.about}` : `${rule} ${sightingKey(subject)}`
}
