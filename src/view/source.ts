/** The source of what is shown, files or an interface, and how more of it is read. */
import type { ReadFrames } from '../evidence/write-evidence.ts'
import type { PictureSource } from './picture-source.ts'

export interface Source {
  /** The names of the captures. */
  readonly captures: readonly string[]
  readonly pictures: PictureSource
  readonly readFrames: ReadFrames
  /** Can the capture be read from its middle? If so, parts of it are better read one by one. */
  canSeek(capture: string): boolean
}
