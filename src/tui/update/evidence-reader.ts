/** Reads the frame that the open page cites from its capture, while the page is already shown: one frame at a time, and the last few are cached. */
import type { Actions, Citation } from '../../view/action-types.ts'
import type { EvidenceView } from '../../view/evidence-view.ts'

const MAX_CACHED = 32

export class EvidenceReader {
  private readonly actions: Pick<Actions, 'inspect'>
  private readonly onChange: () => void
  private readonly cached = new Map<string, EvidenceView>()
  private shown: string | null = null
  private reading: { key: string; abort: AbortController } | null = null

  constructor(actions: Pick<Actions, 'inspect'>, onChange: () => void) {
    this.actions = actions
    this.onChange = onChange
  }

  /** The frame as far as it has been read; null if none is cited. */
  of(citation: Citation | null): EvidenceView | null {
    if (citation === null) return null
    return this.cached.get(keyOf(citation)) ?? { state: 'loading', frame: citation.frame, fields: [], hex: [] }
  }

  /** Reads the frame that the page on the screen cites, unless it is cached, and stops reading any other. */
  show(citation: Citation | null): void {
    const key = citation && keyOf(citation)
    // What could not be read is tried again when the page is opened again.
    if (key !== null && key !== this.shown && this.cached.get(key)?.state === 'failed') this.cached.delete(key)
    this.shown = key
    if (this.reading?.key === key) return
    this.reading?.abort.abort()
    this.reading = null
    if (citation === null || key === null || this.cached.has(key)) return
    const abort = new AbortController()
    this.reading = { key, abort }
    this.actions.inspect(citation, abort.signal).then(
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
    this.cached.set(key, view)
    const [oldest] = this.cached.keys()
    if (this.cached.size > MAX_CACHED && oldest !== undefined) this.cached.delete(oldest)
    this.onChange()
  }
}

function keyOf({ capture, frame, field }: Citation): string {
  return JSON.stringify([capture, frame, field])
}
