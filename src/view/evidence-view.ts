/** A frame taken apart, as data for whoever shows it. Text is as it was on the wire. */

export interface FieldView {
  name: string
  value: string
  /** 0 for a heading of its own. */
  depth: number
  /** Makes the finding. */
  deciding: boolean
}

export interface HexLineView {
  /** Of the first cell, hexadecimal. */
  offset: string
  cells: { hex: string; ascii: string; marked: boolean }[]
}

/** What is known of one frame, which is read again from its capture. */
export interface EvidenceView {
  state: 'loading' | 'ready' | 'failed'
  /** Why it failed. */
  message?: string
  frame: number
  fields: FieldView[]
  hex: HexLineView[]
}
