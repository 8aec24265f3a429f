/** What screens are made of: lines of segments, each with a tone that a theme turns into a colour. */
import type { Severity } from '../../audit/rule/rule.ts'

/** selected: the row under the cursor. mark: the bytes that decide a finding. bar: the filled part of a bar. */
export type Tone = Severity | 'plain' | 'strong' | 'quiet' | 'good' | 'accent' | 'selected' | 'mark' | 'bar'

export interface Segment {
  /** Escaped (base/safe-text.ts), without line breaks. */
  text: string
  tone: Tone
}

/** At most as wide as the screen that it was made for. */
export type Line = readonly Segment[]
