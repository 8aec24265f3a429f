/** The frame that an open page cites, read from its capture while the page is already there; one at a time, the last few are kept. */
import type { Citation, Effects } from '../../view/action-types.ts'
import type { EvidenceView } from '../../view/evidence-view.ts'

const KEPT = 32

export class Evidence {
  private readonly effects: Effects
  private readonly onChange: () => void
  private readonly known = new Map<string, EvidenceView>()
  private shown: string | null = null
  private reading: { key: string; abort: AbortController } | null = null

  constructor(effects: Effects, onChange: () => void) {
    this.effects = effects
    this.onChange = onChange
  }

  /** What is known of the frame; null where none is cited. */
  of(citation: Citation | null): EvidenceView | null {
    if (citation === null) return null
    return this.known.get(keyOf(citation)) ?? { state: 'loading', frame: citation.frame, fields: [], hex: [] }
  }

  /** The page that is shown cites this: reads it unless it is known, and nothing else any more. */
  show(citation: Citation | null): void {
    const key = citation && keyOf(citation)
    // What could not be read is tried again when somebody comes back to it.
    if (key !== null && key !== this.shown && this.known.get(key)?.state === 'failed') this.known.delete(key)
    this.shown = key
    if (this.reading?.key === key) return
    this.reading?.abort.abort()
    this.reading = null
    if (citation === null || key === null || this.known.has(key)) return
    const abort = new AbortController()
    this.reading = { key, abort }
    this.effects.inspect(citation, abort.signal).then(
      (view) => this.arrived(key, abort, view),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error)
        this.arrived(key, abort, { state: 'failed', message, frame: citation.frame, fields: [], hex: [] })
      },
    )
  }

  private arrived(key: string, abort: AbortController, view: EvidenceView): void {
    if (abort.signal.aborted) return
    this.reading = null
    this.known.set(key, view)
    const [oldest] = this.known.keys()
    if (this.known.size > KEPT && oldest !== undefined) this.known.delete(oldest)
    this.onChange()
  }
}

function keyOf({ capture, frame, field }: Citation): string {
  return JSON.stringify([capture, frame, field])
}
