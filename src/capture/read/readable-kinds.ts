/** What an input may be, for programs that read more than smblens itself does. */
import type { CaptureFormat } from '../format/format.ts'
import type { Compression } from '../unpack/compression.ts'

export interface ReadableKinds {
  /** The capture formats that are read. Default: CAPTURE_FORMATS. */
  formats?: readonly CaptureFormat[]
  /** How inputs may be packed. Default: COMPRESSIONS. */
  compressions?: readonly Compression[]
}
