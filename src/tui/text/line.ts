/** What screens are made of: lines of segments, each with the meaning that a theme turns into a colour. */
import type { Severity } from '../../audit/rule/rule.ts'

/** selected: the row under the cursor. mark: bytes that decide. bar: the filled part of a bar. */
export type Tone = Severity | 'plain' | 'strong' | 'quiet' | 'good' | 'accent' | 'selected' | 'mark' | 'bar'

export interface Segment {
  /** Escaped (report/escape.ts), without line breaks. */
  text: string
  tone: Tone
}

/** At most as wide as the screen it was made for. */
export type Line = readonly Segment[]
