/** What keys ask for beyond the screen: the terminal UI itself does no I/O. */

import type { EvidenceField } from '../audit/rule/evidence.ts'
import type { View } from '../tui/state/screen-state.ts'
import type { EvidenceView } from './evidence-view.ts'

/** Packets to be written. */
export interface Selection {
  frames: { capture: string; frame: number; comment: string }[]
  /** Ids of connections, all of whose packets are meant. */
  connections: string[]
}

export interface Citation {
  capture: string
  frame: number
  /** What decides in it; null where no finding cites it. */
  field: EvidenceField | null
}

export interface Effects {
  /** Puts text into the clipboard, if the terminal can; false where it is known that it cannot. */
  copy(text: string): boolean
  inspect(citation: Citation, signal: AbortSignal): Promise<EvidenceView>
  /** Both resolve with what was done, in words; they reject with FileExists where they would overwrite, and with other errors in words for people. */
  writePackets(selection: Selection, file: string, overwrite: boolean): Promise<string>
  exportView(view: View, file: string, overwrite: boolean): Promise<string>
  quit(): void
}

/** There is such a file already. */
export class FileExists extends Error {
  override readonly name = 'FileExists'
}
