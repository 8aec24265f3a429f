/** Turns the options of `live` into what to capture and what to write. */
import type { Severity } from '../../../audit/rule/rule.ts'
import type { CaptureProgram } from '../../../capture/live/programs/capture-programs.ts'
import { captureFilter } from '../../../capture/live/request/filter.ts'
import type { CaptureRequest } from '../../../capture/live/request/live-capture.ts'
import { type CaptureFiles, openCaptureFiles } from '../../../capture/write/rotating-files.ts'
import { DATAGRAM_PROTOCOLS, portsOf, STREAM_PROTOCOLS } from '../../../track/protocols.ts'
import type { AuditArguments } from '../../options/audit-options.ts'
import { APPLICATION } from '../../process/application.ts'
import { UsageError } from '../../process/exit-status.ts'
import type { OpenOptions } from '../open.ts'

export interface LiveOptions extends AuditArguments {
  interface?: string[]
  format?: 'ndjson'
  output?: string
  duration?: number
  count?: number
  heartbeat: number
  theme: OpenOptions['theme']
  filter?: string
  allTraffic?: boolean
  write?: string
  writeSize?: number
  writeFiles?: number
  captureWith: CaptureProgram | 'auto'
  snapLength: number
  buffer: number
  promiscuous: boolean
  user?: string
  minSeverity?: Severity
}

/** Null: standard input. @throws UsageError */
export function requestOf(options: LiveOptions): CaptureRequest | null {
  const { filter = '', allTraffic = false, snapLength, buffer, promiscuous } = options
  const interfaces = [...new Set(options.interface)]
  if (interfaces.length === 0)
    throw new UsageError('live needs an interface: -i NAME (smblens interfaces lists them), or -i - for standard input')
  if (!interfaces.includes('-'))
    return {
      interfaces,
      with: options.captureWith,
      filter: captureFilter({
        interfaces,
        filter,
        allTraffic,
        tcpPorts: portsOf(STREAM_PROTOCOLS),
        udpPorts: portsOf(DATAGRAM_PROTOCOLS),
      }),
      snapLength,
      bufferBytes: buffer << 20,
      promiscuous,
    }
  if (interfaces.length > 1) throw new UsageError('-i - reads standard input and nothing else: leave out the other -i')
  if (filter !== '')
    throw new UsageError('--filter does not apply to -i -: give the filter to the program that captures')
  return null
}

/**
 * Opens what --write names, once it is called; null if nothing must be written.
 * @throws UsageError at once, if the options do not fit together
 */
export function capturesToWrite({ write, writeSize, writeFiles }: LiveOptions): () => CaptureFiles | null {
  if (write === undefined && (writeSize !== undefined || writeFiles !== undefined))
    throw new UsageError('--write-size and --write-files need --write FILE')
  if (writeFiles !== undefined && writeSize === undefined)
    throw new UsageError('--write-files needs --write-size MB: the size at which a new file is started')
  if (write === undefined) return () => null
  return () =>
    openCaptureFiles({
      path: write,
      maxBytes: writeSize === undefined ? null : writeSize * 1_000_000,
      maxFiles: writeFiles ?? null,
      application: APPLICATION,
    })
}
