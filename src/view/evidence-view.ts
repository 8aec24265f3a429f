/** A decoded frame, as data for any screen. Text is as it was on the wire. */

export interface FieldView {
  name: string
  value: string
  /** 0 for a heading. */
  depth: number
  /** It decides the finding. */
  deciding: boolean
}

export interface HexLineView {
  /** Offset of the first cell, in hexadecimal. */
  offset: string
  cells: { hex: string; ascii: string; marked: boolean }[]
}

/** One frame, which is read again from its capture. */
export interface EvidenceView {
  state: 'loading' | 'ready' | 'failed'
  /** Why it failed. */
  message?: string
  frame: number
  fields: FieldView[]
  hex: HexLineView[]
}
