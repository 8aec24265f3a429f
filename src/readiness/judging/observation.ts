/** What one session, or a connection without one, shows about a control. */
import type { EvidenceDraft } from '../../audit/rule/evidence.ts'

/** Who enforces the control, where both sides can. */
export type Side = 'client' | 'server' | null

export interface Observation {
  side: Side
  /** Where the share matters. */
  share: string | null
  state: 'ready' | 'breaks' | 'not-observed'
  reason: string
  /** It says nothing at all, such as a refused logon: it only counts where nothing else is known of the pair. Then its state is not-observed. */
  weak: boolean
  /** The control was seen at work: what was seen, as in Credit. */
  credit: string | null
  /** Called for few: text costs more than a verdict. */
  explain(): Explained
}

export interface Explained {
  /** One sentence with the names and values of this case. */
  message: string
  /** At least one frame unless the state is not-observed. */
  evidence: EvidenceDraft[]
  /** What to change first; null where nothing needs to change. */
  change: string | null
}

/** Where an observation belongs, and what it gives credit for. */
export interface Placed {
  side?: Side
  share?: string | null
  credit?: string | null
}

export function ready(
  reason: string,
  explain: () => Omit<Explained, 'change'>,
  { side = null, share = null, credit = null }: Placed = {},
): Observation {
  const explained = () => ({ ...explain(), change: null })
  return { side, share, state: 'ready', reason, weak: false, credit, explain: explained }
}

export function breaks(
  reason: string,
  explain: () => Explained,
  { side = null, share = null, credit = null }: Placed = {},
): Observation {
  return { side, share, state: 'breaks', reason, weak: false, credit, explain }
}

/** @param message which fact is missing, as a sentence with the names of this case */
export function notObserved(
  reason: string,
  message: () => string,
  { side = null, share = null, credit = null }: Placed = {},
  evidence: () => EvidenceDraft[] = () => [],
): Observation {
  const explain = () => ({ message: message(), evidence: evidence(), change: null })
  return { side, share, state: 'not-observed', reason, weak: false, credit, explain }
}

/** The same, for what says nothing at all. */
export function nothingSeen(reason: string, message: () => string, placed: Placed = {}): Observation {
  return { ...notObserved(reason, message, placed), weak: true }
}

/** What to say where a fact is missing: a connection without a session says nothing at all then. */
export function unseenOf(session: object | null): typeof nothingSeen {
  return session === null ? nothingSeen : notObserved
}
